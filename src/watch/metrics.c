/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --metrics: the run in numbers, in a file for Prometheus. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "output/metrics.h"
#include "watch/watcher.h"

static int check(const struct settings *set, void **state, struct err *err)
{
	(void)state;
	return *set->metrics && !set->dry_run ? watch_check_file("--metrics", set->metrics, err)
					      : 0;
}

static void *open_metrics(const struct watch_at *at, void *state)
{
	const char *file = at->plan->set->metrics;
	struct metrics *m;

	(void)state;
	if (!*file)
		return NULL;
	m = mem_alloc(sizeof(*m));
	metrics_init(m, file, at->info, at->ledger);
	return m;
}

static int close_metrics(void *state, const struct watch_end *end)
{
	struct metrics *m = state;
	struct err err;

	if (metrics_end(m, watch_exit(end), clock_now_ns(), &err))
		console_warn("Warning: --metrics: %s\n", err.text);
	metrics_release(m);
	free(m);
	return end->status;
}

const struct watcher watch_metrics = { .check = check,
				       .open = open_metrics,
				       .event = metrics_event,
				       .tick = metrics_tick,
				       .close = close_metrics };
