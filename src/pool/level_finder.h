/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * level_finder.h - how many jobs of one class of work are best run at once
 *
 * Pure: no clock, no process, no memory; what was observed is an argument.
 *
 * A level is a number of jobs that run at once. The finder measures goodput, jobs
 * that end well in a second, over a round or two of jobs at one level, and climbs
 * while a higher level brings more: it doubles at first, bisects once a step has
 * brought nothing, and then adds one after a rest that grows with each failure.
 * When goodput has fallen by itself, the finder tries half as many jobs, and stays
 * there if that is no worse. Only neighbouring rounds are compared with each
 * other, and never rounds in which something else than the level was the limit.
 */
#ifndef HPN_POOL_LEVEL_FINDER_H
#define HPN_POOL_LEVEL_FINDER_H

#include <stdbool.h>
#include <stdint.h>

enum finder_mode {
	FINDER_FIRST, /* nothing is known yet */
	FINDER_HOLD,  /* runs at the base */
	FINDER_TRY,   /* runs at another level: is that better? */
	FINDER_CHECK, /* runs at the base again: was the other level really no better? */
};

struct level_finder {
	unsigned level; /* so many jobs may run now */
	unsigned most;
	/* private from here */
	enum finder_mode mode;
	unsigned base;    /* the best level so far */
	double base_rate; /* jobs a second at the base */
	double tried_rate;
	unsigned tried;
	unsigned step;            /* of the next try upwards */
	bool down_next;           /* the next try goes down; up and down take turns */
	bool slumped;             /* the try goes down because the base got slow */
	unsigned rest, next_rest; /* rounds until the next try */
	bool sagged;              /* the round before this one was slow */
	double spread;            /* variance of what jobs take, over the square of their mean */
	unsigned running;
	int64_t origin_ns; /* where the seconds below begin; 0: no job has begun */
	double full_at;    /* when as many jobs ran as the level allows */
	/* A round consists of the next `size` jobs that begin. */
	uint16_t round; /* the number of the round, never 0 */
	unsigned size, began, ended;
	unsigned short_of;    /* jobs of the round that ended before full_at */
	double starts;        /* the sum of the starts of the jobs that run */
	double took, squares; /* the sums of what ended jobs took, and of its squares */
};

/* level <= most */
void level_finder_init(struct level_finder *p, unsigned level, unsigned most);

/* Forget what was learnt, and begin again at `level`. */
void level_finder_restart(struct level_finder *p, unsigned level);

/* Set another ceiling; a level above it comes down to it. */
void level_finder_set_most(struct level_finder *p, unsigned most);

/* A job of this class begins. The returned number is the argument `round` when the
 * job ends. */
uint16_t level_finder_began(struct level_finder *p, int64_t now_ns);

/* A job has ended, well or not. True: the level has moved. */
bool level_finder_ended(struct level_finder *p, int64_t now_ns, int64_t started_ns, uint16_t round,
			bool well);

static inline bool level_finder_is_used(const struct level_finder *p)
{
	return p->origin_ns != 0;
}

#endif
