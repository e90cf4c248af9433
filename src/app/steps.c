/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/steps.h"

#include <string.h>

#include "app/fresh.h"
#include "app/loaded.h"
#include "app/outcome.h"
#include "image/ref.h"

bool steps_is_last(const struct action *a, uint32_t job, unsigned step)
{
	const struct stage *last = &a->stage[a->n_stages - 1];
	unsigned rounds = a->loaded && a->n_stages > 1 && a->loaded[job].n ? a->loaded[job].n : 1;

	return step + 1 >= last->first + last->ops->steps * rounds;
}

static enum work_class class_of(void *ctx, uint32_t job, unsigned step)
{
	static const enum work_class of[RT_WORKS] = { WORK_NETWORK, WORK_DISK, WORK_CPU };
	struct action *a = ctx;
	struct place at = action_place(a, job, step);

	if (action_verb(&at) == STEP_CHECK)
		return WORK_CPU;
	return of[a->rt->verb[action_verb(&at)].work];
}

uint32_t steps_lane(void *ctx, uint32_t job, unsigned step)
{
	return action_lane(ctx, job, step);
}

void steps_about(void *ctx, struct event *ev)
{
	struct place at = action_place(ctx, ev->job, ev->step);
	enum rt_verb verb = action_verb(&at);

	ev->words = &at.stage->ops->words;
	ev->subject = at.name;
	ev->step_name = verb == STEP_CHECK ? "verify" : rt_verb_name(verb);
}

static void explain_lane(void *ctx, uint32_t lane, struct buf *b)
{
	lanes_explain(ctx, lane, b);
}

bool action_insecure_host(const struct action *a, const char *host)
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
void steps_host(struct action *a, const struct place *at, struct buf *b)
{
	(void)a;
	if (!at->stage->ops->takes_files)
		add_host(at->stage->ops == &action_push ? at->path : at->name, b);
}

const char *action_insecure(const struct action *a, const char *name, struct buf *room)
{
	buf_reset(room);
	add_host(name, room);
	return room->len && action_insecure_host(a, buf_str(room)) ? buf_str(room) : NULL;
}

int steps_argv(struct action *a, const struct place *at, struct strvec *argv, struct err *err)
{
	const struct action_ops *ops = at->stage->ops;
	struct rt_call call = { 0 };
	struct buf host = BUF_INIT;
	int rc;

	if (!ops->takes_files)
		call.image = at->name;
	steps_host(a, at, &host);
	if (host.len && action_insecure_host(a, buf_str(&host)))
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

static enum run_prepared prepare(void *ctx, uint32_t job, unsigned step, struct pool_task *task,
				 struct err *err)
{
	struct action *a = ctx;
	struct place at = action_place(a, job, step);
	int rc;

	begin_stage(a, &at, step);
	if (at.bad) {
		err_set(err, "%s", at.bad);
		return RUN_REFUSE;
	}
	if (resume_is_done(a, job, (unsigned)(at.stage - a->stage)))
		return RUN_SKIP;
	if (fresh_has(a->fresh, &at)) {
		tell_fresh(a, &at);
		return RUN_SKIP;
	}
	if (a->disk_full && at.stage->ops == &action_save && !at.step) {
		err_set(err, "not begun, since the disk is full; make room, and run it again");
		return RUN_REFUSE;
	}
	rc = steps_argv(a, &at, &task->argv, err);
	if (rc)
		return rc == ARGV_NOTHING ? RUN_SKIP : RUN_REFUSE;
	task->path = task->argv.v[0];
	task->envp = trace_next(&a->trace, a->env.v);
	task->span = a->trace.on ? a->trace.child.span : NULL;
	tempdir_make(&a->tempdir, job);
	task->timeout_ns = attempt_limits_begin(&a->patience, job);
	return RUN_IT;
}

/* The step is done: what is next? */
static enum pool_next go_on(struct action *a, const struct pool_attempt *at)
{
	if (a->loaded && at->step + 1 == a->stage[0].ops->steps && at->cause != CAUSE_SKIPPED)
		loaded_read(a, at->job);
	if (steps_is_last(a, at->job, at->step))
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
		a->disk_full |= place.stage->ops == &action_save && v.error_class &&
				strcmp(v.error_class, err_class_name(ERR_NO_SPACE)) == 0;
		return v;
	}
	if (good)
		attempt_limits_did(&a->patience, action_verb(&place), at->took_ns);
	v.reach = at->cause == CAUSE_SKIPPED ? REACH_UNKNOWN : outcome_reach(a, at, NULL);
	v.next = go_on(a, at);
	v.did = a->target[at->job].ran;
	return v;
}

struct run_client steps_client(struct action *a)
{
	return (struct run_client){
		.ctx = a,
		.class_of = class_of,
		.prepare = prepare,
		.judge = judge,
		.overdue = outcome_overdue,
		.explain_lane = explain_lane,
	};
}
