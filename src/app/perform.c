/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/perform.h"

#include <stdlib.h>
#include <string.h>

#include "app/loop.h"
#include "app/say.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/replace.h"
#include "plan/admission.h"
#include "plan/build.h"
#include "plan/items.h"
#include "plan/order.h"
#include "plan/resume.h"
#include "plan/uptodate.h"
#include "query/select.h"
#include "run/command.h"
#include "verbs/verbs.h"
#include "watch/watchers.h"

extern char **environ;

/* What was learnt before the run, and outlives it. */
struct known {
	struct runtimes runtimes;
	struct resume resume;
	struct archive_cache archives;
	struct history history;
	struct buf history_path; /* "" where no history is kept */
	bool has_history;
};

/* Print the warnings that came since the last time. */
static void warn(struct strvec *warnings)
{
	for (size_t i = 0; i < warnings->n; i++)
		console_warn("Warning: %s\n", warnings->v[i]);
	strvec_clear(warnings);
}

/* ---- the plan ---- */

static void add_stages(struct plan *p)
{
	for (enum verb v = VERB_PULL; v < VERB_COUNT; v++)
		if ((p->set->chain & VERB_BIT(v)) && verb_for(v, p->set))
			plan_add_stage(p, verb_for(v, p->set));
}

static int choose_runtime(struct plan *p, struct console *c, const struct cfg *cfg, struct known *k,
			  struct err *err)
{
	if (p->stage[0].verb->no_runtime)
		return 0;
	p->rt = select_runtime(c, cfg, &k->runtimes, err);
	if (!p->rt)
		return -1;
	if (settings_are_chatty(p->set))
		console_say(c, "Using container runtime: %s\n", p->rt->name);
	return 0;
}

static int find_items(struct plan *p, struct console *c, struct known *k, struct err *err)
{
	const struct verb_def *first = p->stage[0].verb;

	if (build_items(p, c, err) || resume_open(&k->resume, p, err))
		return -1;
	if (settings_are_chatty(p->set))
		say_found(p, c);
	plan_set_environment(p, environ);
	build_calls(p, c);
	if (items_tell_bad(p, err))
		return -1;
	warn(&p->warnings);
	return first->gather ? first->gather(p, c, err) : 0;
}

/* Directories are made, and the contract's lines about them are printed. */
static int prepare_stages(struct plan *p, struct console *c, struct err *err)
{
	struct buf lines = BUF_INIT;

	for (unsigned i = 0; i < p->n_stages; i++) {
		const struct stage *st = &p->stage[i];

		if (!p->set->dry_run && st->verb->prepare && st->verb->prepare(p, st, err)) {
			buf_release(&lines);
			return -1;
		}
		if (st->verb->opening)
			st->verb->opening(p, st, &lines);
	}
	if (settings_are_chatty(p->set))
		console_write(c, buf_str(&lines), lines.len);
	buf_release(&lines);
	return 0;
}

/* What of the plan is done already, or cannot be done, and what comes first. */
static void look_around(struct plan *p, struct console *c, struct known *k)
{
	resume_mark(&k->resume, p, c);
	if (p->set->if_missing)
		archive_cache_load(&k->archives);
	uptodate_mark(p, c, &k->archives);
	if (p->set->dry_run)
		return;
	if (p->rt)
		admission_check(p, c);
	k->has_history = order_read_history(p, &k->history, &k->history_path);
	order_items(p, k->has_history ? &k->history : NULL);
}

static int build_plan(struct plan *p, struct console *c, const struct cfg *cfg, struct known *k,
		      struct err *err)
{
	add_stages(p);
	if (settings_are_chatty(p->set))
		say_first(p, c);
	if (choose_runtime(p, c, cfg, k, err) || find_items(p, c, k, err))
		return -1;
	build_places(p);
	warn(&p->warnings);
	if (prepare_stages(p, c, err))
		return -1;
	look_around(p, c, k);
	warn(&p->warnings);
	if (*p->set->failed_list && replace_check(p->set->failed_list, err))
		return err_wrap(err, "--failed-list");
	return resume_begin(&k->resume, p, err);
}

/* ---- the run ---- */

/* The plan as arrays, for listeners that know nothing of plans. */
struct shown {
	const char **name, **lane_name;
	uint32_t *lane;
};

static struct run_info info_of(const struct plan *p, const struct trace *trace, struct shown *s)
{
	*s = (struct shown){ .name = mem_array(p->n, sizeof(*s->name)),
			     .lane_name = mem_array(p->n_lanes, sizeof(*s->lane_name)),
			     .lane = mem_array(p->n, sizeof(*s->lane)) };
	for (uint32_t i = 0; i < p->n; i++) {
		s->name[i] = p->item[i].name;
		s->lane[i] = p->item[i].lane[0];
	}
	for (uint32_t i = 0; i < p->n_lanes; i++)
		s->lane_name[i] = p->lane[i].host;
	return (struct run_info){
		.jobs = p->n,
		.workers = p->set->workers,
		.verb = p->verbs,
		.runtime = p->rt ? p->rt->name : "",
		.start_ns = clock_now_ns(),
		.start_wall_ns = clock_wall_ns(),
		.traceparent = trace->on ? trace->run : NULL,
		.name = s->name,
		.lane = s->lane,
		.lane_name = s->lane_name,
		.n_lanes = p->n_lanes,
		.usual_ns = p->usual_ns,
	};
}

static void images_of_last_time(struct work *w, const struct journal_log *log)
{
	const struct plan *p = w->plan;

	for (uint32_t i = 0; w->images.file && i < p->n; i++) {
		const struct journal_entry *e =
			p->item[i].resumed
				? journal_find(log, p->stage[0].verb->words.verb, p->item[i].file)
				: NULL;

		if (e)
			archive_images_again(&w->images, i, e->target);
	}
}

static void hear_images(void *ctx, const struct event *ev)
{
	archive_images_hear(ctx, ev);
}

static int write_failed_list(const struct plan *p, const struct outcome *out)
{
	struct replace to;
	struct err err;

	if (!*p->set->failed_list)
		return 0;
	replace_begin(&to, p->set->failed_list);
	for (uint32_t i = 0; i < p->n; i++) {
		if (out->result[i] == RESULT_OK)
			continue;
		replace_add(&to, p->item[i].name, strlen(p->item[i].name));
		replace_add(&to, "\n", 1);
	}
	if (!replace_end(&to, &err))
		return 0;
	console_warn("Error: --failed-list: %s\n", err.text);
	return 1;
}

static int run_plan(const struct plan *p, struct console *c, struct log *log, struct known *k,
		    struct watchers *w, struct jobserver *js)
{
	const struct settings *set = p->set;
	bool keeps = k->resume.journal.fd >= 0;
	struct control control = { 0 };
	struct outcome out;
	struct ledger ledger;
	struct work work;
	struct text text;
	struct live *live;
	struct tell tell = { .plan = p, .images = &work.images, .loop = &c->loop };
	struct watch_end end = { .console = c, .set = set, .trace = &work.trace };
	struct run_info info;
	struct shown shown;
	struct watch_at at = { .plan = p,
			       .info = &info,
			       .ledger = &ledger,
			       .trace = &work.trace,
			       .images = &work.images,
			       .console = c,
			       .log = log,
			       .control = &control,
			       .tell = &tell,
			       .history = k->has_history ? &k->history : NULL,
			       .journal = keeps ? &k->resume.journal : NULL,
			       .archives = &k->archives };

	work_init(&work, p, buf_str(&k->history_path));
	images_of_last_time(&work, &k->resume.log);
	info = info_of(p, &work.trace, &shown);
	ledger_init(&ledger, &info);
	live = live_open(c, set, &info, &control, log != NULL);
	at.screen = live != NULL;
	text_init(&text, p, c, live);
	tell_add(&tell, &(struct listener){ text_event, NULL, &text });
	tell_add(&tell, &(struct listener){ ledger_event, NULL, &ledger });
	tell_add(&tell, &(struct listener){ hear_images, NULL, &work.images });
	watchers_open(w, &at);
	if (live)
		tell_add(&tell, &(struct listener){ live_event, live_tick, live });
	loop_run(&work, &tell, &text, &control, js, c, &out);
	work_sweep(&work);
	text_release(&text);
	end.status = say_last(p, c, &out, &ledger, keeps);
	live_free(live);
	watchers_close(w, &end);
	if (write_failed_list(p, &out) && !end.status)
		end.status = 1;
	ledger_release(&ledger);
	tell_release(&tell);
	work_release(&work);
	free(out.result);
	free(shown.name);
	free(shown.lane);
	free(shown.lane_name);
	return end.status;
}

/* Under make -jN its jobs are shared, unless -j says how many to use. */
static struct jobserver *share_jobs(struct settings *set, struct jobserver *room)
{
	struct err err;

	if (set->serial_given || set->dry_run)
		return NULL;
	switch (jobserver_open(room, getenv("MAKEFLAGS"), &err)) {
	case JOBSERVER_NONE:
		return NULL;
	case JOBSERVER_CLOSED:
		console_warn("Warning: %s\n", err.text);
		return NULL;
	case JOBSERVER_OPEN:
		break;
	}
	set->under_make = !set->workers_are_fixed;
	if (set->under_make)
		return room;
	console_warn("Warning: -j %u: not sharing make's jobs\n", set->workers);
	jobserver_close(room);
	return NULL;
}

static int print_commands(struct plan *p, struct console *c)
{
	struct buf lines = BUF_INIT;
	int status = command_print_all(p, &lines) != 0;

	warn(&p->warnings);
	console_write(c, buf_str(&lines), lines.len);
	buf_release(&lines);
	return status;
}

static int with_settings(struct settings *set, struct console *c, const struct cfg *cfg,
			 struct log *log, struct err *err)
{
	struct known k = { .resume = { .journal = { .fd = -1 } }, .history_path = BUF_INIT };
	struct watch_end end = { .status = 1, .console = c, .set = set };
	struct jobserver room, *js = share_jobs(set, &room);
	struct watchers w = { 0 };
	struct plan p;
	int status = 1;

	plan_init(&p, set);
	if (watchers_check(&w, set, err) || build_plan(&p, c, cfg, &k, err)) {
		warn(&p.warnings);
		if (!c->ended_by)
			console_warn("Error: %s\n", err->text);
		watchers_close(&w, &end);
	} else if (set->dry_run) {
		status = print_commands(&p, c);
	} else {
		warn(&set->warnings);
		status = run_plan(&p, c, log, &k, &w, js);
	}
	if (js)
		jobserver_close(js);
	resume_release(&k.resume);
	archive_cache_release(&k.archives);
	history_release(&k.history);
	buf_release(&k.history_path);
	plan_release(&p);
	runtimes_release(&k.runtimes);
	return status;
}

int perform(struct console *c, const struct cfg *cfg, const struct args *args, struct log *log)
{
	struct settings set;
	struct err err = { "" };
	int status = 1;

	if (settings_resolve(cfg, args, &set, &err)) {
		console_warn("Error: %s\n", err.text);
	} else {
		c->mute = !set.dry_run && !strcmp(set.events, "-");
		status = with_settings(&set, c, cfg, log, &err);
	}
	settings_release(&set);
	return status;
}
