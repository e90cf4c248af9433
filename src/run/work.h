/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * work.h - a plan being carried out: from a step to its command, and from the
 * way that ended to what follows
 *
 * The loop hands in what the pool asks and gives the answers to the pool; how
 * many children run, and when, is the pool's affair.
 */
#ifndef HPN_RUN_WORK_H
#define HPN_RUN_WORK_H

#include "run/judge.h"
#include "run/step.h"
#include "run/tell.h"
#include "run/trace.h"
#include "state/tempdir.h"

struct job_work {
	unsigned begun; /* the stage (or its round) that began last, by its first step + 1 */
	bool cut;       /* its archive was cut by an engine that ended well */
	bool ran;       /* one of that stage's steps has started a child */
};

struct work {
	const struct plan *plan;
	struct archive_images images;
	struct judge judge;
	struct attempt_limits limits;
	struct tempdir tempdir;
	struct trace trace;
	struct strvec env;        /* of the children; tempdir changes one variable in it */
	struct job_work *job;     /* of each item */
	bool disk_full;           /* a step that needs room found none: no other is started */
	struct buf note, warning; /* of the step that ended last */
};

enum prepared { PREPARED_RUN, PREPARED_SKIP, PREPARED_REFUSE };

/* `history` is the file of earlier runs, or "". */
void work_init(struct work *w, const struct plan *plan, const char *history);
void work_release(struct work *w);

/* The command of this step; with PREPARED_REFUSE err says why there is none. */
enum prepared work_prepare(struct work *w, const struct step *st, struct tell *t,
			   struct pool_task *task, struct err *err);

/* The time of an attempt is up: how much more it gets; 0 ends it. */
int64_t work_overdue(struct work *w, const struct step *st, const struct pool_look *look,
		     struct tell *t);

/* An attempt has ended. `why` is the reason where hpn stopped it. The verdict's
 * texts hold until the next call; a warning is in w->warning, "" for none. */
struct pool_verdict work_ended(struct work *w, const struct step *st, const struct pool_attempt *at,
			       const char *why);

/* After pool_judge(): tell of a stage that has ended with this attempt. */
void work_tell_stage(struct work *w, const struct step *st, const struct pool_attempt *at,
		     const struct pool_verdict *v, struct tell *t);

/* After the run: remove what cancelled items have left. */
void work_sweep(struct work *w);

#endif
