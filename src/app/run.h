/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run.h - carry out a plan: the pool, the mux and the signals together
 */
#ifndef HPN_APP_RUN_H
#define HPN_APP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "console/console.h"
#include "output/plain.h"
#include "output/run_info.h"
#include "pool/pool.h"
#include "pool/rank.h"

enum run_output { RUN_ORDERED, RUN_GROUPED, RUN_LINES, RUN_NONE, RUN_RAW };

struct live;

enum run_prepared { RUN_IT, RUN_SKIP, RUN_REFUSE };

/* What a run asks about the steps of its jobs. */
struct run_client {
	void *ctx;
	enum work_class (*class_of)(void *ctx, uint32_t job, unsigned step);
	/* RUN_REFUSE: err says why. */
	enum run_prepared (*prepare)(void *ctx, uint32_t job, unsigned step,
				     struct pool_task *task, struct err *err);
	/* Fills in all but lane, class, lane_reason, bytes and note. */
	struct pool_verdict (*judge)(void *ctx, const struct pool_attempt *a);
	int64_t (*overdue)(void *ctx, const struct pool_look *look);
	/* Append why the jobs of this lane fail when it is given up. */
	void (*explain_lane)(void *ctx, uint32_t lane, struct buf *b);
};

struct run_plan {
	uint32_t jobs;
	void *ctx;
	const struct run_info *info;
	/* Fill in what the event's step is: words, subject and step_name. */
	void (*about)(void *ctx, struct event *ev);
	uint32_t (*lane)(void *ctx, uint32_t job, unsigned step);
	struct run_client client;
	struct pool_limits limits;
	const struct listener *listeners; /* they live as long as the run */
	unsigned n_listeners;
	struct live *live; /* what the text goes through; NULL: straight out */
	enum run_output output;
	bool verbose; /* what the children write is shown too */
	bool answers; /* what they write on standard output is */
	bool quiet;
	struct ranking order;   /* of starting; .job is NULL: as they are numbered */
	int64_t deadline_ns;    /* of all; 0: none */
	uint32_t most_failures; /* after so many nothing more is started; 0: no end */
};

struct run {
	uint32_t ok, failed, cancelled;
	uint8_t *result; /* enum event_result of each job; freed by run_release() */
	bool late;       /* the deadline has passed, and the run was ended */
	/* private from here */
	struct console *console;
	const struct run_plan *plan;
	struct pool *pool;
	/* What the client says while it judges: it comes after the end it belongs to. */
	bool judging, stage_ended;
	enum cause stage_cause;
	struct buf notes;
	int64_t bytes;
	struct mux *mux;
	struct plain *plain;
	struct deadline tick; /* of the listeners, the soonest */
	struct deadline end;  /* of all */
	bool heard;           /* an event came since they were last asked */
	char secret[33];      /* of plain_options */
	bool unheard;         /* standard output has failed, and all is cancelled */
	bool paused;
	int64_t paused_ns; /* since when */
};

/*
 * Run all jobs to their end. When standard output fails, or a signal asks hpn
 * to end, children are ended and the rest is cancelled: see console->out_error
 * and console->ended_by.
 */
void run_jobs(struct run *r, struct console *s, const struct run_plan *plan);
void run_release(struct run *r);

/* So many at once from now on, or 0: as many as prove best. */
void run_set_workers(struct run *r, unsigned workers);

/* A line about a job in the middle of a step, as EVENT_NOTE. */
void run_note(struct run *r, uint32_t job, const char *line);

/* The same of something odd: no line of the run, but one for the log, and on
 * standard error where somebody watches that and not the run. */
void run_warn(struct run *r, uint32_t job, const char *line);

/* All of its bytes are there, as EVENT_PROGRESS. */
void run_bytes(struct run *r, uint32_t job, unsigned step, int64_t bytes);

/* One of several actions in a row ends or begins; how it ended. */
void run_stage(struct run *r, enum event_kind kind, uint32_t job, unsigned step, enum cause cause);

/* Words on standard error; while it runs, not into the live screen. */
void run_complain(const struct run *r, const char *fmt, ...) HPN_PRINTF(2, 3);

/* Something about a job; the lane and the time are filled in. */
void run_tell(struct run *r, struct event *ev);

/* What keys ask for. Paused, children are stopped, nothing is started, and no
 * time passes for what has a limit. */
void run_pause(struct run *r, bool pause);
void run_finish(struct run *r); /* start nothing more */
void run_resize(struct run *r, int by);
void run_wake(struct run *r); /* let the listeners look at once */

#endif
