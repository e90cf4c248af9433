/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.h - the run's lines of text on standard output
 *
 * The lines of all images go through one multiplexer, so that they never
 * interleave. Off a terminal they come out in list order. Where there is a live
 * screen, that takes them from the multiplexer and writes them above its rows.
 */
#ifndef HPN_WATCH_TEXT_H
#define HPN_WATCH_TEXT_H

#include "console/console.h"
#include "output/mux.h"
#include "output/plain.h"
#include "plan/plan.h"
#include "watch/live.h"

struct text {
	struct console *console;
	struct mux *mux;
	struct plain *plain; /* NULL: nothing is said */
	struct live *live;   /* NULL: there is no screen */
	char secret[33];     /* see plain_options */
};

/* live may be NULL; it is still the caller's. */
void text_init(struct text *t, const struct plan *plan, struct console *c, struct live *live);
void text_release(struct text *t);

/* For struct listener. */
void text_event(void *text, const struct event *ev);

bool text_wants(const struct text *t);    /* something could be written now */
bool text_is_said(const struct text *t);  /* everything was, or nobody listens any more */
bool text_is_taken(const struct text *t); /* the reader takes more this instant */

/* Standard output is ready: write some. A failure is in the console. */
void text_flush(struct text *t);

#endif
