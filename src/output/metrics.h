/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metrics.h - the run in numbers, for Prometheus
 *
 * A file for the textfile collector of its node_exporter, which wants to find it
 * complete: it is replaced by rename, now and then and at the end.
 */
#ifndef HPN_OUTPUT_METRICS_H
#define HPN_OUTPUT_METRICS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/event.h"
#include "output/ledger.h"

struct metrics_lane {
	unsigned workers; /* UINT_MAX: no limit of its own */
	char state[16];
};

struct metrics {
	const char *path;
	const struct run_info *info;
	const struct ledger *ledger;
	struct metrics_lane *lane;
	uint32_t n_lanes;
	unsigned workers;
	int64_t due_ns;
	int status; /* -1 until the end */
	struct err trouble;
	bool failed; /* trouble has the last failure */
};

/* All that is given lives longer; the ledger hears each event first. */
void metrics_init(struct metrics *m, const char *path, const struct run_info *info,
		  const struct ledger *ledger);
void metrics_release(struct metrics *m);

/* For struct listener; ctx is the struct metrics. */
void metrics_event(void *ctx, const struct event *ev);
int64_t metrics_tick(void *ctx, int64_t now_ns);

/* Append what the file holds. */
void metrics_text(const struct metrics *m, int64_t now_ns, struct buf *b);

/* The run exits with this. -1 with a text when the file could not be written. */
int metrics_end(struct metrics *m, int status, int64_t now_ns, struct err *err);

#endif
