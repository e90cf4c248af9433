/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watcher.h - one way to look at a run
 *
 * A watcher hears all events and never changes what happens. Its functions are
 * called in this order; each may be NULL:
 *
 *   check()  before anything is done, for what can be refused early: a file that
 *            cannot be written. May open it, and keep it in *state
 *   open()   when the plan is made. Returns the state for the others, or NULL if
 *            nobody wants this watcher
 *   event(), tick()   as those of struct listener
 *   close()  after the run, also where there was none: then the state is that of
 *            check(). Returns the exit status, which it may have made worse
 *
 * watchers.c has the table of all of them; a new one is a row there, and a file.
 */
#ifndef HPN_WATCH_WATCHER_H
#define HPN_WATCH_WATCHER_H

#include "base/log.h"
#include "console/console.h"
#include "output/ledger.h"
#include "output/run_info.h"
#include "plan/resume.h"
#include "run/control.h"
#include "run/tell.h"
#include "run/trace.h"
#include "state/archive_cache.h"
#include "state/history.h"

/* What a watcher may keep when it is opened; all of it outlives the watchers. */
struct watch_at {
	const struct plan *plan;
	const struct run_info *info;
	const struct ledger *ledger; /* it hears each event first */
	const struct trace *trace;
	const struct archive_images *images;
	struct console *console;
	struct log *log; /* NULL: none */
	struct control *control;
	struct tell *tell;
	struct history *history; /* NULL: none is kept */
	struct journal *journal; /* NULL: none is kept */
	struct archive_cache *archives;
	bool screen; /* there is a live screen */
};

struct watch_end {
	int status; /* the exit status so far; see watch_exit() for one with a signal */
	bool ran;
	struct console *console;
	const struct settings *set;
	const struct trace *trace;
};

struct watcher {
	int (*check)(const struct settings *set, void **state, struct err *err);
	void *(*open)(const struct watch_at *at, void *state);
	void (*event)(void *state, const struct event *ev);
	int64_t (*tick)(void *state, int64_t now_ns);
	int (*close)(void *state, const struct watch_end *end);
};

/* What hpn exits with, as it is written into files. */
static inline int watch_exit(const struct watch_end *end)
{
	return end->console->ended_by ? 128 + end->console->ended_by : end->status;
}

/* Could a file that an option names be written? -1 with what to do instead. */
int watch_check_file(const char *option, const char *file, struct err *err);

extern const struct watcher watch_lanes, watch_log, watch_progress, watch_history, watch_log_dir,
	watch_report, watch_metrics, watch_thresholds, watch_jobs_file, watch_journal,
	watch_archives, watch_events, watch_recording;

#endif
