/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * deadline.h - what is to happen when, the soonest first
 *
 * An intrusive binary heap: the caller owns each `struct deadline` (zeroed before
 * its first use) and keeps it in place while it is set. The heap reads no clock;
 * the time is an argument.
 */
#ifndef HPN_PROC_DEADLINE_H
#define HPN_PROC_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline {
	int64_t at_ns;
	size_t pos; /* place in the heap plus one; 0 while not set */
	void (*due)(void *owner, struct deadline *d); /* may be NULL */
	void *owner;
};

struct deadlines {
	struct deadline **heap;
	size_t n;
	size_t cap;
	int64_t shifted_ns; /* the sum of all shifts */
};

/* Set a deadline, or move one that was set before. */
void deadline_set(struct deadlines *all, struct deadline *d, int64_t at_ns);

/* Take a deadline out; nothing happens if it is not set. */
void deadline_clear(struct deadlines *all, struct deadline *d);

static inline bool deadline_is_set(const struct deadline *d)
{
	return d->pos != 0;
}

/* The soonest deadline that is due at now_ns, taken out; NULL if none is due. */
struct deadline *deadlines_due(struct deadlines *all, int64_t now_ns);

/* Take out all deadlines that are due, and call their functions. */
void deadlines_fire(struct deadlines *all, int64_t now_ns);

/* Nanoseconds until the soonest deadline; 0: it is overdue; -1: none is set. */
int64_t deadlines_wait_ns(const struct deadlines *all, int64_t now_ns);

/* Put off all deadlines by this much (the machine slept, or the run was paused). */
void deadlines_shift(struct deadlines *all, int64_t by_ns);

void deadlines_release(struct deadlines *all);

#endif
