/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * canvas.h - what the parts of a picture have in common
 */
#ifndef HPN_STORY_CANVAS_H
#define HPN_STORY_CANVAS_H

#include "base/buf.h"
#include "story/recorded_run.h"

/* In px; the plot is between LEFT and RIGHT. */
#define CANVAS_WIDTH 1200
#define CANVAS_LEFT 170
#define CANVAS_RIGHT 1186
#define CANVAS_COLUMNS (CANVAS_RIGHT - CANVAS_LEFT)
#define CANVAS_TEXT 11.0 /* size of letters */

struct canvas {
	struct buf *b;
	const struct recorded_run *s;
	double y; /* where the next part begins */
};

static inline double canvas_x(const struct canvas *c, int64_t ns)
{
	double whole = c->s->end_ns > 0 ? (double)c->s->end_ns : 1;

	return CANVAS_LEFT + CANVAS_COLUMNS * ((double)ns / whole);
}

/* "1.25 s, from 0.10 s to 1.35 s" */
void canvas_span(struct buf *b, int64_t begin_ns, int64_t end_ns);

/* A rectangle, at least 1 px wide. */
void canvas_rect(struct canvas *c, double x, double y, double width, double height);

/* What stands in the left margin: at most as wide as that. */
void canvas_label(struct canvas *c, double y, const char *class, const char *text);

/* The rows of the slots. */
void canvas_slots(struct canvas *c);

/* How many ran, in the whole run and in each lane, and who waited. */
void canvas_lanes(struct canvas *c);

#endif
