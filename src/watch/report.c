/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --report: files that say how each image ended, as JSON or JUnit. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "output/report.h"
#include "watch/watcher.h"

static int check(const struct settings *set, void **state, struct err *err)
{
	(void)state;
	for (char *const *file = set->reports; *file && !set->dry_run; file++)
		if (watch_check_file("--report", *file, err))
			return -1;
	return 0;
}

static void *open_report(const struct watch_at *at, void *state)
{
	struct report *r;

	(void)state;
	if (!*at->plan->set->reports)
		return NULL;
	r = mem_alloc(sizeof(*r));
	report_init(r, at->info, at->ledger);
	return r;
}

static void write_report(const struct report *r, const char *file, struct replace *to)
{
	const char *dot = strrchr(file, '.');

	if (dot && !strcmp(dot, ".xml"))
		report_junit(r, to);
	else
		report_json(r, to);
}

/* A report that was asked for and is not there is a failure. */
static int close_report(void *state, const struct watch_end *end)
{
	struct report *r = state;
	int status = end->status;
	struct replace to;
	struct err err;

	r->status = watch_exit(end);
	r->signal = end->console->ended_by;
	r->end_ns = clock_now_ns();
	for (char *const *file = end->set->reports; *file; file++) {
		replace_begin(&to, *file);
		write_report(r, *file, &to);
		if (replace_end(&to, &err)) {
			console_warn("Error: --report: %s\n", err.text);
			status = 1;
		}
	}
	report_release(r);
	free(r);
	return status;
}

const struct watcher watch_report = {
	.check = check, .open = open_report, .event = report_event, .close = close_report
};
