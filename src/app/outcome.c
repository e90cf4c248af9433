/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/outcome.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/pipe.h"
#include "app/nearest.h"
#include "base/clock.h"

/* An attempt that took longer than this had its own retries inside the engine:
 * it counts for two. */
#define LONG_ATTEMPT_NS (60 * NS_PER_S)

#define MOST_SEARCHES 20

int64_t outcome_backoff_ns(int64_t delay_ns, int64_t max_ns, unsigned n, uint64_t dice)
{
	int64_t most = delay_ns;

	while (--n > 0 && most < max_ns)
		most = most > max_ns / 2 ? max_ns : most * 2;
	if (most > max_ns)
		most = max_ns;
	return most > 0 ? (int64_t)(dice % ((uint64_t)most + 1)) : 0;
}

static uint64_t roll(struct action *a)
{
	if (!a->dice)
		a->dice = ((uint64_t)clock_wall_ns() ^ (uint64_t)getpid() << 32) | 1;
	a->dice ^= a->dice << 13;
	a->dice ^= a->dice >> 7;
	a->dice ^= a->dice << 17;
	return a->dice;
}

static void explain(struct action *a, const struct pool_attempt *at, struct verdict *v)
{
	struct place place = action_place(a, at->job, at->step);
	struct failure f = {
		.rt = a->rt,
		.verb = action_verb(&place),
		.text = at->text,
		.text_len = strlen(at->text),
		.status = at->status,
		.stopped = at->cause == CAUSE_STOPPED,
		.timed_out = at->cause == CAUSE_TIMED_OUT,
	};

	if (place.stage->ops->takes_files) {
		f.file = a->paths.v[at->job];
	} else {
		f.image = place.name;
		f.target = place.path;
		f.file = buf_str(&a->temp); /* a save's: the name that the runtime knows */
	}
	classify(&f, v);
}

/* Attempts that are used up, by number and by what the engine did in them. */
static unsigned used_up(const struct pool_attempt *at)
{
	return at->took_ns > LONG_ATTEMPT_NS ? at->attempt + 1 : at->attempt;
}

static uint32_t lane_of(struct action *a, const struct pool_attempt *at)
{
	return action_lane(a, at->job, at->step);
}

static bool may_retry(struct action *a, const struct pool_attempt *at, const struct verdict *v)
{
	return err_class_retries(v->class) &&
	       used_up(at) < lanes_setting(a, lane_of(a, at), REG_MAX_ATTEMPTS, OPT_RETRIES);
}

/* Not of each of many: the whole list is gone through. */
static void say_nearest(struct action *a, const struct pool_attempt *at, const struct verdict *v)
{
	struct place place = action_place(a, at->job, at->step);
	struct buf tag = BUF_INIT;

	if (v->class != ERR_MISSING || v->unreached || place.stage->ops->takes_files ||
	    a->run.failed >= MOST_SEARCHES)
		return;
	nearest_tag(a, place.name, &tag);
	if (tag.len)
		buf_addf(&a->reason, "\nThe nearest tag in the list and in earlier runs is %s",
			 buf_str(&tag));
	buf_release(&tag);
}

static void say_why(struct action *a, const struct pool_attempt *at, const struct verdict *v)
{
	if (v->class == ERR_TIMEOUT) {
		attempt_limits_why(&a->patience, at->job, &a->reason);
		buf_addc(&a->reason, '\n');
	}
	if (v->class != ERR_TIMEOUT || *at->text)
		buf_adds(&a->reason, v->line);
	if (v->hint)
		buf_addf(&a->reason, "\n%s", v->hint);
	say_nearest(a, at, v);
	if (at->attempt > 1)
		buf_addf(&a->reason, "\nGave up after %u attempts", at->attempt);
}

enum reach outcome_reach(struct action *a, const struct pool_attempt *at, const struct verdict *v)
{
	struct place place = action_place(a, at->job, at->step);

	if (v && v->unreached)
		return REACH_NO;
	if (place.step + 1 < place.stage->ops->steps)
		return REACH_UNKNOWN;
	if (!v || v->class == ERR_THROTTLED || v->class == ERR_DENIED || v->class == ERR_MISSING ||
	    v->class == ERR_INVALID)
		return REACH_YES;
	return REACH_UNKNOWN;
}

/* What hpn-pipe says of an archive; it is never tried again. */
static struct pool_verdict judge_check(struct action *a, const struct pool_attempt *at)
{
	struct pool_verdict ret = { .next = POOL_FAIL };

	if (at->cause == CAUSE_TIMED_OUT)
		buf_addf(&a->reason, "timed out after %.6g s",
			 (double)cfg_duration_ns(a->cfg, OPT_TIMEOUT) / 1e9);
	else if (*at->text)
		buf_add(&a->reason, at->text, strcspn(at->text, "\n"));
	else
		buf_adds(&a->reason, "the check of the archive ended without a word");
	if (at->cause == CAUSE_EXITED && WIFEXITED(at->status))
		ret.error_class =
			WEXITSTATUS(at->status) == PIPE_NOT_WHOLE  ? err_class_name(ERR_INVALID)
			: WEXITSTATUS(at->status) == PIPE_NO_SPACE ? err_class_name(ERR_NO_SPACE)
								   : NULL;
	ret.reason = buf_str(&a->reason);
	return ret;
}

struct pool_verdict outcome_judge(struct action *a, const struct pool_attempt *at)
{
	struct place place = action_place(a, at->job, at->step);
	struct pool_verdict ret = { .next = POOL_FAIL };
	struct verdict v;

	if (at->cause == CAUSE_UNSTARTED || at->cause == CAUSE_STOPPED) {
		buf_adds(&a->reason, at->cause != CAUSE_STOPPED ? at->text
				     : a->run.late              ? "the deadline has passed"
								: "interrupted");
		ret.reason = buf_str(&a->reason);
		return ret;
	}
	if (action_verb(&place) == STEP_CHECK)
		return judge_check(a, at);
	explain(a, at, &v);
	ret.error_class = err_class_name(v.class);
	ret.reach = outcome_reach(a, at, &v);
	if (ret.reach == REACH_NO)
		lanes_unreached(a, lane_of(a, at), &v);
	if (may_retry(a, at, &v)) {
		int64_t delay_ns = lanes_setting(a, lane_of(a, at), REG_DELAY, OPT_RETRY_DELAY);
		int64_t max_ns =
			lanes_setting(a, lane_of(a, at), REG_MAX_DELAY, OPT_RETRY_MAX_DELAY);

		ret.next = POOL_RETRY;
		if (ret.reach == REACH_NO)
			ret.reach = REACH_NOT_YET;
		ret.delay_ns = outcome_backoff_ns(delay_ns, max_ns, at->attempt, roll(a));
		ret.throttled = v.class == ERR_THROTTLED;
		if (ret.throttled) /* who asks for a pause gets one, dice or not */
			ret.delay_ns += delay_ns;
		if (ret.delay_ns < v.retry_after_ns)
			ret.delay_ns = v.retry_after_ns;
		ret.hold_ns = v.retry_after_ns;
		buf_adds(&a->reason, v.line);
	} else {
		say_why(a, at, &v);
	}
	ret.reason = buf_str(&a->reason);
	verdict_release(&v);
	return ret;
}

_Static_assert(RT_VERBS < ATTEMPT_KINDS, "a kind for each verb, and one for hpn's own");

void outcome_prepare(struct action *a)
{
	int64_t set = cfg_int(a->cfg, OPT_TIMEOUT), by_default = 0;
	struct attempt_rules limits = { .timeout_ns = set,
					.stall_ns = cfg_duration_ns(a->cfg, OPT_STALL_TIMEOUT) };

	if (set < 0) {
		option_read(OPT_TIMEOUT, option_get(OPT_TIMEOUT)->def, 0, &by_default, NULL);
		limits.timeout_ns = by_default;
		limits.percent = (unsigned)-set;
	}
	attempt_limits_init(&a->patience, &limits, a->n);
}

static void say_slow(struct action *a, unsigned kind, const struct pool_look *look)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "slow: %.3g s so far, the median is %.3g s", (double)look->took_ns / 1e9,
		 (double)attempt_limits_median_ns(&a->patience, kind) / 1e9);
	run_warn(&a->run, look->job, buf_str(&line));
	buf_release(&line);
}

int64_t outcome_overdue(void *ctx, const struct pool_look *look)
{
	struct action *a = ctx;
	struct place at = action_place(a, look->job, look->step);
	unsigned kind = action_verb(&at);
	struct pool_look mine = *look;
	int64_t bytes = -1, usual_ns = 0, more_ns;
	bool slow;

	if (kind >= RT_VERBS) /* hpn's own programs are busy when they are silent */
		mine.quiet_ns = 0;
	else if (a->patience.limits.stall_ns && at.stage->ops->written)
		bytes = at.stage->ops->written(a, &at);
	if (a->order.history.n)
		usual_ns = a->order.history.known_ns[look->job];
	more_ns = attempt_limits_look(&a->patience, kind, &mine, bytes, usual_ns, &slow);
	if (slow)
		say_slow(a, kind, look);
	return more_ns;
}
