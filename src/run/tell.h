/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tell.h - pass on what happens in a run
 *
 * The pool's events and those of the run itself come through here. Each gets
 * what it is about (names, words, lane), so that no listener has to ask back;
 * then all listeners hear it, in the order in which they were added.
 */
#ifndef HPN_RUN_TELL_H
#define HPN_RUN_TELL_H

#include "proc/loop.h"
#include "run/archive_images.h"

struct tell {
	const struct plan *plan;
	const struct archive_images *images;
	const struct loop *loop; /* for the time */
	struct listener *listener;
	unsigned n;
	bool heard; /* something was told since the listeners had their turn */
};

void tell_add(struct tell *t, const struct listener *l);
void tell_release(struct tell *t);

/* For pool_new(); ctx is the struct tell. */
void tell_event(void *ctx, const struct event *ev);

/* A line about an item. With a class ("warning") it is for the log and for
 * whoever watches, and not a line of the item's text. */
void tell_note(struct tell *t, uint32_t job, unsigned nth, const char *class, const char *line);

/* A line for the user about the run, without "Warning: ". */
void tell_warning(struct tell *t, const char *line);

/* One of several stages ends or begins. */
void tell_stage(struct tell *t, enum event_kind kind, uint32_t job, unsigned nth, enum cause cause);

/* Let each listener do what its time has come for. Returns when the soonest
 * wants another turn, or -1. */
int64_t tell_tick(struct tell *t, int64_t now_ns);

#endif
