/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * canvas.h - what the parts of a picture have in common
 */
#ifndef HPN_STORY_CANVAS_H
#define HPN_STORY_CANVAS_H

#include "base/buf.h"
#include "story/recorded_run.h"

/* In px; the plot is between LEFT and RIGHT. */
#define CANVAS_LEFT 170
#define CANVAS_RIGHT 1186
#define CANVAS_COLUMNS (CANVAS_RIGHT - CANVAS_LEFT)

struct canvas {
	struct buf *b;
	const struct recorded_run *run;
	struct strvec texts; /* of the element that is being made */
	double y;            /* where the next part begins */
};

static inline double canvas_x(const struct canvas *c, int64_t ns)
{
	double whole = c->run->end_ns > 0 ? (double)c->run->end_ns : 1;

	return CANVAS_LEFT + CANVAS_COLUMNS * ((double)ns / whole);
}

/* A rectangle, at least 1 px wide. */
void canvas_rect(struct canvas *c, double x, double y, double width, double height);

/* As much of a name as there is room for; see text_name(). */
void canvas_name(struct canvas *c, const char *class, double x, double y, const char *name,
		 double room);

/* What stands in the left margin. */
void canvas_label(struct canvas *c, const char *class, double y, const char *name);

/* End a <g>. */
void canvas_close(struct canvas *c);

/* The rows of the slots. */
void canvas_slots(struct canvas *c);

/* How many ran, in the whole run and in each lane, and who waited. */
void canvas_lanes(struct canvas *c);

#endif
