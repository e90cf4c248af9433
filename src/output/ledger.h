/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger.h - what each job has come to, in numbers
 *
 * The first listener of a run: others read here what happened before the event
 * that they are told of, instead of keeping books of their own. What it holds
 * for a job is small and does not grow with what a job writes.
 */
#ifndef HPN_OUTPUT_LEDGER_H
#define HPN_OUTPUT_LEDGER_H

#include <stdbool.h>

#include "base/event.h"
#include "base/strvec.h"
#include "output/run_info.h"

enum ledger_state { LEDGER_QUEUED, LEDGER_RUNNING, LEDGER_PAUSED, LEDGER_OVER, LEDGER_STATES };

#define LEDGER_NONE UINT32_MAX

/* A child that has ended. */
struct ledger_attempt {
	int64_t end_ns, took_ns;
	uint32_t next; /* of the same job; LEDGER_NONE: the last */
	int status;    /* see struct event */
	uint16_t attempt;
	uint8_t step;   /* ledger_step() */
	uint8_t cause;  /* enum cause */
	uint8_t result; /* enum event_result */
	uint8_t class;  /* ledger_class(); 0: none */
};

struct ledger_job {
	int64_t start_ns;  /* -1: not yet */
	int64_t finish_ns; /* -1: not yet */
	int64_t ran_ns;    /* its attempts that are over, together */
	int64_t bytes;     /* the most that any step told of; -1: nothing */
	char *reason;      /* the first line of why it is not done; else NULL */
	uint32_t lane;
	uint32_t first, last; /* of its attempts; LEDGER_NONE */
	uint16_t attempts;    /* started, over all steps */
	uint16_t retries;     /* of them, those that came after a failure */
	uint8_t state;        /* enum ledger_state */
	uint8_t result;       /* enum event_result, once it is over */
	uint8_t class;        /* of the last failure; 0: none */
};

/* How many jobs ran and waited from here on. */
struct ledger_point {
	int64_t at_ns;
	uint32_t active, queued;
};

#define LEDGER_POINTS 400

struct ledger {
	const struct run_info *info;
	struct ledger_job *job;
	struct ledger_attempt *attempt;
	uint32_t n_attempts, cap_attempts;
	struct strvec classes;      /* [0] is "" */
	struct strvec steps;        /* their names; [0] is "" */
	uint32_t in[LEDGER_STATES]; /* jobs, by state */
	uint32_t ended[3];          /* jobs that are over, by result */
	uint32_t retries;
	unsigned workers; /* the most that might run at once so far */
	bool adjusted;    /* their number has changed during the run */
	int64_t ran_ns;   /* all attempts that are over */
	int64_t bytes;    /* of all jobs */
	struct ledger_point point[LEDGER_POINTS];
	unsigned n_points;
	int64_t point_ns; /* no two points are closer than this */
};

/* The info lives as long. */
void ledger_init(struct ledger *l, const struct run_info *info);
void ledger_release(struct ledger *l);

/* For struct listener; ctx is the ledger. */
void ledger_event(void *ctx, const struct event *ev);

/* The attempts of a job that are over, in their order; NULL: no more. */
const struct ledger_attempt *ledger_first(const struct ledger *l, uint32_t job);
const struct ledger_attempt *ledger_next(const struct ledger *l, const struct ledger_attempt *a);

/* The class's name; NULL for 0. */
const char *ledger_class(const struct ledger *l, uint8_t class);

/* What the attempt did: "pull", "tag". */
const char *ledger_step(const struct ledger *l, const struct ledger_attempt *a);

/* From start to finish; up to now_ns while it runs; 0 when it never started. */
int64_t ledger_took_ns(const struct ledger *l, uint32_t job, int64_t now_ns);

/* How long the jobs took that are over and had started: sorted, the caller
 * frees; *ret_n of them. */
int64_t *ledger_times(const struct ledger *l, uint32_t *ret_n);

/* The smallest of sorted times that `percent` of them do not exceed; 0: none. */
int64_t ledger_percentile(const int64_t *sorted, uint32_t n, unsigned percent);

/* How many jobs failed of this class. */
uint32_t ledger_failed(const struct ledger *l, uint8_t class);

/* The share of the workers' time, up to now, in which they had a child: of those
 * that the run could use. From 0 to 1; attempts that still run do not count. */
double ledger_utilisation(const struct ledger *l, int64_t now_ns);

#endif
