/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcome.h - an attempt has failed: say why, and whether to try again
 */
#ifndef HPN_APP_OUTCOME_H
#define HPN_APP_OUTCOME_H

#include <stdint.h>

#include "app/action.h"
#include "runtime/classify.h"

/* The reason is in a->reason until the next verdict. */
struct pool_verdict outcome_judge(struct action *a, const struct pool_attempt *at);

/* What an attempt says of the other side: v is NULL when it went well. A step
 * that is not the last one (a tag) says nothing of a registry. */
enum reach outcome_reach(struct action *a, const struct pool_attempt *at, const struct verdict *v);

/*
 * How long to wait before attempt n + 1: anything up to delay_ns doubled n - 1
 * times, but max_ns, as `dice` (any number) has it. All waits of a crowd that
 * failed together are different then.
 */
int64_t outcome_backoff_ns(int64_t delay_ns, int64_t max_ns, unsigned n, uint64_t dice);

/* Before the run: the limits of its attempts. */
void outcome_prepare(struct action *a);

/* The pool's question; ctx is the action. */
int64_t outcome_overdue(void *ctx, const struct pool_look *look);

#endif
