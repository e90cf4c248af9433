/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/archives.h"
#include "app/expect.h"
#include "app/fresh.h"
#include "app/listeners.h"
#include "app/loaded.h"
#include "app/outcome.h"
#include "app/select.h"
#include "app/space.h"
#include "base/clock.h"
#include "base/mem.h"
#include "config/jobs.h"
#include "image/names.h"
#include "image/ref.h"
#include "output/clean.h"
#include "output/recap.h"

#define START_WORKERS 4    /* the default of -j */
#define NETWORK_CEILING 16 /* unless somebody says otherwise */

extern char **environ;

#define STATUS_LATE 124 /* as timeout(1) has it */

static const struct action_ops *const actions[VERB_COUNT] = {
	[VERB_PULL] = &action_pull, [VERB_SAVE] = &action_save,     [VERB_LOAD] = &action_load,
	[VERB_PUSH] = &action_push, [VERB_VERIFY] = &action_verify, [VERB_INDEX] = &action_index,
};

/* ---- items ---- */

const char *action_name(const struct action *a, uint32_t job)
{
	return a->paths.v ? a->target[job].shown : a->list.item[job].name;
}

static const char *name_of(void *ctx, uint32_t job)
{
	return action_name(ctx, job);
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
	session_warn("Warning: %s: %s\n", buf_str(&where), why);
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

static bool is_last(const struct action *a, uint32_t job, unsigned step)
{
	const struct stage *last = &a->stage[a->n_stages - 1];
	unsigned rounds = a->loaded && a->n_stages > 1 && a->loaded[job].n ? a->loaded[job].n : 1;

	return step + 1 >= last->first + last->ops->steps * rounds;
}

/* ---- the pool's questions ---- */

static enum work_class class_of(void *ctx, uint32_t job, unsigned step)
{
	static const enum work_class of[RT_WORKS] = { WORK_NETWORK, WORK_DISK, WORK_CPU };
	struct action *a = ctx;
	struct place at = action_place(a, job, step);

	if (action_verb(&at) == STEP_CHECK)
		return WORK_CPU;
	return of[a->rt->verb[action_verb(&at)].work];
}

uint32_t action_lane(struct action *a, uint32_t job, unsigned step)
{
	return stage_of(a, step)->lane[job];
}

static uint32_t lane_of(void *ctx, uint32_t job, unsigned step)
{
	return action_lane(ctx, job, step);
}

static const struct plain_words *words_of(void *ctx, uint32_t job, unsigned step)
{
	(void)job;
	return &stage_of(ctx, step)->ops->words;
}

static const char *subject_of(void *ctx, uint32_t job, unsigned step)
{
	return action_place(ctx, job, step).name;
}

static const char *given_up(void *ctx, uint32_t lane)
{
	struct action *a = ctx;

	buf_reset(&a->reason);
	lanes_explain(a, lane, &a->reason);
	return buf_str(&a->reason);
}

static bool is_insecure(const struct action *a, const char *host)
{
	const struct reg_value *v = registry_find(cfg_registries(a->cfg), host, REG_INSECURE);

	if (v && v->num)
		return true;
	for (char *const *h = cfg_list(a->cfg, OPT_INSECURE); *h; h++)
		if (!strcmp(*h, host))
			return true;
	return false;
}

static void add_host(const char *name, struct buf *b)
{
	struct ref ref;
	struct span host;

	if (!name || ref_parse(name, &ref, NULL))
		return;
	host = ref_registry(&ref);
	buf_add(b, host.s, host.len);
}

/* The registry that this stage's traffic goes to; "" for none. */
static void host_of(struct action *a, const struct place *at, struct buf *b)
{
	(void)a;
	if (!at->stage->ops->takes_files)
		add_host(at->stage->ops == &action_push ? at->path : at->name, b);
}

const char *action_insecure(const struct action *a, const char *name, struct buf *room)
{
	buf_reset(room);
	add_host(name, room);
	return room->len && is_insecure(a, buf_str(room)) ? buf_str(room) : NULL;
}

static int build_argv(struct action *a, const struct place *at, struct strvec *argv,
		      struct err *err)
{
	const struct action_ops *ops = at->stage->ops;
	struct rt_call call = { 0 };
	struct buf host = BUF_INIT;
	int rc;

	if (!ops->takes_files)
		call.image = at->name;
	host_of(a, at, &host);
	if (host.len && is_insecure(a, buf_str(&host)))
		call.insecure_host = buf_str(&host);
	rc = ops->fill(a, at, &call, err);
	if (!rc && ops->fill_argv)
		rc = ops->fill_argv(a, at, &call, argv, err);
	else if (!rc)
		rc = ARGV_RUNTIME;
	if (rc == ARGV_RUNTIME)
		rc = runtime_argv(a->rt, action_verb(at), &call, argv, err);
	buf_release(&host);
	return rc;
}

/* The stage begins, if it does; the job's first one was told by the pool. */
static void begin_stage(struct action *a, struct place *at, unsigned step)
{
	struct target *t = &a->target[at->job];
	unsigned part = step - at->step + 1;

	at->fresh = t->begun != part;
	t->begun = part;
	t->ran &= !at->fresh;
	if (at->fresh && step)
		run_stage(&a->run, EVENT_STAGE_START, at->job, step, CAUSE_EXITED);
}

/* What is there; of a pull the line about the image says it all. */
static void tell_fresh(struct action *a, const struct place *at)
{
	struct buf note = BUF_INIT;

	if (!at->fresh || !at->path)
		return;
	buf_addf(&note, "Already %s: %s", at->stage->ops->words.done, at->path);
	run_note(&a->run, at->job, buf_str(&note));
	buf_release(&note);
}

static enum pool_prepared prepare(void *ctx, uint32_t job, unsigned step, struct pool_task *task,
				  struct err *err)
{
	struct action *a = ctx;
	struct place at = action_place(a, job, step);
	int rc;

	begin_stage(a, &at, step);
	if (at.bad) {
		err_set(err, "%s", at.bad);
		return POOL_REFUSE;
	}
	if (resume_is_done(a, job, (unsigned)(at.stage - a->stage)))
		return POOL_SKIP;
	if (fresh_has(a->fresh, &at)) {
		tell_fresh(a, &at);
		return POOL_SKIP;
	}
	if (a->disk_full && at.stage->ops == &action_save && !at.step) {
		err_set(err, "not begun, since the disk is full; make room, and run it again");
		return POOL_REFUSE;
	}
	rc = build_argv(a, &at, &task->argv, err);
	if (rc)
		return rc == ARGV_NOTHING ? POOL_SKIP : POOL_REFUSE;
	task->path = task->argv.v[0];
	task->envp = trace_next(&a->trace, a->env.v);
	task->span = a->trace.on ? a->trace.child.span : NULL;
	tempdir_make(&a->tempdir, job);
	task->timeout_ns = patience_begin(&a->patience, job);
	return POOL_RUN;
}

/* The step is done: what is next? */
static enum pool_next go_on(struct action *a, const struct pool_attempt *at)
{
	if (a->loaded && at->step + 1 == a->stage[0].ops->steps && at->cause != CAUSE_SKIPPED)
		loaded_read(a, at->job);
	if (is_last(a, at->job, at->step))
		return POOL_DONE;
	if (action_place(a, at->job, at->step + 1).step == 0)
		run_stage(&a->run, EVENT_STAGE_END, at->job, at->step,
			  a->target[at->job].ran ? CAUSE_EXITED : at->cause);
	return POOL_STEP;
}

static struct pool_verdict judge(void *ctx, const struct pool_attempt *at)
{
	struct action *a = ctx;
	struct place place = action_place(a, at->job, at->step);
	struct pool_verdict v = { .next = POOL_FAIL };
	bool ran = at->cause != CAUSE_UNSTARTED && at->cause != CAUSE_SKIPPED;
	bool good = at->cause == CAUSE_EXITED && at->status == 0;
	struct err err = { "" };

	tempdir_drop(&a->tempdir, at->job);
	buf_reset(&a->reason);
	a->target[at->job].ran |= ran;
	if (ran && place.stage->ops->after && place.stage->ops->after(a, &place, good, &err)) {
		buf_adds(&a->reason, err.text);
		v.reason = buf_str(&a->reason);
		return v;
	}
	if (!good && at->cause != CAUSE_SKIPPED) {
		v = outcome_judge(a, at);
		a->disk_full |= place.stage->ops == &action_save && v.class &&
				strcmp(v.class, err_class_name(ERR_NO_SPACE)) == 0;
		return v;
	}
	if (good)
		patience_did(&a->patience, action_verb(&place), at->took_ns);
	v.reach = at->cause == CAUSE_SKIPPED ? REACH_UNKNOWN : outcome_reach(a, at, NULL);
	v.next = go_on(a, at);
	v.did = a->target[at->job].ran;
	return v;
}

/* ---- before the run ---- */

static const char *wanted_name(void *ctx, uint32_t i)
{
	const struct action *a = ctx;

	return a->target[i].bad ? NULL : action_name(a, i);
}

const struct inventory *action_images(struct action *a, struct err *err)
{
	if (!a->asked &&
	    inventory_read(&a->images, a->session, a->rt, a->env.v, wanted_name, a, a->n, err))
		return NULL;
	a->asked = true;
	return &a->images;
}

static int read_lists(struct action *a, const struct args *args, struct err *err)
{
	enum list_form form = cfg_bool(a->cfg, OPT_FROM_YAML) ? LIST_YAML : LIST_AUTO;

	list_init(&a->list);
	a->list.stop_fd = a->session->sig_fd;
	a->list.stopped = session_stopped;
	a->list.stop_ctx = a->session;
	for (char *const *f = usage_lists(args, a->cfg); *f; f++)
		if (list_read(&a->list, *f, form, err))
			return err_wrap(err, "failed to read image list");
	for (size_t i = 0; i < args->operands.n; i++)
		if (list_add_word(&a->list, args->operands.v[i], err))
			return err_wrap(err, "failed to read image list");
	list_seal(&a->list);
	a->n = (uint32_t)a->list.n;
	return 0;
}

static int find_archives(struct action *a, const struct args *args, struct err *err)
{
	static const char *const where[] = { "", "in current directory", "in images directory",
					     "recursively" };
	int mode = a->stage[0].mode;
	struct err why;

	for (size_t i = 0; i < args->operands.n; i++)
		strvec_push(&a->paths, args->operands.v[i]);
	if (a->stage[0].ops->no_runtime)
		return verify_find(a, args, err);
	if (!args->operands.n && archives_find(mode, &a->paths, &why))
		return err_set(err, "failed to find tar files %s: %s", where[mode], why.text);
	if (!args->operands.n && mode == 1)
		expect_listed(a->session, &a->paths);
	if (*cfg_str(a->cfg, OPT_EXPECT) && !action_is_dry(a) &&
	    expect_all(a->session, cfg_str(a->cfg, OPT_EXPECT), &a->paths, err))
		return -1;
	a->n = (uint32_t)a->paths.n;
	if (!a->paths.v) /* so that it tells paths from a list even when empty */
		a->paths.v = mem_alloc(sizeof(char *));
	return 0;
}

/* A bad line fails in its place; with --strict nothing is started at all. */
static int tell_bad_lines(struct action *a, struct err *err)
{
	bool strict = cfg_bool(a->cfg, OPT_STRICT);

	for (uint32_t i = 0; i < a->list.n; i++) {
		const char *bad = a->list.item[i].bad;
		struct buf where = BUF_INIT;

		if (!bad)
			continue;
		action_where(a, i, &where);
		if (strict)
			err_set(err, "failed to read image list: %s: %s", buf_str(&where), bad);
		else
			session_warn("Warning: %s: %s\n", buf_str(&where), bad);
		buf_release(&where);
		if (strict)
			return -1;
		a->target[i].bad = bad;
	}
	return 0;
}

/* Paths as they may be shown: a file's name can hold anything. */
static void show_paths(struct action *a)
{
	struct buf shown = BUF_INIT;

	for (uint32_t i = 0; a->paths.v && i < a->paths.n; i++) {
		struct clean c = { 0 };

		buf_reset(&shown);
		clean_add(&c, a->paths.v[i], strlen(a->paths.v[i]), &shown);
		clean_end(&c, &shown);
		for (char *p = shown.data; p && *p; p++)
			if (*p == '\n' || *p == '\t')
				*p = '?';
		a->target[i].shown = arena_copy(&a->texts, buf_str(&shown), shown.len);
	}
	buf_release(&shown);
}

/* What comes out of archives is not known yet, but where it goes is. */
static void target_host(struct action *a, struct buf *b)
{
	struct buf target = BUF_INIT;
	struct place at = { .stage = &a->stage[a->n_stages - 1] };

	if (!names_target("image", cfg_str(a->cfg, OPT_REGISTRY), NULL, &target, NULL))
		at.path = buf_str(&target);
	host_of(a, &at, b);
	buf_release(&target);
}

static void choose_lanes(struct action *a, struct stage *st)
{
	struct buf host = BUF_INIT;

	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t lane = (uint32_t)a->lanes.n, earlier = lane;
		struct place at = action_place(a, i, st->first);

		buf_reset(&host);
		if (a->loaded && st->ops->uses_network)
			target_host(a, &host);
		else if (st->ops->uses_network)
			host_of(a, &at, &host);
		if (claims_add(&a->lanes, buf_str(&host), host.len, lane, &earlier))
			strvec_push(&a->lane_names, buf_str(&host));
		st->lane[i] = earlier;
	}
	buf_release(&host);
}

static void set_environment(struct action *a)
{
	struct strvec base = STRVEC_INIT;

	for (char **e = environ; *e; e++)
		strvec_push(&base, *e);
	cfg_proxy_env(a->cfg, &base);
	if (a->rt)
		runtime_env(a->rt, base.v, &a->env);
	else
		for (size_t i = 0; i < base.n; i++)
			strvec_push(&a->env, base.v[i]);
	strvec_release(&base);
}

static bool any_insecure(const struct action *a)
{
	for (size_t i = 0; i < a->lane_names.n; i++)
		if (is_insecure(a, a->lane_names.v[i]))
			return true;
	return *cfg_list(a->cfg, OPT_INSECURE) != NULL;
}

/* What was asked for and this runtime knows nothing of is not lost silently. */
static void tell_unknown_wishes(const struct action *a)
{
	bool lost = false;

	for (unsigned i = 0; i < a->n_stages; i++) {
		const struct action_ops *ops = a->stage[i].ops;
		enum rt_verb last = ops->step[ops->steps - 1];

		lost |= ops->uses_network && !runtime_knows(a->rt, last, RT_INSECURE);
	}
	if (*cfg_str(a->cfg, OPT_PLATFORM) && action_has(a, &action_pull) &&
	    !runtime_knows(a->rt, RT_PULL, RT_PLATFORM))
		session_warn("Warning: %s knows no --platform; it takes what fits this machine\n",
			     a->rt->name);
	if (any_insecure(a) && lost)
		session_warn("Warning: %s takes no --insecure-registry; its own configuration says"
			     " which registries are insecure\n",
			     a->rt->name);
}

static int set_up_stages(struct action *a, struct err *err)
{
	for (unsigned i = 0; i < a->n_stages; i++) {
		struct stage *st = &a->stage[i];

		st->path = mem_array(a->n, sizeof(*st->path));
		st->lane = mem_array(a->n, sizeof(*st->lane));
		if (st->ops->set_up && st->ops->set_up(a, st, err))
			return -1;
		choose_lanes(a, st);
	}
	lanes_init(a);
	return 0;
}

static int set_up(struct action *a, struct err *err)
{
	if (action_is_chatty(a))
		session_say(a->session, "Found %u %s to %s\n", a->n,
			    a->paths.v ? "tar files" : "images", a->verbs);
	a->target = mem_array(a->n, sizeof(*a->target));
	if (action_has(a, &action_load))
		a->loaded = mem_array(a->n, sizeof(*a->loaded));
	show_paths(a);
	if (tell_bad_lines(a, err) || set_up_stages(a, err))
		return -1;
	if (a->rt)
		tell_unknown_wishes(a);
	set_environment(a);
	return 0;
}

/* ---- the run ---- */

/* How many files this process may have open; 0: as many as it likes. */
static unsigned long open_files(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY)
		return 0;
	return (unsigned long)lim.rlim_cur;
}

/* How many can ever run at once: for each child two pipes, both ends while one
 * is started, and its log; and hpn's own files. */
static unsigned most_workers(const struct action *a)
{
	unsigned long files = open_files(), each = *cfg_str(a->cfg, OPT_LOG_DIR) ? 3 : 2;
	unsigned long most = files > 24 ? (files - 22) / each : 1;

	return !files || most > JOBS_MOST ? JOBS_MOST : (unsigned)most;
}

static unsigned workers(const struct action *a)
{
	unsigned wanted = (unsigned)cfg_workers(a->cfg), possible = most_workers(a);

	if (wanted <= possible)
		return wanted;
	session_warn("Warning: only %u of %u images at once, since this process may open only %lu"
		     " files; raise it with 'ulimit -n'\n",
		     possible, wanted, open_files());
	return possible;
}

static unsigned class_limit(const struct action *a, enum opt id)
{
	int64_t n = cfg_int(a->cfg, id);

	return n ? (unsigned)n : UINT_MAX;
}

/* What waits for a network may be many; what computes, not many more than there
 * are cores. */
static struct pool_limits limits(const struct action *a, struct jobserver *js)
{
	unsigned most = cfg_bool(a->cfg, OPT_SERIAL) ? 1 : most_workers(a);
	unsigned set = (unsigned)cfg_max_workers(a->cfg), cores = 2 * jobs_cores();

	if (cores < START_WORKERS)
		cores = START_WORKERS;
	return (struct pool_limits){ .workers = workers(a),
				     .of_class = { class_limit(a, OPT_NETWORK_WORKERS),
						   class_limit(a, OPT_DISK_WORKERS),
						   class_limit(a, OPT_CPU_WORKERS) },
				     .grace_ns = cfg_duration_ns(a->cfg, OPT_KILL_AFTER),
				     .jobserver = js,
				     .finds_level = cfg_finds_level(a->cfg),
				     .ceiling = { [WORK_NETWORK] = set ? set : NETWORK_CEILING,
						  [WORK_DISK] = set ? set : cores,
						  [WORK_CPU] = set ? set : cores },
				     .proc = "/proc",
				     .cores = jobs_cores(),
				     .most = most,
				     .lanes = a->rules.gate,
				     .n_lanes = (uint32_t)a->lane_names.n };
}

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
	if (a->session->mute || !strcmp(cfg_str(a->cfg, OPT_PROGRESS), "none"))
		return RUN_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(wanted, names[i]))
			return (enum run_output)i;
	return RUN_ORDERED;
}

/* Under make -jN its jobs are shared, unless -j says how many to use. */
static struct jobserver *share_jobs(struct action *a)
{
	const char *makeflags = getenv("MAKEFLAGS");
	enum jobserver_found found;
	struct err err;

	if (cfg_given_by_flag(a->cfg, OPT_SERIAL))
		return NULL;
	found = jobserver_open(&a->jobserver, makeflags, &err);
	if (found == JOBSERVER_CLOSED)
		session_warn("Warning: %s\n", err.text);
	if (found != JOBSERVER_OPEN)
		return NULL;
	if (!cfg_given_by_flag(a->cfg, OPT_JOBS) || cfg_finds_level(a->cfg))
		return &a->jobserver;
	session_warn("Warning: -j %d: not sharing make's jobs\n", cfg_workers(a->cfg));
	jobserver_close(&a->jobserver);
	return NULL;
}

/* What is done already, and what there is no room for. Returns how many saves
 * the disk bears at once. */
static unsigned admit(struct action *a)
{
	unsigned limit = class_limit(a, OPT_DISK_WORKERS);

	a->fresh = fresh_new(a);
	return space_admit(a, limit);
}

static void run(struct action *a)
{
	unsigned at_once = admit(a);
	struct jobserver *js = share_jobs(a);
	struct run_plan plan = {
		.jobs = a->n,
		.ctx = a,
		.name = name_of,
		.words = words_of,
		.subject = subject_of,
		.lane = lane_of,
		.client = { .ctx = a,
			    .class_of = class_of,
			    .prepare = prepare,
			    .judge = judge,
			    .overdue = outcome_overdue,
			    .given_up = given_up,
			    .lane_of = lane_of },
		.limits = limits(a, js),
		.listeners = a->listeners.list,
		.output = output_mode(a),
		.verbose = cfg_bool(a->cfg, OPT_VERBOSE),
		.answers = !a->rt,
		.quiet = cfg_bool(a->cfg, OPT_QUIET),
		.most_failures = most_failures(a),
		.deadline_ns = cfg_duration_ns(a->cfg, OPT_DEADLINE),
	};

	plan.limits.of_class[WORK_DISK] = at_once;
	a->shares_jobs = js;
	order_open(&a->order, a);
	outcome_prepare(a);
	if (a->rt)
		tempdir_open(&a->tempdir, a->rt, &a->env);
	plan.order = a->order.ranking;
	listeners_open(a);
	plan.n_listeners = a->listeners.n;
	plan.live = a->live;
	run_jobs(&a->run, a->session, &plan);
	order_close(&a->order);
	for (unsigned i = 0; i < a->n_stages; i++)
		if (a->stage[i].ops->sweep)
			a->stage[i].ops->sweep(a, &a->stage[i]);
	patience_release(&a->patience);
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
	int rc = build_argv(a, at, &argv, &err);

	if (rc < 0) {
		action_spoil(a, at->job, err.text);
	} else if (rc != ARGV_NOTHING) {
		strvec_quote(argv.v, &line);
		buf_addc(&line, '\n');
		session_write(a->session, buf_str(&line), line.len);
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
				session_say(a->session, "# then tag and push what is in %s\n",
					    at.name);
				break;
			}
			print_command(a, &at);
			if (is_last(a, i, step))
				break;
		}
	for (uint32_t i = 0; i < a->n; i++)
		status |= a->target[i].bad != NULL;
	return status;
}

/* ---- after the run ---- */

static void say_summary(struct action *a)
{
	struct session *s = a->session;

	session_say(s, "\nSummary: %u successful, %u failed\n", a->run.ok, a->run.failed);
	if (a->run.cancelled)
		session_say(s, "Cancelled: %u not done\n", a->run.cancelled);
	if (!a->run.failed)
		return;
	session_say(s, "\nFailed %s:\n", a->stage[0].ops->plural);
	for (uint32_t i = 0; i < a->n; i++)
		if (a->run.result[i] == RESULT_FAILED)
			session_say(s, "  - %s\n", action_name(a, i));
}

static int say_late(const struct action *a)
{
	const struct action_ops *ops = a->stage[0].ops;

	session_warn("Error: the deadline of %.6g s has passed; %u of %u %s were not %s\n",
		     (double)cfg_duration_ns(a->cfg, OPT_DEADLINE) / 1e9,
		     a->run.failed + a->run.cancelled, a->n, ops->plural,
		     a->n_stages == 1 ? ops->words.done : "done");
	return STATUS_LATE;
}

/* For people; what reads a pipe gets the contract. */
static void say_recap(struct action *a)
{
	struct buf text = BUF_INIT;

	if (!isatty(STDOUT_FILENO) || a->session->ended_by)
		return;
	recap_text(&a->listeners.ledger, clock_now_ns(), &text);
	session_write(a->session, buf_str(&text), text.len);
	buf_release(&text);
}

static int finish(struct action *a)
{
	const struct action_ops *ops = a->stage[0].ops;

	if (!cfg_bool(a->cfg, OPT_QUIET)) {
		say_summary(a);
		say_recap(a);
	}
	if (a->session->out_error)
		return 1; /* main says so */
	if (a->session->ended_by)
		session_warn("Error: interrupted; %u of %u %s were not %s\n",
			     a->run.failed + a->run.cancelled, a->n, ops->plural,
			     a->n_stages == 1 ? ops->words.done : "done");
	else if (a->run.late && a->run.cancelled)
		return say_late(a);
	else if (a->run.failed || a->run.cancelled)
		session_warn("Error: failed to %s %u %s\n", a->verbs,
			     a->run.failed + a->run.cancelled, ops->plural);
	return a->run.failed || a->run.cancelled;
}

static void say_lists(const struct action *a, const struct args *args)
{
	struct session *s = a->session;
	char *const *lists = usage_lists(args, a->cfg);

	if (!*lists)
		session_say(s, "%zu image%s", args->operands.n, args->operands.n == 1 ? "" : "s");
	else
		session_say(s, "file: ");
	for (size_t i = 0; lists[i]; i++)
		session_say(s, "%s%s", i ? ", " : "", lists[i]);
}

/* "mode: 1"; where several stages have one, "save mode: 1, push mode: 2". */
static void say_modes(const struct action *a, const char *between)
{
	unsigned modes = 0;

	for (unsigned i = 0; i < a->n_stages; i++)
		modes += a->stage[i].ops != &action_pull;
	for (unsigned i = 0; i < a->n_stages; i++) {
		const struct action_ops *ops = a->stage[i].ops;

		if (ops == &action_pull)
			continue;
		session_say(a->session, "%s%s%smode: %d", between, modes > 1 ? ops->words.verb : "",
			    modes > 1 ? " " : "", a->stage[i].mode);
		between = ", ";
	}
	if (action_has(a, &action_push))
		session_say(a->session, ", registry: %s, project: %s",
			    cfg_str(a->cfg, OPT_REGISTRY), cfg_str(a->cfg, OPT_PROJECT));
}

static void say_first_line(const struct action *a, const struct args *args)
{
	struct session *s = a->session;

	session_say(s, "Executing %s action with ", a->verbs);
	if (a->stage[0].ops->no_runtime) {
		session_say(s, "%zu path%s\n", args->operands.n, args->operands.n == 1 ? "" : "s");
		return;
	}
	if (!a->stage[0].ops->takes_files)
		say_lists(a, args);
	say_modes(a, a->stage[0].ops->takes_files ? "" : ", ");
	session_say(s, "\n");
}

/* -p together with mode 1, wherever that comes from, means mode 2. */
static int mode_of(const struct action *a, enum verb verb)
{
	int mode = usage_mode(verb, a->cfg);

	if (verb != VERB_PUSH || mode != 1 || !cfg_given_by_flag(a->cfg, OPT_PROJECT))
		return mode;
	if (action_is_chatty(a))
		session_say(a->session, "Auto-adjusted to push mode 2 for project '%s'\n",
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
	inventory_release(&a->images);
	lanes_release(a);
	strvec_release(&a->lane_names);
	arena_release(&a->texts);
	strvec_release(&a->env);
	trace_release(&a->trace);
	free(a->target);
	buf_release(&a->reason);
	buf_release(&a->temp);
	book_release(&a->book);
}

static int prepare_and_run(struct action *a, const struct args *args, struct err *err)
{
	if (action_is_chatty(a))
		say_first_line(a, args);
	if (!a->stage[0].ops->no_runtime) {
		a->rt = select_runtime(a->session, a->cfg, &a->runtimes, err);
		if (!a->rt)
			return -1;
	}
	if (a->rt && action_is_chatty(a))
		session_say(a->session, "Using container runtime: %s\n", a->rt->name);
	if (a->stage[0].ops->takes_files ? find_archives(a, args, err) : read_lists(a, args, err))
		return -1;
	if (resume_open(a, args, err) || set_up(a, err))
		return -1;
	return resume_begin(a, args, err);
}

int action_run(struct session *s, const struct cfg *cfg, const struct args *args, struct log *log)
{
	struct action a = { .session = s, .cfg = cfg, .log = log };
	struct err err = { "" };
	int status = 1;

	if (!cfg_bool(cfg, OPT_DRY_RUN) && listeners_prepare(&a, &err)) {
		session_warn("Error: %s\n", err.text);
		return listeners_close(&a, 1);
	}
	add_stages(&a, args->chain);
	if (prepare_and_run(&a, args, &err)) {
		if (!s->ended_by)
			session_warn("Error: %s\n", err.text);
	} else if (cfg_bool(cfg, OPT_DRY_RUN)) {
		status = print_commands(&a);
	} else {
		run(&a);
		status = finish(&a);
		if (resume_end(&a, &err)) {
			session_warn("Error: %s\n", err.text);
			status = 1;
		}
	}
	status = listeners_close(&a, status);
	release(&a);
	return status;
}
