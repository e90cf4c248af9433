/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop.h - wait for descriptors, signals and deadlines, in one place
 *
 * A watch is a descriptor with a function that is called when poll() reports
 * something. It is known by a small number, from loop_watch() until loop_drop().
 */
#ifndef HPN_PROC_LOOP_H
#define HPN_PROC_LOOP_H

#include <poll.h>
#include <stdint.h>

#include "proc/deadline.h"

struct loop_watch {
	void (*ready)(void *ctx, short revents); /* NULL: a free place */
	void *ctx;
	int fd;
};

struct loop {
	struct pollfd *fds; /* fd is -1 where nothing is wanted */
	struct loop_watch *watch;
	unsigned n;
	unsigned cap;
	struct deadlines deadlines;
	int64_t now_ns;   /* as of the end of the last poll */
	int64_t slept_ns; /* how long deadlines were put off in the last turn */
};

void loop_init(struct loop *l, int64_t now_ns);
void loop_release(struct loop *l);

unsigned loop_watch(struct loop *l, int fd, short events, void (*ready)(void *ctx, short revents),
		    void *ctx);
/* Change the events; 0: not even an error or a hang-up is reported. */
void loop_want(struct loop *l, unsigned id, short events);
void loop_drop(struct loop *l, unsigned id);

/*
 * One turn: wait until a descriptor is ready or the soonest deadline is due, but
 * at most max_wait_ns (-1: for ever), then call the functions of what is ready.
 * Due deadlines are left to the caller: pool_next() or deadlines_fire(). When the
 * turn took over 30 s longer than it should, the machine was asleep, and all
 * deadlines are put off by as much.
 */
void loop_turn(struct loop *l, int64_t max_wait_ns);

#endif
