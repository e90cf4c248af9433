/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/loop.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "plan/lanes.h"
#include "pool/pool.h"
#include "proc/signals.h"

/* How long an interrupted run waits for a reader that takes nothing. */
#define PARTING_NS (2 * NS_PER_S)

/* So far away are all deadlines while the run is paused. */
#define PAUSE_NS (365 * 24 * 3600 * NS_PER_S)

/* What one run of the loop has in its hands. */
struct loop_run {
	const struct plan *plan;
	struct console *console;
	struct work *work;
	struct tell *tell;
	struct text *text;
	struct control *control;
	struct pool *pool;
	struct outcome *out;
	struct deadline tick, end; /* of the listeners, and of the run */
	int64_t paused_ns;         /* since when the run is paused; 0: it is not */
	int64_t parting_ns;        /* when an interrupted run gives up its reader; 0: not yet */
	unsigned ends;             /* requests to end that were carried out */
	bool unheard;              /* standard output has failed, and all is cancelled */
	bool finishing;            /* nothing more is started */
};

/* ---- what the pool asks ---- */

static const char *why_stopped(const struct loop_run *r)
{
	return r->out->late ? "the deadline has passed" : "interrupted";
}

static void prepare(struct loop_run *r, const struct step *st)
{
	struct pool_task task = { 0 };
	struct err err = { "" };

	switch (work_prepare(r->work, st, r->tell, &task, &err)) {
	case PREPARED_RUN:
		pool_run(r->pool, &task);
		break;
	case PREPARED_SKIP:
		pool_skip(r->pool);
		break;
	case PREPARED_REFUSE:
		pool_refuse(r->pool, err.text);
		break;
	}
	strvec_release(&task.argv);
}

static void ended(struct loop_run *r, const struct step *st, const struct pool_attempt *at)
{
	struct pool_verdict v = work_ended(r->work, st, at, why_stopped(r));

	if (r->work->warning.len)
		tell_warning(r->tell, buf_str(&r->work->warning));
	pool_judge(r->pool, &v);
	work_tell_stage(r->work, st, at, &v, r->tell);
}

/* ---- what others ask for ---- */

static void pause_or_go_on(struct loop_run *r, bool pause)
{
	struct deadlines *all = &r->console->loop.deadlines;
	int64_t now_ns = r->console->loop.now_ns;

	if (pause == (r->paused_ns != 0))
		return;
	deadlines_shift(all, pause ? PAUSE_NS : -PAUSE_NS);
	all->shifted_ns -= pause ? PAUSE_NS : -PAUSE_NS; /* no time was lost by that */
	if (pause)
		pool_pause(r->pool);
	else
		pool_resume(r->pool, now_ns - r->paused_ns);
	r->paused_ns = pause ? now_ns : 0;
	r->tell->heard = true; /* the listeners' time was put off, too */
}

/* Ctrl-Z: hpn stops, and its children with it. */
static void stop(struct loop_run *r)
{
	int64_t since_ns = clock_now_ns();

	if (!r->paused_ns)
		pool_pause(r->pool);
	if (r->text->live)
		live_leave(r->text->live);
	signals_stop_self();
	r->console->loop.now_ns = clock_now_ns();
	if (!r->paused_ns)
		pool_resume(r->pool, r->console->loop.now_ns - since_ns);
}

/* The first request to end is a polite one, the next is not. */
static void end(struct loop_run *r)
{
	r->control->pause = false;
	pause_or_go_on(r, false); /* a child that is stopped cannot end */
	if (r->ends++ == 0)
		pool_cancel(r->pool);
	else
		pool_kill(r->pool);
}

static void set_workers(struct loop_run *r)
{
	struct control *c = r->control;
	int workers;

	c->more_workers += r->console->more_workers;
	r->console->more_workers = 0;
	if (c->set_workers)
		pool_set_workers(r->pool, c->workers);
	c->set_workers = false;
	if (!c->more_workers)
		return;
	workers = (int)pool_workers(r->pool) + c->more_workers;
	c->more_workers = 0;
	pool_set_workers(r->pool, workers > 0 ? (unsigned)workers : 1);
}

/* Signals, keys, the file of -j, failures: all that changes how the run goes on. */
static void take_requests(struct loop_run *r)
{
	struct console *c = r->console;
	uint32_t most = settings_most_failures(r->plan->set, r->plan->n);

	while (r->ends < c->ends)
		end(r);
	pause_or_go_on(r, r->control->pause);
	set_workers(r);
	if (c->wants_stop)
		stop(r);
	c->wants_stop = false;
	if (r->text->live && (c->terminal_changed || c->continued)) {
		live_redraw(r->text->live, c->continued);
		r->tell->heard = true;
	}
	c->terminal_changed = c->continued = false;
	r->tell->heard |= r->control->wake;
	r->control->wake = false;
	if (!r->finishing && (r->control->finish || (most && r->out->failed >= most))) {
		r->finishing = true;
		pool_finish_running(r->pool);
	}
	if (c->out_error && !r->unheard) { /* nobody hears what comes of it any more */
		r->unheard = true;
		pool_cancel(r->pool);
	}
}

/* ---- the loop ---- */

static void count(void *ctx, const struct event *ev)
{
	struct outcome *out = ctx;

	if (ev->kind != EVENT_FINISH)
		return;
	out->result[ev->job] = (uint8_t)ev->result;
	if (ev->result == RESULT_OK)
		out->ok++;
	else if (ev->result == RESULT_FAILED)
		out->failed++;
	else
		out->cancelled++;
}

/* Each listener is told of the time when its time has come, or after events. */
static void tick(struct loop_run *r)
{
	struct deadlines *all = &r->console->loop.deadlines;
	int64_t next_ns;

	if (!r->tell->heard)
		return;
	next_ns = tell_tick(r->tell, r->console->loop.now_ns);
	if (next_ns < 0)
		deadline_clear(all, &r->tick);
	else
		deadline_set(all, &r->tick, next_ns);
}

static bool is_parting(const struct loop_run *r)
{
	return r->console->ended_by || r->out->late;
}

/* The pool is done: was everything said, or does nobody take it? */
static bool is_over(struct loop_run *r)
{
	if (!pool_is_over(r->pool))
		return false;
	if (r->text->live)
		live_end(r->text->live);
	if (text_is_said(r->text))
		return true;
	if (!is_parting(r))
		return false;
	if (!r->parting_ns)
		r->parting_ns = clock_now_ns() + PARTING_NS;
	return clock_now_ns() >= r->parting_ns || (r->console->ends > 1 && !text_is_taken(r->text));
}

static int64_t longest_wait_ns(const struct loop_run *r)
{
	if (pool_running(r->pool))
		return NS_PER_S;
	return is_parting(r) ? PARTING_NS : -1;
}

static void until_over(struct loop_run *r, unsigned out_watch)
{
	struct loop *loop = &r->console->loop;
	struct pool_act act;

	for (;;) {
		take_requests(r);
		while (pool_next(r->pool, &act)) {
			struct step st = step_at(r->plan, &r->work->images, act.job, act.step);

			switch (act.kind) {
			case ACT_PREPARE:
				prepare(r, &st);
				break;
			case ACT_OVERDUE:
				pool_extend(r->pool,
					    work_overdue(r->work, &st, &act.look, r->tell));
				break;
			case ACT_ENDED:
				ended(r, &st, &act.ended);
				take_requests(r); /* this failure may be one too many */
				break;
			}
		}
		if (is_over(r))
			return;
		tick(r);
		loop_want(loop, out_watch, text_wants(r->text) ? POLLOUT : 0);
		loop_turn(loop, longest_wait_ns(r));
	}
}

/* ---- before and after ---- */

static void on_tick(void *owner, struct deadline *d)
{
	(void)d;
	((struct loop_run *)owner)->tell->heard = true;
}

static void on_deadline(void *owner, struct deadline *d)
{
	struct loop_run *r = owner;

	(void)d;
	if (pool_is_over(r->pool))
		return;
	r->out->late = true;
	pool_cancel(r->pool);
}

static void on_writable(void *ctx, short revents)
{
	(void)revents;
	text_flush(((struct loop_run *)ctx)->text);
}

static struct pool *new_pool(struct loop_run *r, struct jobserver *js)
{
	const struct plan *p = r->plan;
	const struct settings *set = p->set;
	struct breaker_rules *lanes = mem_array(p->n_lanes, sizeof(*lanes));
	uint32_t n = p->n ? p->n : 1;
	struct pool_limits limits = {
		.workers = set->workers < n ? set->workers : n,
		.of_class = { set->class_workers[WORK_NETWORK], p->disk_workers,
			      set->class_workers[WORK_CPU] },
		.grace_ns = set->kill_after_ns,
		.jobserver = js,
		.guard = &r->console->guard,
		.finds_level = set->finds_level,
		.ceiling = { set->ceiling[WORK_NETWORK], set->ceiling[WORK_DISK],
			     set->ceiling[WORK_CPU] },
		.proc = "/proc",
		.cores = set->cores,
		.most = set->most_workers < n ? set->most_workers : n,
		.lanes = lanes,
		.n_lanes = p->n_lanes,
		.engine = lanes_engine_rules(p),
	};
	struct pool *pool;

	for (uint32_t i = 0; i < p->n_lanes; i++)
		lanes[i] = p->lane[i].rules;
	pool = pool_new(&r->console->loop, p->n, &limits, tell_event, r->tell);
	free(lanes);
	return pool;
}

static void add_items(struct loop_run *r)
{
	const struct ranking *order = &r->plan->order;

	for (uint32_t i = 0; i < r->plan->n; i++) {
		uint32_t job = order->job ? order->job[i] : i;
		struct step st = step_at(r->plan, NULL, job, 0);

		if (order->job && (i == order->high_end || i == order->low_begin))
			pool_bar(r->pool);
		pool_add(r->pool, job, r->plan->item[job].lane[0], step_class(r->plan, &st));
	}
}

void loop_run(struct work *work, struct tell *tell, struct text *text, struct control *control,
	      struct jobserver *js, struct console *console, struct outcome *ret)
{
	struct loop *loop = &console->loop;
	struct loop_run r = { .plan = work->plan,
			      .console = console,
			      .work = work,
			      .tell = tell,
			      .text = text,
			      .control = control,
			      .out = ret };
	unsigned watch;

	*ret = (struct outcome){ .result = mem_array(work->plan->n, 1) };
	tell_add(tell, &(struct listener){ count, NULL, ret });
	loop->now_ns = clock_now_ns(); /* the last poll may be long ago */
	tell->heard = true;
	r.tick = (struct deadline){ .owner = &r, .due = on_tick };
	r.end = (struct deadline){ .owner = &r, .due = on_deadline };
	r.pool = new_pool(&r, js);
	add_items(&r);
	watch = loop_watch(loop, console->out.fd, 0, on_writable, &r);
	if (work->plan->set->deadline_ns)
		deadline_set(&loop->deadlines, &r.end, loop->now_ns + work->plan->set->deadline_ns);
	console->defers_stop = true;
	until_over(&r, watch);
	console->defers_stop = false;
	deadline_clear(&loop->deadlines, &r.tick);
	deadline_clear(&loop->deadlines, &r.end);
	loop_drop(loop, watch);
	pool_free(r.pool);
}
