/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * judge.h - an attempt has failed: say why, and whether to try again
 */
#ifndef HPN_RUN_JUDGE_H
#define HPN_RUN_JUDGE_H

#include "plan/plan.h"
#include "pool/pool.h"
#include "run/attempt_limits.h"
#include "runtime/classify.h"

struct judge {
	const struct plan *plan;
	const struct attempt_limits *limits; /* they say why an attempt timed out */
	const char *history;                 /* the file, for names of other tags; "" for none */
	uint64_t dice;                       /* for waits; 0 until the first */
	unsigned searches;                   /* for other tags, so far */
	struct buf reason, lane_reason;      /* of the verdict that was given last */
};

/*
 * The verdict on an attempt that did not end well; its texts are the judge's
 * until the next one. `why` is what ended an attempt that was stopped:
 * "interrupted", for instance.
 */
struct pool_verdict judge_failure(struct judge *j, const struct step *st,
				  const struct pool_attempt *at, const char *why);

/* What an attempt says of the other side; v is NULL when it went well. A step
 * that is not the last of its stage, such as a tag, says nothing of a registry, and
 * one of hpn's own nothing of the engine. */
enum reach judge_reach(const struct step *st, const struct verdict *v);

/*
 * How long to wait before attempt n + 1: anything up to delay_ns doubled n - 1
 * times, but at most max_ns, as `dice` (any number) has it. So images that
 * failed together are not tried again together.
 */
int64_t judge_backoff_ns(int64_t delay_ns, int64_t max_ns, unsigned n, uint64_t dice);

void judge_release(struct judge *j);

#endif
