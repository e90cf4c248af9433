/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recorded_run.h - what happened in a run, read back from its events
 *
 * The events are the JSON lines of `hpn --events`. They may come from anywhere:
 * what is not as it should be is an error that names the line. Only a last line
 * that is torn, as of a run that was killed, is left out, and told of in `torn`;
 * attempts that have no end then last until the end of what there is.
 *
 * From the first reading on, jansson takes its memory from mem.h: what it makes
 * is never NULL for want of memory.
 */
#ifndef HPN_STORY_RECORDED_RUN_H
#define HPN_STORY_RECORDED_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/strvec.h"

enum recorded_how { HOW_OPEN, HOW_OK, HOW_FAILED, HOW_TIMEOUT, HOW_STOPPED };

/* Times are from the beginning of the run. Texts live as long as the run,
 * and hold what the file held: escape them. */

struct recorded_try { /* an attempt */
	uint32_t job, lane;
	unsigned slot, attempt; /* slot from 0, attempt from 1 */
	const char *step;
	const char *class; /* of its failure; "" for none */
	const char *span;  /* its id for tracing, 16 hex digits; "" for none */
	int64_t begin_ns, end_ns;
	enum recorded_how how;
	int exit, signal; /* -1: did not end so */
	size_t next;      /* attempt of the same job, plus 1; 0: none */
};

struct recorded_wait {
	uint32_t job;
	int64_t begin_ns, end_ns;
	const char *class, *reason;
	size_t next; /* wait of the same job, plus 1; 0: none */
};

struct recorded_job {
	const char *image;
	uint32_t lane;
	int64_t begin_ns, end_ns; /* -1: never */
	enum recorded_how how;    /* HOW_STOPPED: cancelled */
	const char *reason;
	unsigned tries;
	int64_t run_ns;                                    /* its attempts together */
	size_t first_try, last_try, first_wait, last_wait; /* plus 1; 0: none */
	/* private */
	bool open;    /* the last attempt has not ended */
	bool waiting; /* the last wait has not ended */
};

struct recorded_lane {
	const char *name; /* "" for none */
	uint32_t jobs, failed;
};

struct recorded_change { /* of how many attempts run */
	int64_t at_ns;
	uint32_t lane;
	bool begins; /* an attempt; else one ends */
};

#define RECORDED_ALL UINT32_MAX /* a limit's lane: the whole run */

struct recorded_limit {
	uint32_t lane;
	int64_t at_ns;
	int workers; /* -1: none of its own */
	const char *state;
};

struct recorded_run {
	const char *hpn, *verb, *runtime, *traceparent; /* "" for none */
	unsigned workers;                               /* the limit at the beginning */
	unsigned slots;                                 /* that were used */
	int64_t wall_ns;                                /* of the beginning, since 1970 */
	int64_t end_ns;
	bool over; /* the run came to its end */
	int status, signal;
	uint32_t ok, failed, cancelled;
	struct recorded_job *jobs;
	struct recorded_lane *lanes;
	struct recorded_try *tries; /* by their beginning */
	struct recorded_wait *waits;
	struct recorded_limit *limits;   /* by time */
	struct recorded_change *changes; /* by time */
	size_t n_jobs, n_lanes, n_tries, n_waits, n_limits, n_changes;
	size_t torn; /* the number of the line that was left out, or 0 */
	struct strvec texts;
};

/* `name` is for messages. Release the run in any case. */
int recorded_run_read(FILE *in, const char *name, struct recorded_run *ret_run, struct err *err);
void recorded_run_release(struct recorded_run *run);

/* From a job's start to its end, or to the end of the events; 0: it never
 * started. A job has waited for what of this is not in its run_ns: the report
 * has the same figure as waiting_seconds. */
int64_t recorded_took_ns(const struct recorded_run *run, const struct recorded_job *j);

#endif
