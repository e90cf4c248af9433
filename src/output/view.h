/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view.h - a run as it stands: who runs, how far, what failed
 *
 * A consumer of events, and what the live screen is made from. Times are
 * monotonic nanoseconds and always handed in.
 */
#ifndef HPN_OUTPUT_VIEW_H
#define HPN_OUTPUT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/event.h"
#include "output/clean.h"
#include "output/estimate.h"
#include "output/run_info.h"

#define VIEW_FAILURES 64 /* how many failures keep their reason */

/* An image that was started and is not over. */
struct view_row {
	uint32_t job;
	const char *step; /* its name; NULL before the first */
	unsigned attempt;
	bool runs;            /* a child of its runs now; else it waits */
	int64_t start_ns;     /* of its first attempt */
	int64_t again_ns;     /* when it is tried again; 0: that is not why it waits */
	int64_t bytes, total; /* -1: not known */
	unsigned parts, of_parts;
	int64_t rate;                /* bytes a second; -1: not known */
	int64_t rate_bytes, rate_ns; /* as of when the rate was taken */
	struct buf doing;            /* in the runtime's words, or why it waits */
	unsigned blobs;              /* that the runtime has said it works on */
	struct clean clean[2];
	struct buf output; /* the last of what it wrote */
};

struct view_failure {
	uint32_t job;
	char *reason; /* may have several lines */
};

struct view {
	const struct run_info *info;
	struct view_row **of_job; /* NULL for those not started, and those over */
	bool *begun;              /* by job: it is open or over */
	struct view_row **rows;   /* a NULL is free for the next to begin */
	uint32_t n_rows, cap_rows;
	size_t name_columns;                        /* of the longest name in the run */
	struct view_failure failure[VIEW_FAILURES]; /* the newest: number n is at
						     * n % VIEW_FAILURES */
	uint32_t done, failed, cancelled, running;
	unsigned workers;
	int64_t over_bytes;                /* of the images that are over */
	int64_t took_ns;                   /* of those over that have a time from earlier runs */
	int64_t took_usual_ns;             /* and these times together */
	uint32_t over;                     /* how many of those over were started at all */
	int64_t over_ns[ESTIMATE_SAMPLES]; /* how long the newest of them took */
	int64_t rate, rate_bytes, rate_ns;
	/* What keys do to it. */
	bool paused, finishing;
	bool asking; /* one q was pressed: a second one would count */
	bool help, details, choosing;
	uint32_t chosen; /* the job that details are about; or NO_JOB */
};

void view_init(struct view *v, const struct run_info *info);
void view_release(struct view *v);

void view_event(struct view *v, const struct event *ev);

/* Before each picture: rates, and no gaps between rows. */
void view_settle(struct view *v, int64_t now_ns);

/* Choose another row: +1 the next, -1 the one before. */
void view_choose(struct view *v, int by);

uint32_t view_waiting(const struct view *v);
int64_t view_bytes(const struct view *v);
int64_t view_left_ns(const struct view *v, int64_t now_ns); /* settled; -1: no idea */

#endif
