/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * warn.h - thresholds that the user has set, and whether a run keeps to them
 */
#ifndef HPN_OUTPUT_WARN_H
#define HPN_OUTPUT_WARN_H

#include "base/event.h"
#include "base/threshold.h"
#include "output/ledger.h"

struct warn_rule {
	struct threshold t;
	uint32_t over; /* jobs that took longer */
	bool crossed;
};

struct warn {
	const struct run_info *info;
	const struct ledger *ledger;
	struct warn_rule *rule;
	size_t n;
	int64_t heard_ns; /* when something happened last */
	bool failed;      /* one with ":fail" was crossed */
	void (*say)(void *say_ctx, const char *text);
	void *say_ctx;
};

/* say() gets one line for each threshold, when it is crossed first. */
void warn_init(struct warn *w, const struct threshold *thresholds, size_t n,
	       const struct run_info *info, const struct ledger *ledger,
	       void (*say)(void *say_ctx, const char *text), void *say_ctx);
void warn_release(struct warn *w);

/* For struct listener; ctx is the struct warn. The ledger hears first. */
void warn_event(void *ctx, const struct event *ev);
int64_t warn_tick(void *ctx, int64_t now_ns);

/* Nothing more comes: shares are now those of the jobs that are over. */
void warn_end(struct warn *w);

#endif
