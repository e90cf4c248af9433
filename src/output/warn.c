/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/warn.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

void warn_init(struct warn *w, const struct threshold *thresholds, size_t n,
	       const struct run_info *info, const struct ledger *ledger,
	       void (*say)(void *say_ctx, const char *text), void *say_ctx)
{
	*w = (struct warn){ .info = info,
			    .ledger = ledger,
			    .n = n,
			    .heard_ns = info->start_ns,
			    .say = say,
			    .say_ctx = say_ctx };
	w->rule = mem_array(n, sizeof(*w->rule));
	for (size_t i = 0; i < n; i++)
		w->rule[i].t = thresholds[i];
}

void warn_release(struct warn *w)
{
	free(w->rule);
	*w = (struct warn){ 0 };
}

static void cross(struct warn *w, struct warn_rule *r, const struct buf *what)
{
	struct buf line = BUF_INIT;

	r->crossed = true;
	w->failed |= r->t.fail;
	buf_addf(&line, "%s (--warn %s)", buf_str(what), r->t.text);
	w->say(w->say_ctx, buf_str(&line));
	buf_release(&line);
}

static void check_failures(struct warn *w, struct warn_rule *r, uint32_t jobs)
{
	uint64_t failed = w->ledger->ended[RESULT_FAILED];
	struct buf what = BUF_INIT;

	if (r->t.kind == THRESHOLD_SHARE ? !failed || failed * 100 < (uint64_t)r->t.limit * jobs
					 : failed < (uint64_t)r->t.limit)
		return;
	buf_addf(&what, "%u of %u have failed", (unsigned)failed, jobs);
	cross(w, r, &what);
	buf_release(&what);
}

/* More than can be left over: whatever comes, the percentile is above it. */
static void check_times(struct warn *w, struct warn_rule *r, uint32_t jobs)
{
	struct buf what = BUF_INIT;

	if ((uint64_t)r->over * 100 <= (uint64_t)jobs * (100 - r->t.percent))
		return;
	buf_addf(&what, "%u of %u took longer than %.6g s", r->over, jobs,
		 (double)r->t.limit / NS_PER_S);
	cross(w, r, &what);
	buf_release(&what);
}

static void check(struct warn *w, uint32_t jobs)
{
	for (size_t i = 0; i < w->n; i++) {
		struct warn_rule *r = &w->rule[i];

		if (r->crossed)
			continue;
		if (r->t.kind == THRESHOLD_TIMES)
			check_times(w, r, jobs);
		else if (r->t.kind != THRESHOLD_STALLED)
			check_failures(w, r, jobs);
	}
}

void warn_event(void *ctx, const struct event *ev)
{
	struct warn *w = ctx;

	w->heard_ns = ev->at_ns;
	if (ev->kind != EVENT_FINISH)
		return;
	for (size_t i = 0; i < w->n; i++)
		w->rule[i].over +=
			w->rule[i].t.kind == THRESHOLD_TIMES &&
			ledger_took_ns(w->ledger, ev->job, ev->at_ns) > w->rule[i].t.limit;
	check(w, w->info->jobs);
}

int64_t warn_tick(void *ctx, int64_t now_ns)
{
	struct warn *w = ctx;
	int64_t soonest = -1;

	for (size_t i = 0; i < w->n; i++) {
		struct warn_rule *r = &w->rule[i];
		int64_t due = w->heard_ns + r->t.limit;
		struct buf what = BUF_INIT;

		if (r->t.kind != THRESHOLD_STALLED || r->crossed)
			continue;
		if (due <= now_ns) {
			buf_addf(&what, "nothing has happened for %.6g s",
				 (double)r->t.limit / NS_PER_S);
			cross(w, r, &what);
		} else if (soonest < 0 || due < soonest) {
			soonest = due;
		}
		buf_release(&what);
	}
	return soonest;
}

void warn_end(struct warn *w)
{
	uint32_t over = 0;

	for (int i = 0; i < 3; i++)
		over += w->ledger->ended[i];
	if (over)
		check(w, over);
}
