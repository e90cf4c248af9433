/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watchers.h - all watchers of a run
 */
#ifndef HPN_WATCH_WATCHERS_H
#define HPN_WATCH_WATCHERS_H

#include "watch/watcher.h"

#define WATCHERS 13

struct watchers {
	void *state[WATCHERS]; /* in the order of the table; NULL: not there */
	bool open[WATCHERS];
};

/* -1 with err where something that was asked for cannot be written. */
int watchers_check(struct watchers *w, const struct settings *set, struct err *err);

/* The run begins: those that are wanted become listeners. */
void watchers_open(struct watchers *w, const struct watch_at *at);

/* Returns the exit status. */
int watchers_close(struct watchers *w, struct watch_end *end);

#endif
