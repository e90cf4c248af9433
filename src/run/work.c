/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/work.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/command.h"
#include "state/artefact.h"

_Static_assert(RT_VERBS < ATTEMPT_KINDS, "a kind for each verb, and one for hpn's own steps");

void work_init(struct work *w, const struct plan *plan, const char *history)
{
	const struct settings *set = plan->set;
	struct attempt_rules rules = { .timeout_ns = set->timeout_ns,
				       .percent = set->timeout_percent,
				       .stall_ns = set->stall_ns };

	*w = (struct work){ .plan = plan };
	archive_images_init(&w->images, plan);
	attempt_limits_init(&w->limits, &rules, plan->n);
	w->judge = (struct judge){ .plan = plan, .limits = &w->limits, .history = history };
	w->job = mem_array(plan->n, sizeof(*w->job));
	for (size_t i = 0; i < plan->env.n; i++)
		strvec_push(&w->env, plan->env.v[i]);
	if (plan->rt)
		tempdir_open(&w->tempdir, plan->rt, &w->env);
	trace_init(&w->trace, *set->otlp);
}

void work_release(struct work *w)
{
	tempdir_close(&w->tempdir);
	attempt_limits_release(&w->limits);
	archive_images_release(&w->images);
	judge_release(&w->judge);
	trace_release(&w->trace);
	strvec_release(&w->env);
	buf_release(&w->note);
	buf_release(&w->warning);
	free(w->job);
}

/* The stage begins with this step, if it was not begun before; the pool tells of
 * the item's first stage. True when it begins. */
static bool begin_stage(struct work *w, const struct step *st, struct tell *t)
{
	struct job_work *j = &w->job[st->job];
	unsigned begun = st->nth - st->step + 1;

	if (j->begun == begun)
		return false;
	j->begun = begun;
	j->ran = false;
	if (st->nth)
		tell_stage(t, EVENT_STAGE_START, st->job, st->nth, CAUSE_EXITED);
	return true;
}

static void say(struct work *w, const struct step *st, struct tell *t)
{
	if (w->note.len)
		tell_note(t, st->job, st->nth, NULL, buf_str(&w->note));
	buf_reset(&w->note);
}

static enum prepared take_command(struct work *w, const struct step *st, struct pool_task *task,
				  struct err *err)
{
	struct step mine = *st;
	int rc;

	mine.cut = w->job[st->job].cut;
	rc = command_of(w->plan, &mine, &task->argv, err);

	if (rc)
		return rc == COMMAND_NOTHING ? PREPARED_SKIP : PREPARED_REFUSE;
	task->path = task->argv.v[0];
	task->envp = trace_next(&w->trace, w->env.v);
	task->span = w->trace.on ? w->trace.child.span : NULL;
	tempdir_make(&w->tempdir, st->job);
	task->timeout_ns = attempt_limits_begin(&w->limits, st->job);
	return PREPARED_RUN;
}

enum prepared work_prepare(struct work *w, const struct step *st, struct tell *t,
			   struct pool_task *task, struct err *err)
{
	const struct verb_def *verb = st->stage->verb;
	const struct item *it = &w->plan->item[st->job];
	bool begins = begin_stage(w, st, t);

	buf_reset(&w->note);
	if (st->bad) {
		err_set(err, "%s", st->bad);
		return PREPARED_REFUSE;
	}
	if (plan_is_done(w->plan, st->stage, st->job)) {
		if (begins && st->path && st->stage->nth >= it->resumed)
			buf_addf(&w->note, "Already %s: %s", verb->words.done, st->path);
		say(w, st, t);
		return PREPARED_SKIP;
	}
	if (w->disk_full && verb->takes_room && !st->step) {
		err_set(err, "not started, since the disk is full; make room, and run it again");
		return PREPARED_REFUSE;
	}
	if (begins && verb->announce)
		verb->announce(w->plan, st, &w->note);
	say(w, st, t);
	return take_command(w, st, task, err);
}

/* How much the attempt has written; -1 where it writes no file. */
static int64_t written(const struct work *w, const struct step *st)
{
	struct buf path = BUF_INIT;
	int64_t bytes;

	if (!st->stage->verb->output)
		return -1;
	st->stage->verb->output(w->plan, st, &path);
	bytes = artefact_bytes(buf_str(&path));
	buf_release(&path);
	return bytes;
}

static void say_slow(struct work *w, const struct step *st, const struct pool_look *look,
		     struct tell *t)
{
	buf_reset(&w->note);
	buf_addf(&w->note, "slow: %.3g s so far, the median is %.3g s",
		 (double)look->took_ns / NS_PER_S,
		 (double)attempt_limits_median_ns(&w->limits, st->does) / NS_PER_S);
	tell_note(t, st->job, st->nth, "warning", buf_str(&w->note));
}

int64_t work_overdue(struct work *w, const struct step *st, const struct pool_look *look,
		     struct tell *t)
{
	const int64_t *usual_ns = w->plan->usual_ns;
	struct pool_look mine = *look;
	int64_t bytes = -1, more_ns;
	bool slow;

	if (st->does == STEP_OWN) /* hpn's own programs are busy when they are silent */
		mine.quiet_ns = 0;
	else if (w->limits.limits.stall_ns)
		bytes = written(w, st);
	more_ns = attempt_limits_look(&w->limits, st->does, &mine, bytes,
				      usual_ns ? usual_ns[st->job] : 0, &slow);
	if (slow)
		say_slow(w, st, look, t);
	return more_ns;
}

/* What the verb makes of the end of a child. False: it has failed after all. */
static bool end_child(struct work *w, const struct step *st, bool good, int64_t *ret_bytes,
		      struct err *err)
{
	struct step_end e = { .good = good, .bytes = -1 };
	int rc = 0;

	if (st->stage->verb->ended)
		rc = st->stage->verb->ended(w->plan, st, &e, err);
	buf_adds(&w->note, buf_str(&e.note));
	buf_adds(&w->warning, buf_str(&e.warning));
	*ret_bytes = e.bytes;
	buf_release(&e.note);
	buf_release(&e.warning);
	return rc == 0;
}

/* Some engines end a load with status 0 and say in their output that it failed. */
static char *hidden_failure(const struct work *w, const struct step *st)
{
	bool loads = w->images.file && st->nth + 1 == w->plan->stage[0].verb->n_steps;

	return loads ? archive_images_failure(&w->images, st->job) : NULL;
}

/* The step is done: what is next? */
static void go_on(struct work *w, const struct step *st, const struct pool_attempt *at,
		  struct pool_verdict *v)
{
	const struct plan *p = w->plan;
	struct step next;

	if (w->images.file && st->nth + 1 == p->stage[0].verb->n_steps) {
		if (at->cause != CAUSE_SKIPPED)
			archive_images_read(&w->images, st->job);
	}
	v->next = POOL_DONE;
	if (step_is_last(p, &w->images, st->job, st->nth))
		return;
	next = step_at(p, &w->images, st->job, st->nth + 1);
	v->next = POOL_STEP;
	v->lane = p->item[st->job].lane[next.stage->nth];
	v->class = step_class(p, &next);
}

struct pool_verdict work_ended(struct work *w, const struct step *st, const struct pool_attempt *at,
			       const char *why)
{
	struct pool_verdict v = { .next = POOL_FAIL };
	bool ran = at->cause != CAUSE_UNSTARTED && at->cause != CAUSE_SKIPPED;
	bool good = at->cause == CAUSE_EXITED && at->status == 0;
	struct pool_attempt seen = *at;
	char *failure = good ? hidden_failure(w, st) : NULL;
	struct err err = { "" };
	int64_t bytes = -1;

	if (failure) {
		seen.text = failure;
		good = false;
	}
	tempdir_drop(&w->tempdir, st->job);
	buf_reset(&w->note);
	buf_reset(&w->warning);
	w->job[st->job].ran |= ran;
	if (ran && !end_child(w, st, good, &bytes, &err)) {
		free(failure);
		buf_reset(&w->note);
		buf_adds(&w->note, err.text);
		v.reason = buf_str(&w->note);
		return v;
	}
	if (!good && at->cause != CAUSE_SKIPPED) {
		v = judge_failure(&w->judge, st, &seen, why);
		free(failure);
		w->job[st->job].cut = st->does == STEP_OWN && v.next == POOL_RETRY;
		w->disk_full |= st->stage->verb->takes_room && v.error_class &&
				!strcmp(v.error_class, err_class_name(ERR_NO_SPACE));
		return v;
	}
	if (good)
		attempt_limits_did(&w->limits, st->does, at->took_ns);
	v.reach = at->cause == CAUSE_SKIPPED ? REACH_UNKNOWN : judge_reach(st, NULL);
	v.did = w->job[st->job].ran;
	v.bytes = bytes > 0 ? bytes : 0;
	v.note = w->note.len ? buf_str(&w->note) : NULL;
	go_on(w, st, at, &v);
	return v;
}

void work_tell_stage(struct work *w, const struct step *st, const struct pool_attempt *at,
		     const struct pool_verdict *v, struct tell *t)
{
	if (v->next != POOL_STEP || step_at(w->plan, &w->images, st->job, st->nth + 1).step)
		return;
	tell_stage(t, EVENT_STAGE_END, st->job, st->nth,
		   w->job[st->job].ran ? CAUSE_EXITED : at->cause);
}

void work_sweep(struct work *w)
{
	const struct plan *p = w->plan;

	for (unsigned i = 0; i < p->n_stages; i++)
		if (p->stage[i].verb->sweep)
			p->stage[i].verb->sweep(p, &p->stage[i]);
}
