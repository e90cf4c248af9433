/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

#include <stdlib.h>
#include <string.h>

#include "app/fresh.h"
#include "app/headings.h"
#include "app/items.h"
#include "app/limits.h"
#include "app/listeners.h"
#include "app/loaded.h"
#include "app/outcome.h"
#include "query/select.h"
#include "app/space.h"
#include "app/steps.h"

static const struct action_ops *const actions[VERB_COUNT] = {
	[VERB_PULL] = &action_pull, [VERB_SAVE] = &action_save,     [VERB_LOAD] = &action_load,
	[VERB_PUSH] = &action_push, [VERB_VERIFY] = &action_verify, [VERB_INDEX] = &action_index,
};

/* ---- items ---- */

const char *action_name(const struct action *a, uint32_t job)
{
	return a->paths.v ? a->target[job].shown : a->list.item[job].name;
}

void action_where(const struct action *a, uint32_t job, struct buf *b)
{
	if (a->paths.v)
		buf_adds(b, a->paths.v[job]);
	else
		list_where(&a->list, &a->list.item[job], b);
}

void action_spoil(struct action *a, uint32_t job, const char *why)
{
	struct buf where = BUF_INIT;

	action_where(a, job, &where);
	console_warn("Warning: %s: %s\n", buf_str(&where), why);
	a->target[job].bad = arena_copy(&a->texts, why, strlen(why));
	buf_release(&where);
}

/* ---- stages ---- */

bool action_has(const struct action *a, const struct action_ops *ops)
{
	for (unsigned i = 0; i < a->n_stages; i++)
		if (a->stage[i].ops == ops)
			return true;
	return false;
}

static void add_stage(struct action *a, const struct action_ops *ops, int mode)
{
	const struct stage *last = a->n_stages ? &a->stage[a->n_stages - 1] : NULL;

	a->stage[a->n_stages++] = (struct stage){
		.ops = ops,
		.mode = mode,
		.first = last ? last->first + last->ops->steps : 0,
	};
}

static struct stage *stage_of(struct action *a, unsigned step)
{
	unsigned i = a->n_stages - 1;

	while (a->stage[i].first > step)
		i--;
	return &a->stage[i];
}

/* An image that came out of the job's file. */
static void place_loaded(const struct action *a, struct place *at)
{
	const struct loaded *l = &a->loaded[at->job];

	if (at->nth >= l->n)
		return;
	at->name = l->image[at->nth].name;
	at->path = l->image[at->nth].path;
	at->bad = l->image[at->nth].bad;
}

struct place action_place(struct action *a, uint32_t job, unsigned step)
{
	struct stage *st = stage_of(a, step);
	struct place at = {
		.job = job,
		.stage = st,
		.step = (step - st->first) % st->ops->steps,
		.nth = (step - st->first) / st->ops->steps,
		.name = action_name(a, job),
		.path = st->path[job],
		.bad = a->target[job].bad,
	};

	if (a->loaded && st->first)
		place_loaded(a, &at);
	return at;
}

enum rt_verb action_verb(const struct place *at)
{
	return at->stage->ops->step[at->step];
}

uint32_t action_lane(struct action *a, uint32_t job, unsigned step)
{
	return stage_of(a, step)->lane[job];
}

/* ---- the run ---- */

static uint32_t most_failures(const struct action *a)
{
	int64_t n = cfg_int(a->cfg, OPT_MAX_FAILURES);

	if (cfg_bool(a->cfg, OPT_FAIL_FAST))
		return 1;
	if (n < 0) /* N% */
		n = (-n * a->n + 99) / 100;
	return (uint32_t)n;
}

static enum run_output output_mode(const struct action *a)
{
	static const char *const names[] = { "ordered", "grouped", "lines", "none" };
	const char *wanted = cfg_str(a->cfg, OPT_OUTPUT);

	if (cfg_bool(a->cfg, OPT_JSON))
		return RUN_RAW;
	if (a->console->mute || !strcmp(cfg_str(a->cfg, OPT_PROGRESS), "none"))
		return RUN_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(wanted, names[i]))
			return (enum run_output)i;
	return RUN_ORDERED;
}

/* What is done already, and what there is no room for. Returns how many saves
 * the disk bears at once. */
static unsigned admit(struct action *a, unsigned most)
{
	a->fresh = fresh_new(a);
	return space_admit(a, most);
}

static void run(struct action *a)
{
	struct jobserver *js = limits_jobserver(a);
	struct run_plan plan = {
		.jobs = a->n,
		.ctx = a,
		.info = &a->info,
		.about = steps_about,
		.lane = steps_lane,
		.client = steps_client(a),
		.limits = limits_of(a, js),
		.listeners = a->listeners.list,
		.output = output_mode(a),
		.verbose = cfg_bool(a->cfg, OPT_VERBOSE),
		.answers = !a->rt,
		.quiet = cfg_bool(a->cfg, OPT_QUIET),
		.most_failures = most_failures(a),
		.deadline_ns = cfg_duration_ns(a->cfg, OPT_DEADLINE),
	};

	plan.limits.of_class[WORK_DISK] = admit(a, plan.limits.of_class[WORK_DISK]);
	a->shares_jobs = js;
	order_open(&a->order, a);
	outcome_prepare(a);
	if (a->rt)
		tempdir_open(&a->tempdir, a->rt, &a->env);
	plan.order = a->order.ranking;
	listeners_open(a);
	plan.n_listeners = a->listeners.n;
	plan.live = a->live;
	run_jobs(&a->run, a->console, &plan);
	order_close(&a->order);
	for (unsigned i = 0; i < a->n_stages; i++)
		if (a->stage[i].ops->sweep)
			a->stage[i].ops->sweep(a, &a->stage[i]);
	attempt_limits_release(&a->patience);
	fresh_free(a->fresh);
	a->fresh = NULL;
	tempdir_close(&a->tempdir);
	if (js)
		jobserver_close(js);
}

static void print_command(struct action *a, const struct place *at)
{
	struct strvec argv = STRVEC_INIT;
	struct buf line = BUF_INIT;
	struct err err;
	int rc = steps_argv(a, at, &argv, &err);

	if (rc < 0) {
		action_spoil(a, at->job, err.text);
	} else if (rc != ARGV_NOTHING) {
		strvec_quote(argv.v, &line);
		buf_addc(&line, '\n');
		console_write(a->console, buf_str(&line), line.len);
	}
	strvec_release(&argv);
	buf_release(&line);
}

/* What would be run, one command a line; nothing is started. */
static int print_commands(struct action *a)
{
	int status = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (unsigned step = 0;; step++) {
			struct place at = action_place(a, i, step);

			if (at.bad)
				break;
			if (a->loaded && a->n_stages > 1 && step >= a->stage[1].first) {
				console_say(a->console, "# then tag and push what is in %s\n",
					    at.name);
				break;
			}
			print_command(a, &at);
			if (steps_is_last(a, i, step))
				break;
		}
	for (uint32_t i = 0; i < a->n; i++)
		status |= a->target[i].bad != NULL;
	return status;
}

/* -p together with mode 1, wherever that comes from, means mode 2. */
static int mode_of(const struct action *a, enum verb verb)
{
	int mode = usage_mode(verb, a->cfg);

	if (verb != VERB_PUSH || mode != 1 || !cfg_given_by_flag(a->cfg, OPT_PROJECT))
		return mode;
	if (action_is_chatty(a))
		console_say(a->console, "Auto-adjusted to push mode 2 for project '%s'\n",
			    cfg_str(a->cfg, OPT_PROJECT));
	return 2;
}

static void add_stages(struct action *a, unsigned chain)
{
	struct buf verbs = BUF_INIT;

	for (unsigned v = VERB_NONE; v < VERB_COUNT; v++) {
		if (!actions[v] || !(chain & VERB_BIT(v)))
			continue;
		add_stage(a, actions[v], mode_of(a, (enum verb)v));
		buf_addf(&verbs, "%s%s", verbs.len ? "," : "", actions[v]->words.verb);
	}
	a->verbs = arena_copy(&a->texts, buf_str(&verbs), verbs.len);
	buf_release(&verbs);
}

static void release(struct action *a)
{
	run_release(&a->run);
	runtimes_release(&a->runtimes);
	resume_release(a);
	loaded_free(a);
	list_release(&a->list);
	strvec_release(&a->paths);
	for (unsigned i = 0; i < a->n_stages; i++) {
		free(a->stage[i].path);
		free(a->stage[i].lane);
		claims_release(&a->stage[i].claims);
	}
	claims_release(&a->lanes);
	local_images_release(&a->images);
	lanes_release(a);
	strvec_release(&a->lane_names);
	arena_release(&a->texts);
	strvec_release(&a->env);
	trace_release(&a->trace);
	free(a->target);
	free(a->shown);
	buf_release(&a->reason);
	buf_release(&a->temp);
	expected_sums_release(&a->book);
}

static int prepare_and_run(struct action *a, const struct args *args, struct err *err)
{
	if (action_is_chatty(a))
		headings_say(a, args);
	if (!a->stage[0].ops->no_runtime) {
		a->rt = select_runtime(a->console, a->cfg, &a->runtimes, err);
		if (!a->rt)
			return -1;
	}
	if (a->rt && action_is_chatty(a))
		console_say(a->console, "Using container runtime: %s\n", a->rt->name);
	if (items_find(a, args, err) || resume_open(a, args, err) || items_set_up(a, err))
		return -1;
	return resume_begin(a, args, err);
}

int action_run(struct console *s, const struct cfg *cfg, const struct args *args, struct log *log)
{
	struct action a = { .console = s, .cfg = cfg, .log = log };
	struct err err = { "" };
	int status = 1;

	if (!cfg_bool(cfg, OPT_DRY_RUN) && listeners_prepare(&a, &err)) {
		console_warn("Error: %s\n", err.text);
		return listeners_close(&a, 1);
	}
	add_stages(&a, args->chain);
	if (prepare_and_run(&a, args, &err)) {
		if (!s->ended_by)
			console_warn("Error: %s\n", err.text);
	} else if (cfg_bool(cfg, OPT_DRY_RUN)) {
		status = print_commands(&a);
	} else {
		run(&a);
		status = headings_finish(&a);
		if (resume_end(&a, &err)) {
			console_warn("Error: %s\n", err.text);
			status = 1;
		}
	}
	status = listeners_close(&a, status);
	release(&a);
	return status;
}
