/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/judge.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "query/libexec.h"
#include "run/nearest.h"

/* The engine retries by itself within an attempt that takes longer than this:
 * it counts as two. */
#define LONG_ATTEMPT_NS (60 * NS_PER_S)

/* Looking for another tag goes through the complete list. */
#define MOST_SEARCHES 20

int64_t judge_backoff_ns(int64_t delay_ns, int64_t max_ns, unsigned n, uint64_t dice)
{
	int64_t most = delay_ns;

	while (--n > 0 && most < max_ns)
		most = most > max_ns / 2 ? max_ns : most * 2;
	if (most > max_ns)
		most = max_ns;
	return most > 0 ? (int64_t)(dice % ((uint64_t)most + 1)) : 0;
}

/* xorshift64 */
static uint64_t roll(struct judge *j)
{
	if (!j->dice)
		j->dice = ((uint64_t)clock_wall_ns() ^ (uint64_t)getpid() << 32) | 1;
	j->dice ^= j->dice << 13;
	j->dice ^= j->dice >> 7;
	j->dice ^= j->dice << 17;
	return j->dice;
}

static const struct lane_plan *lane_of(const struct plan *p, const struct step *st)
{
	return &p->lane[p->item[st->job].lane[st->stage->nth]];
}

static void explain(const struct plan *p, const struct step *st, const struct pool_attempt *at,
		    struct verdict *v)
{
	struct buf file = BUF_INIT;
	struct failure f = {
		.rt = p->rt,
		.verb = st->does,
		.text = at->text,
		.text_len = strlen(at->text),
		.status = at->status,
		.timed_out = at->cause == CAUSE_TIMED_OUT,
	};

	if (st->stage->verb->takes_files) {
		f.file = p->item[st->job].file;
	} else {
		f.image = st->name;
		f.target = st->path;
	}
	if (st->stage->verb->output) { /* the name that the runtime knows it by */
		st->stage->verb->output(p, st, &file);
		f.file = buf_str(&file);
	}
	classify(&f, v);
	buf_release(&file);
}

static bool may_retry(const struct plan *p, const struct step *st, const struct pool_attempt *at,
		      const struct verdict *v)
{
	unsigned used = at->took_ns > LONG_ATTEMPT_NS ? at->attempt + 1 : at->attempt;

	return err_class_retries(v->class) && used < lane_of(p, st)->attempts;
}

static void say_nearest(struct judge *j, const struct step *st, const struct verdict *v)
{
	struct buf tag = BUF_INIT;

	if (v->class != ERR_MISSING || v->unreached || st->stage->verb->takes_files ||
	    j->searches++ >= MOST_SEARCHES)
		return;
	nearest_tag(j->plan, j->history, st->name, &tag);
	if (tag.len)
		buf_addf(&j->reason, "\nThe nearest tag in the list and in earlier runs is %s",
			 buf_str(&tag));
	buf_release(&tag);
}

static void say_why(struct judge *j, const struct step *st, const struct pool_attempt *at,
		    const struct verdict *v)
{
	const char *hint = v->hint;

	if (v->class == ERR_TIMEOUT) {
		attempt_limits_why(j->limits, at->job, &j->reason);
		if (attempt_limits_stalled(j->limits, at->job))
			hint = "it was silent for too long; give it more time with --stall-timeout";
		if (*at->text)
			buf_addf(&j->reason, "\n%s", v->line);
	} else {
		buf_adds(&j->reason, v->line);
	}
	if (hint)
		buf_addf(&j->reason, "\n%s", hint);
	say_nearest(j, st, v);
	if (at->attempt > 1)
		buf_addf(&j->reason, "\nGave up after %u attempts", at->attempt);
}

/* With this text the jobs of the lane fail when it is given up. */
static void say_lane(struct judge *j, const struct step *st, const struct verdict *v)
{
	buf_reset(&j->lane_reason);
	buf_adds(&j->lane_reason, v->line);
	if (v->hint)
		buf_addf(&j->lane_reason, "\n%s", v->hint);
	buf_addf(&j->lane_reason,
		 "\nNot tried any more, since %s could not be reached again and"
		 " again",
		 lane_of(j->plan, st)->name);
}

enum reach judge_reach(const struct step *st, const struct verdict *v)
{
	if (st->does == STEP_OWN)
		return REACH_UNKNOWN;
	if (v && v->class == ERR_DAEMON_DOWN)
		return REACH_NO_ENGINE;
	if (v && v->unreached)
		return REACH_NO;
	if (v && v->class != ERR_THROTTLED && v->class != ERR_DENIED && v->class != ERR_MISSING &&
	    v->class != ERR_INVALID)
		return REACH_UNKNOWN;
	return st->step + 1 < st->stage->verb->n_steps ? REACH_ENGINE : REACH_YES;
}

/* Some engines end well while others still copy (ctr 2, nerdctl 2.3): only a part
 * of the archive was written, and the save is worth another attempt. */
static bool is_cut_save(const struct plan *p, const struct step *st, const struct pool_attempt *at)
{
	return at->cause == CAUSE_EXITED && WIFEXITED(at->status) &&
	       WEXITSTATUS(at->status) == PIPE_CUT && st->stage->verb->output &&
	       p->rt->verb[RT_SAVE_STREAM].given;
}

/* One of hpn's own programs failed; its first line says why, and of an archive
 * that is hollow the others what to do about it. */
static void judge_own(struct judge *j, const struct pool_attempt *at, struct pool_verdict *ret)
{
	int exit =
		at->cause == CAUSE_EXITED && WIFEXITED(at->status) ? WEXITSTATUS(at->status) : -1;

	if (at->cause == CAUSE_TIMED_OUT)
		buf_addf(&j->reason, "timed out after %.6g s",
			 (double)j->plan->set->timeout_ns / NS_PER_S);
	else if (*at->text)
		buf_add(&j->reason, at->text,
			exit == PIPE_HOLLOW ? strlen(at->text) : strcspn(at->text, "\n"));
	else
		buf_adds(&j->reason, "the check of the archive ended without a word");
	if (exit == PIPE_NOT_WHOLE || exit == PIPE_CUT || exit == PIPE_HOLLOW)
		ret->error_class = err_class_name(ERR_INVALID);
	else if (exit == PIPE_NO_SPACE)
		ret->error_class = err_class_name(ERR_NO_SPACE);
}

static void retry(struct judge *j, const struct step *st, const struct pool_attempt *at,
		  const struct verdict *v, struct pool_verdict *ret)
{
	const struct lane_plan *lane = lane_of(j->plan, st);

	ret->next = POOL_RETRY;
	if (ret->reach == REACH_NO)
		ret->reach = REACH_NOT_YET;
	ret->delay_ns = judge_backoff_ns(lane->delay_ns, lane->max_delay_ns, at->attempt, roll(j));
	ret->throttled = v->class == ERR_THROTTLED;
	if (ret->throttled) /* a registry that asks for a pause gets one, whatever the dice say */
		ret->delay_ns += lane->delay_ns;
	if (ret->delay_ns < v->retry_after_ns)
		ret->delay_ns = v->retry_after_ns;
	ret->hold_ns = v->retry_after_ns;
	buf_adds(&j->reason, v->line);
}

struct pool_verdict judge_failure(struct judge *j, const struct step *st,
				  const struct pool_attempt *at, const char *why)
{
	struct pool_verdict ret = { .next = POOL_FAIL };
	struct verdict v;

	buf_reset(&j->reason);
	if (at->cause == CAUSE_UNSTARTED || at->cause == CAUSE_STOPPED) {
		buf_adds(&j->reason, at->cause == CAUSE_STOPPED ? why : at->text);
	} else if (st->does == STEP_OWN && !is_cut_save(j->plan, st, at)) {
		judge_own(j, at, &ret);
	} else {
		explain(j->plan, st, at, &v);
		if (is_cut_save(j->plan, st, at))
			v.class = ERR_TRANSIENT;
		ret.error_class = err_class_name(v.class);
		ret.reach = judge_reach(st, &v);
		if (ret.reach == REACH_NO || ret.reach == REACH_NO_ENGINE) {
			say_lane(j, st, &v);
			ret.lane_reason = buf_str(&j->lane_reason);
		}
		if (may_retry(j->plan, st, at, &v))
			retry(j, st, at, &v, &ret);
		else
			say_why(j, st, at, &v);
		verdict_release(&v);
	}
	ret.reason = buf_str(&j->reason);
	return ret;
}

void judge_release(struct judge *j)
{
	buf_release(&j->reason);
	buf_release(&j->lane_reason);
}
