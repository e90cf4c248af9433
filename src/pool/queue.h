/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue.h - which job is next
 *
 * Jobs wait in lanes (there is one for each registry host), and in a lane in one
 * queue for each class of work. A free slot goes to the lane that has the fewest
 * jobs running, and among equal lanes to the job that was put in first; so one
 * worker alone goes through all jobs in order, and no lane starves. Jobs behind a
 * bar wait until no job before the bar can be taken, in any lane.
 *
 * A registry that says it is asked too often slows down its own lane, see
 * lane_throttle.h. A lane may also have rules of its own, see breaker.h. The engine,
 * through which all lanes go, has a breaker for outages: it holds up every job.
 */
#ifndef HPN_POOL_QUEUE_H
#define HPN_POOL_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "pool/breaker.h"
#include "pool/lane_throttle.h"

enum work_class { WORK_NETWORK, WORK_DISK, WORK_CPU, WORK_CLASSES };

struct lane {
	uint32_t head[WORK_CLASSES]; /* NO_JOB when empty */
	uint32_t tail[WORK_CLASSES];
	unsigned running;
	struct lane_throttle throttle;
	int64_t held_until_ns;
	struct breaker breaker;
	uint8_t told; /* enum lane_state, for the pool */
	char *why;    /* for the pool: the reason that jobs fail with when it is given up */
};

enum lane_state {
	LANE_OPEN,
	LANE_HELD,      /* jobs wait there for a token of the bucket */
	LANE_THROTTLED, /* the registry has asked for a pause */
	LANE_BROKEN,
	LANE_HALF_OPEN,
	LANE_GIVEN_UP,
};

struct queue {
	struct lane *lanes;
	uint32_t n_lanes;
	uint32_t *next; /* for each job the job behind it in its queue */
	uint32_t *rank; /* for each job how many bars, and how many jobs, came before it */
	uint32_t next_rank;
	unsigned limit[WORK_CLASSES];
	unsigned running[WORK_CLASSES];
	struct breaker engine;
};

/* limit[c] is how many jobs of class c may run at once. */
void queue_init(struct queue *q, uint32_t jobs, const unsigned limit[WORK_CLASSES]);
void queue_release(struct queue *q);

/* Give a lane rules of its own, before jobs are taken from it. */
void queue_set_rules(struct queue *q, uint32_t lane, const struct breaker_rules *rules);

/* Wait so long for the engine, which has answered already. */
void queue_set_engine(struct queue *q, const struct breaker_rules *rules);

/* Put a job at the end of its queue, once; or in front of all jobs there, when it
 * goes on where it was. Lanes are made as they are named. */
void queue_append(struct queue *q, uint32_t lane, enum work_class c, uint32_t job);
void queue_prepend(struct queue *q, uint32_t lane, enum work_class c, uint32_t job);

/* Put in a job that comes from another lane, by the place it had in the list. */
void queue_insert(struct queue *q, uint32_t lane, enum work_class c, uint32_t job);

/* Put in a job that comes back: behind all others there that no bar keeps behind it. */
void queue_defer(struct queue *q, uint32_t lane, enum work_class c, uint32_t job);

/* Jobs that are put at the end from now on stand behind a bar. */
void queue_bar(struct queue *q);

/* The job to start now, taken out and counted as running; NO_JOB if there is none. */
uint32_t queue_take(struct queue *q, int64_t now_ns, uint32_t *ret_lane,
		    enum work_class *ret_class);

/* Would queue_take() return a job? */
int queue_has_ready(const struct queue *q, int64_t now_ns);

/* When the next of those lanes may go on that have jobs and wait for a time to
 * come; -1: there is no such lane. */
int64_t queue_held_until_ns(const struct queue *q, int64_t now_ns);

enum lane_state queue_lane_state(const struct queue *q, uint32_t lane, int64_t now_ns);

/* When a lane may go on that is held, throttled or broken. */
int64_t queue_lane_opens_ns(const struct queue *q, uint32_t lane);

/* How many jobs may run at once in this lane; UINT_MAX: the lane has no limit. */
unsigned queue_lane_limit(const struct queue *q, uint32_t lane);

/* No job of this lane starts until then, or longer if the lane was held before. */
void queue_hold(struct queue *q, uint32_t lane, int64_t until_ns);

/* The job that was taken last was not started, so it gives its token back. */
void queue_refund(struct queue *q, uint32_t lane, enum work_class c);

/* An attempt has ended, and says `reach` of the registry and of the engine. True: see
 * breaker_hear(). */
bool queue_hear(struct queue *q, uint32_t lane, uint32_t job, enum reach reach, int64_t now_ns);

/* From when on the breakers of this lane and of the engine let a job start;
 * BREAKER_NEVER: not before another job has ended. */
int64_t queue_passes_ns(const struct queue *q, uint32_t lane);

/* A job that was taken does not run any more. */
void queue_give_back(struct queue *q, uint32_t lane, enum work_class c);

/* Any job, taken out and not counted as running; NO_JOB when no job waits. */
uint32_t queue_drop(struct queue *q);

/* Any job of a lane that is given up, likewise. */
uint32_t queue_drop_given_up(struct queue *q);

#endif
