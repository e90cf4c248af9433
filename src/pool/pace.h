/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pace.h - how many at once: numbers that find their own level
 *
 * Pure: no clock, no process, no memory; what was observed is handed in.
 *
 * A `pace` is the level of a class of work. It measures goodput, jobs that
 * ended well a second, over a round or two of jobs at one level, and climbs
 * while a higher level brings more: by doubling at first, by bisection once a
 * step has brought nothing, and then by one after a rest that grows with each
 * failure. When goodput has fallen by itself, it tries half as many, and stays
 * there if that is no worse. Only neighbouring rounds are compared with each
 * other, and never those in which something else was the limit.
 *
 * A `brake` is the limit of a lane, which is there only once its registry has
 * refused work, or let it fail in a row. A refusal halves it, and it is
 * remembered how many were too many: back to one fewer is a matter of one
 * success for each that runs, but that number is tried again only after many.
 */
#ifndef HPN_POOL_PACE_H
#define HPN_POOL_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum pace_mode {
	PACE_FIRST, /* nothing is known yet */
	PACE_HOLD,  /* at the base */
	PACE_TRY,   /* at another level: is it better? */
	PACE_CHECK, /* at the base again: was it really not? */
};

struct pace {
	unsigned level; /* so many may run now */
	unsigned most;
	/* private from here */
	enum pace_mode mode;
	unsigned base;    /* the best level so far, */
	double base_rate; /* and its jobs a second */
	double tried_rate;
	unsigned tried;
	unsigned step;            /* of the next try upwards */
	bool down_next;           /* up and down by turns */
	bool slumped;             /* goes down since it got slow */
	unsigned rest, next_rest; /* rounds until the next try */
	bool sagged;              /* the round before was slow, too */
	double spread;            /* of what jobs take, by their mean, squared */
	unsigned running;
	int64_t origin_ns; /* of the seconds below; 0: nothing has begun */
	double full_at;    /* when as many ran as might */
	/* the round: the next so many jobs to begin */
	uint16_t round; /* its number, never 0 */
	unsigned size, began, ended;
	unsigned short_of;    /* how many never saw that */
	double starts;        /* sum of the starts of those that run */
	double took, squares; /* and of what those that ended took */
};

/* level <= most */
void pace_init(struct pace *p, unsigned level, unsigned most);

/* Forget what was learnt, and begin again at this level. */
void pace_restart(struct pace *p, unsigned level);

/* Another ceiling; the level comes down to it. */
void pace_set_most(struct pace *p, unsigned most);

/* A job of this class begins. Returns what is to be handed in when it ends. */
uint16_t pace_began(struct pace *p, int64_t now_ns);

/* It has ended, well or not. True: the level has moved. */
bool pace_ended(struct pace *p, int64_t now_ns, int64_t started_ns, uint16_t round, bool well);

static inline bool pace_is_used(const struct pace *p)
{
	return p->origin_ns != 0;
}

struct brake {
	unsigned limit; /* UINT_MAX: none */
	/* private from here */
	unsigned refused; /* so many at once were too many; UINT_MAX: not known */
	unsigned patience;
	unsigned successes;
	int64_t moved_ns;
	uint16_t faults; /* a bit for each of the last ends: was it a fault? */
};

void brake_init(struct brake *b);

/* A job of the lane has ended, as one of so many that ran. */
struct brake_end {
	int64_t started_ns, now_ns;
	unsigned running;
};

/*
 * Done, refused by a registry that is asked too often, or lost to a passing
 * fault. Jobs that began before the limit moved say nothing new. True: it has
 * moved again.
 */
bool brake_done(struct brake *b, const struct brake_end *e);
bool brake_refused(struct brake *b, const struct brake_end *e);
bool brake_fault(struct brake *b, const struct brake_end *e);

#endif
