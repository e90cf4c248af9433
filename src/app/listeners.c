/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/listeners.h"

#include <stdlib.h>
#include <string.h>

#include "app/loaded.h"
#include "app/lognames.h"
#include "app/live.h"
#include "app/progress.h"
#include "app/screen.h"
#include "base/clock.h"
#include "base/mem.h"

static void fill_run_info(struct action *a)
{
	const struct history *h = &a->order.history;

	a->shown = mem_array(a->n, sizeof(*a->shown));
	for (uint32_t i = 0; i < a->n; i++)
		a->shown[i] = action_name(a, i);
	a->info = (struct run_info){
		.jobs = a->n,
		.workers = (unsigned)cfg_workers(a->cfg),
		.verb = a->verbs,
		.runtime = a->rt ? a->rt->name : "",
		.start_ns = clock_now_ns(),
		.start_wall_ns = clock_wall_ns(),
		.traceparent = a->trace.on ? a->trace.run : NULL,
		.name = a->shown,
		.lane = a->stage[0].lane,
		.lane_name = (const char *const *)a->lane_names.v,
		.n_lanes = (uint32_t)a->lane_names.n,
		.usual_ns = h->n ? h->known_ns : NULL,
	};
}

static void add(struct action *a, void (*event)(void *ctx, const struct event *ev),
		int64_t (*tick)(void *ctx, int64_t now_ns), void *ctx)
{
	a->listeners.list[a->listeners.n++] = (struct listener){ event, tick, ctx };
}

/* Of a failure, what it was that failed; else what was done last. */
static void log_finish(struct action *a, const struct event *ev, const char *why, int len)
{
	if (ev->result == RESULT_OK)
		log_say(a->log, LOG_LEVEL_INFO, "%s %s", ev->words->done, ev->subject);
	else if (ev->result == RESULT_FAILED)
		log_say(a->log, LOG_LEVEL_ERROR, "failed to %s %s: %.*s", ev->words->verb,
			ev->subject, len, why);
	else
		log_say(a->log, LOG_LEVEL_WARN, "%s was cancelled", ev->subject);
}

static void log_event(void *ctx, const struct event *ev)
{
	struct action *a = ctx;
	int first = ev->data ? (int)strcspn(ev->data, "\n") : 0;

	if (ev->kind == EVENT_ATTEMPT)
		log_say(a->log, LOG_LEVEL_DEBUG, "%s: attempt %u", ev->name, ev->attempt);
	else if (ev->kind == EVENT_WAIT)
		log_say(a->log, LOG_LEVEL_WARN, "%s: trying again in %.1f s: %.*s", ev->name,
			(double)ev->wait_ns / 1e9, first, ev->data);
	else if (ev->kind == EVENT_NOTE && ev->class)
		log_say(a->log, LOG_LEVEL_WARN, "%s: %s", ev->name, ev->data);
	else if (ev->kind == EVENT_LIMIT && ev->lane == NO_LANE)
		log_say(a->log, LOG_LEVEL_DEBUG, "%s to %u at once", ev->data, ev->workers);
	else if (ev->kind == EVENT_FINISH || ev->kind == EVENT_STAGE_END)
		log_finish(a, ev, ev->data, first);
}

/* Where standard output is for events, its failure is the run's. */
static void note_failure(struct action *a)
{
	int errnum = sink_error(a->listeners.sink);

	if (a->console->mute && errnum && !a->console->out_error)
		a->console->out_error = errnum;
}

static int64_t tick_events(void *ctx, int64_t now_ns)
{
	struct action *a = ctx;
	int64_t next_ns = events_tick(a->listeners.events, now_ns);

	note_failure(a);
	return next_ns;
}

static void on_event(void *ctx, const struct event *ev)
{
	events_event(((struct action *)ctx)->listeners.events, ev);
}

static int refuse(const char *flag, struct err *err)
{
	struct err why = *err;

	return err_set(err, "%s: %s; name one in a directory that is there and can be written to",
		       flag, why.text);
}

/* NULL: two, which cannot be. */
static const char *events_file(const struct action *a)
{
	const char *events = cfg_str(a->cfg, OPT_EVENTS);

	if (strcmp(cfg_str(a->cfg, OPT_PROGRESS), "json") != 0)
		return events;
	return !*events || !strcmp(events, "-") ? "-" : NULL;
}

int listeners_prepare(struct action *a, struct err *err)
{
	struct listeners *l = &a->listeners;
	const char *events = events_file(a), *dir = cfg_str(a->cfg, OPT_LOG_DIR);
	const char *metrics = cfg_str(a->cfg, OPT_METRICS);
	const char *timeline = cfg_str(a->cfg, OPT_TIMELINE), *otlp = cfg_str(a->cfg, OPT_OTLP);

	if (!events)
		return err_set(err, "--progress json prints the events that --events would write;"
				    " give one of the two");
	for (char *const *file = cfg_list(a->cfg, OPT_REPORT); *file; file++)
		if (replace_check(*file, err))
			return refuse("--report", err);
	if (*metrics && replace_check(metrics, err))
		return refuse("--metrics", err);
	if (*timeline && replace_check(timeline, err))
		return refuse("--timeline", err);
	if (*otlp && replace_check(otlp, err))
		return refuse("--otlp", err);
	if (*dir && !(l->logdir = logdir_new(dir, err)))
		return refuse("--log-dir", err);
	if (*events && !(l->sink = sink_new(events, err)))
		return refuse("--events", err);
	a->console->mute = !strcmp(events, "-");
	return 0;
}

static void say_warning(void *ctx, const char *text)
{
	run_complain(&((struct action *)ctx)->run, "Warning: %s\n", text);
}

static void open_warn(struct action *a)
{
	struct threshold *list = NULL;
	size_t n = 0;

	for (char *const *text = cfg_list(a->cfg, OPT_WARN); *text; text++)
		threshold_add(*text, &list, &n, NULL); /* the table has checked them */
	if (n) {
		warn_init(&a->listeners.warn, list, n, &a->info, &a->listeners.ledger, say_warning,
			  a);
		add(a, warn_event, warn_tick, &a->listeners.warn);
	}
	free(list);
}

static void open_metrics(struct action *a, const char *file)
{
	struct metrics *m = &a->listeners.metrics;

	if (!*file)
		return;
	metrics_init(m, file, &a->info, &a->listeners.ledger);
	add(a, metrics_event, metrics_tick, m);
}

void listeners_open(struct action *a)
{
	struct listeners *l = &a->listeners;

	trace_init(&a->trace, a->cfg);
	fill_run_info(a);
	ledger_init(&l->ledger, &a->info);
	add(a, ledger_event, NULL, &l->ledger);
	add(a, lanes_event, NULL, a);
	if (a->log)
		add(a, log_event, NULL, a);
	a->live = screen_for(a);
	if (a->live || l->sink || *cfg_list(a->cfg, OPT_REPORT)) {
		l->progress = progress_new(a, a->live ? NS_PER_S / 5 : NS_PER_S);
		add(a, progress_event, progress_tick, l->progress);
	}
	if (a->order.history.n)
		add(a, history_event, NULL, &a->order.history);
	if (l->logdir) {
		lognames_choose(a, &l->log_names);
		logdir_begin(l->logdir, &a->info, &l->ledger, (const char *const *)l->log_names.v);
		add(a, logdir_event, NULL, l->logdir);
	}
	if (*cfg_list(a->cfg, OPT_REPORT)) {
		report_init(&l->report, &a->info, &l->ledger);
		add(a, report_event, NULL, &l->report);
	}
	if (a->loaded)
		add(a, loaded_event, NULL, a);
	open_metrics(a, cfg_str(a->cfg, OPT_METRICS));
	open_warn(a);
	if (*cfg_jobs_file(a->cfg)) {
		jobsfile_init(&a->jobsfile, cfg_jobs_file(a->cfg), &a->run);
		add(a, jobsfile_event, jobsfile_tick, &a->jobsfile);
	}
	if (a->resume.keeps)
		add(a, resume_event, resume_tick, a);
	if (l->sink) {
		l->events = events_new(l->sink, &a->info, &l->ledger);
		add(a, on_event, tick_events, a);
	}
	recording_open(&l->record, a->cfg, &a->trace, &a->info, &l->ledger);
	if (l->record.fd)
		add(a, recording_event, NULL, &l->record);
	if (a->live)
		add(a, live_event, live_tick, a->live);
}

/* ---- the end ---- */

static int exit_status(const struct action *a, int status)
{
	return a->console->ended_by ? 128 + a->console->ended_by : status;
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
static int write_reports(struct action *a, int status)
{
	struct report *r = &a->listeners.report;
	struct replace to;
	struct err err;

	r->status = exit_status(a, status);
	r->signal = a->console->ended_by;
	r->end_ns = clock_now_ns();
	for (char *const *file = cfg_list(a->cfg, OPT_REPORT); *file; file++) {
		replace_begin(&to, *file);
		write_report(r, *file, &to);
		if (replace_end(&to, &err)) {
			console_warn("Error: --report: %s\n", err.text);
			status = 1;
		}
	}
	report_release(r);
	return status;
}

static int close_warn(struct warn *w, int status)
{
	warn_end(w);
	if (w->failed && !status)
		status = 1;
	warn_release(w);
	return status;
}

static void close_metrics(struct action *a, int status)
{
	struct metrics *m = &a->listeners.metrics;
	struct err err;

	if (metrics_end(m, exit_status(a, status), clock_now_ns(), &err))
		console_warn("Warning: --metrics: %s\n", err.text);
	metrics_release(m);
}

static void close_logs(struct listeners *l)
{
	struct err err;

	if (logdir_close(l->logdir, &err))
		console_warn("Warning: --log-dir: %s\n", err.text);
	strvec_release(&l->log_names);
}

static void close_events(struct action *a, int status)
{
	struct listeners *l = &a->listeners;
	struct err err;

	if (l->events)
		events_end(l->events, exit_status(a, status), a->console->ended_by, clock_now_ns());
	events_free(l->events);
	sink_drain(l->sink);
	note_failure(a);
	if (sink_close(l->sink, &err) && !a->console->out_error)
		console_warn("Warning: --events: %s\n", err.text);
}

int listeners_close(struct action *a, int status)
{
	struct listeners *l = &a->listeners;

	if (l->warn.info)
		status = close_warn(&l->warn, status);
	if (l->report.info)
		status = write_reports(a, status);
	if (l->metrics.info)
		close_metrics(a, status);
	if (l->logdir)
		close_logs(l);
	if (l->sink)
		close_events(a, status);
	progress_free(l->progress);
	live_free(a->live);
	a->live = NULL;
	recording_close(&l->record, a->console, a->cfg, &a->trace, status);
	if (l->ledger.info)
		ledger_release(&l->ledger);
	l->n = 0;
	return status;
}
