/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lane_throttle.h - how many jobs a lane may run whose registry has refused work
 *
 * Pure: no clock, no process, no memory; what was observed is an argument.
 *
 * A lane has no limit until its registry has refused work, or has let it fail
 * several times in a row. A refusal halves the number of jobs, and the throttle
 * remembers how many were too many. One success for each job that runs adds one
 * job, up to one fewer than were too many; that number itself is tried again only
 * after many successes.
 */
#ifndef HPN_POOL_LANE_THROTTLE_H
#define HPN_POOL_LANE_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct lane_throttle {
	unsigned limit; /* the most jobs at once; UINT_MAX: there is no limit */
	/* private from here */
	unsigned refused; /* so many jobs at once were too many; UINT_MAX: not known */
	unsigned patience;
	unsigned successes;
	int64_t moved_ns;
	uint16_t faults; /* one bit for each of the last ends: 1 for a fault */
};

void lane_throttle_init(struct lane_throttle *t);

/* A job of the lane has ended; `running` jobs of the lane ran then, this one
 * included. */
struct throttle_end {
	int64_t started_ns, now_ns;
	unsigned running;
};

/*
 * A job was done, was refused by a registry that is asked too often, or was lost
 * to a passing fault. Jobs that began before the limit last moved are ignored.
 * True: the limit has moved.
 */
bool lane_throttle_done(struct lane_throttle *t, const struct throttle_end *e);
bool lane_throttle_refused(struct lane_throttle *t, const struct throttle_end *e);
bool lane_throttle_fault(struct lane_throttle *t, const struct throttle_end *e);

#endif
