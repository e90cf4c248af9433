/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/run.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/live.h"
#include "base/clock.h"
#include "base/mem.h"
#include "proc/signals.h"

/* How long an interrupted run waits for a reader that takes nothing. */
#define PARTING_NS (2 * NS_PER_S)

/* So far away are all deadlines while the run is paused. */
#define PAUSE_NS (365 * 24 * 3600 * NS_PER_S)

static void count(struct run *r, const struct event *ev)
{
	r->result[ev->job] = (uint8_t)ev->result;
	if (ev->result == RESULT_OK)
		r->ok++;
	else if (ev->result == RESULT_FAILED)
		r->failed++;
	else
		r->cancelled++;
}

static struct event with_names(const struct run *r, const struct event *ev)
{
	const struct run_info *info = r->plan->info;
	struct event full = *ev;

	if (full.job != NO_JOB) {
		full.name = info->name[full.job];
		r->plan->about(r->plan->ctx, &full);
	}
	if (full.lane != NO_LANE)
		full.lane_name = info->lane_name[full.lane];
	return full;
}

static void on_event(void *ctx, const struct event *raw)
{
	struct run *r = ctx;
	struct event full = with_names(r, raw), *ev = &full;

	if (r->plain && !r->console->out_error)
		plain_event(r->plain, ev);
	for (unsigned i = 0; i < r->plan->n_listeners; i++)
		r->plan->listeners[i].event(r->plan->listeners[i].ctx, ev);
	r->heard = true;
	if (ev->kind == EVENT_FINISH)
		count(r, ev);
}

void run_complain(const struct run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->plan && r->plan->live)
		live_step_aside(r->plan->live);
	va_start(ap, fmt);
	console_vwarn(fmt, ap);
	va_end(ap);
}

void run_tell(struct run *r, struct event *ev)
{
	ev->lane = r->plan->lane(r->plan->ctx, ev->job, ev->step);
	ev->at_ns = r->console->loop.now_ns;
	on_event(r, ev);
}

static void note(struct run *r, uint32_t job, const char *class, const char *line)
{
	struct event ev = { .kind = EVENT_NOTE,
			    .job = job,
			    .lane = r->plan->lane(r->plan->ctx, job, 0),
			    .at_ns = r->console->loop.now_ns,
			    .class = class,
			    .data = line,
			    .len = strlen(line) };

	on_event(r, &ev);
}

void run_note(struct run *r, uint32_t job, const char *line)
{
	if (!r->judging) {
		note(r, job, NULL, line);
		return;
	}
	if (r->notes.len)
		buf_addc(&r->notes, '\n');
	buf_adds(&r->notes, line);
}

void run_warn(struct run *r, uint32_t job, const char *line)
{
	note(r, job, "warning", line);
	if (isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO))
		console_warn("Warning: %s: %s\n", r->plan->info->name[job], line);
}

void run_stage(struct run *r, enum event_kind kind, uint32_t job, unsigned step, enum cause cause)
{
	struct event ev = { .kind = kind,
			    .job = job,
			    .lane = r->plan->lane(r->plan->ctx, job, step),
			    .step = step,
			    .at_ns = r->console->loop.now_ns,
			    .cause = cause,
			    .data = "" };

	if (!r->judging) {
		on_event(r, &ev);
		return;
	}
	r->stage_ended = true;
	r->stage_cause = cause;
}

void run_bytes(struct run *r, uint32_t job, unsigned step, int64_t bytes)
{
	(void)job, (void)step;
	r->bytes = bytes;
}

/* Out of the way; no time is lost by that. */
static void put_off(struct deadlines *all, int64_t by_ns)
{
	deadlines_shift(all, by_ns);
	all->shifted_ns -= by_ns;
}

void run_pause(struct run *r, bool pause)
{
	struct deadlines *all = &r->console->loop.deadlines;
	int64_t now_ns = r->console->loop.now_ns;

	if (pause == r->paused)
		return;
	r->paused = pause;
	put_off(all, pause ? PAUSE_NS : -PAUSE_NS);
	if (pause)
		pool_pause(r->pool);
	else
		pool_resume(r->pool, now_ns - r->paused_ns);
	r->paused_ns = now_ns;
}

void run_finish(struct run *r)
{
	pool_finish_running(r->pool);
}

void run_set_workers(struct run *r, unsigned workers)
{
	pool_set_workers(r->pool, workers);
}

void run_resize(struct run *r, int by)
{
	int workers = (int)pool_workers(r->pool) + by;

	pool_set_workers(r->pool, workers > 0 ? (unsigned)workers : 1);
}

void run_wake(struct run *r)
{
	r->heard = true;
}

static void on_end(void *ctx, unsigned nth)
{
	struct run *r = ctx;

	run_pause(r, false); /* who is stopped cannot end */
	if (nth == 1)
		pool_cancel(r->pool);
	else
		pool_kill(r->pool);
}

static void on_stop(void *ctx)
{
	struct run *r = ctx;
	int64_t since_ns = clock_now_ns();

	if (!r->paused)
		pool_pause(r->pool);
	if (r->plan->live)
		live_leave(r->plan->live);
	signals_stop_self();
	r->console->loop.now_ns = clock_now_ns();
	if (!r->paused)
		pool_resume(r->pool, r->console->loop.now_ns - since_ns);
}

static void on_resize(void *ctx, int by)
{
	run_resize(ctx, by);
}

static void on_terminal(void *ctx, bool continued)
{
	struct run *r = ctx;

	if (!r->plan->live)
		return;
	live_redraw(r->plan->live, continued);
	r->heard = true;
}

/* ---- standard output ---- */

static bool wants_output(const struct run *r)
{
	if (r->console->out_error)
		return false;
	return r->plan->live ? live_wants(r->plan->live) : mux_pending(r->mux);
}

/* Of a run that is over: has all been said? */
static bool is_said(const struct run *r)
{
	if (r->console->out_error)
		return true;
	return r->plan->live ? !live_pending(r->plan->live) : !mux_pending(r->mux);
}

/* This instant, that is: who has sent a second signal does not wait. */
static bool takes_output(const struct run *r)
{
	struct pollfd out = { .fd = r->console->out.fd, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && out.revents == POLLOUT;
}

static void on_writable(void *ctx, short revents)
{
	struct run *r = ctx;
	int rc = r->plan->live ? live_flush(r->plan->live) : mux_flush(r->mux, &r->console->out);

	(void)revents;
	if (rc && !r->console->out_error)
		r->console->out_error = -rc;
}

static void on_deadline(void *owner, struct deadline *d)
{
	struct run *r = owner;

	(void)d;
	if (pool_is_over(r->pool))
		return;
	r->late = true;
	pool_cancel(r->pool);
}

static void on_tick(void *owner, struct deadline *d)
{
	(void)d;
	((struct run *)owner)->heard = true;
}

/* Listeners are told of the time when theirs has come, or after events. */
static void tick(struct run *r)
{
	int64_t now_ns = r->console->loop.now_ns, soonest = -1;

	if (!r->heard)
		return;
	r->heard = false;
	for (unsigned i = 0; i < r->plan->n_listeners; i++) {
		const struct listener *l = &r->plan->listeners[i];
		int64_t next = l->tick ? l->tick(l->ctx, now_ns) : -1;

		if (next >= 0 && (soonest < 0 || next < soonest))
			soonest = next;
	}
	if (soonest < 0)
		deadline_clear(&r->console->loop.deadlines, &r->tick);
	else
		deadline_set(&r->console->loop.deadlines, &r->tick, soonest);
}

static void check_failures(struct run *r)
{
	if (r->plan->most_failures && r->failed >= r->plan->most_failures)
		pool_finish_running(r->pool);
}

/* Nobody hears what comes of it any more. */
static void check_output(struct run *r)
{
	if (r->console->out_error && !r->unheard) {
		r->unheard = true;
		pool_cancel(r->pool);
	}
}

static bool is_parting(const struct run *r)
{
	return r->console->ended_by || r->late;
}

static int64_t longest_wait_ns(const struct run *r)
{
	if (is_parting(r) && !pool_running(r->pool))
		return PARTING_NS;
	return pool_running(r->pool) ? NS_PER_S : -1;
}

static void turn(struct run *r, unsigned watch)
{
	struct loop *l = &r->console->loop;

	tick(r);
	loop_want(l, watch, wants_output(r) ? POLLOUT : 0);
	loop_turn(l, longest_wait_ns(r));
	check_output(r);
}

static void prepare(struct run *r, const struct pool_act *act)
{
	const struct run_client *c = &r->plan->client;
	struct pool_task task = { 0 };
	struct err err = { "" };
	enum run_prepared ready = c->prepare(c->ctx, act->job, act->step, &task, &err);

	if (ready == RUN_IT)
		pool_run(r->pool, &task);
	else if (ready == RUN_SKIP)
		pool_skip(r->pool);
	else
		pool_refuse(r->pool, err.text);
	strvec_release(&task.argv);
}

static void judge(struct run *r, const struct pool_attempt *at)
{
	const struct run_client *c = &r->plan->client;
	uint32_t lane = r->plan->lane(r->plan->ctx, at->job, at->step);
	struct buf lane_reason = BUF_INIT;
	struct pool_verdict v;

	buf_reset(&r->notes);
	r->bytes = 0;
	r->stage_ended = false;
	r->judging = true;
	v = c->judge(c->ctx, at);
	r->judging = false;
	v.note = buf_str(&r->notes);
	v.bytes = r->bytes;
	if (v.reach == REACH_NO || v.reach == REACH_NOT_YET) {
		c->explain_lane(c->ctx, lane, &lane_reason);
		v.lane_reason = buf_str(&lane_reason);
	}
	if (v.next == POOL_STEP) {
		v.lane = r->plan->lane(r->plan->ctx, at->job, at->step + 1);
		v.class = c->class_of(c->ctx, at->job, at->step + 1);
	}
	pool_judge(r->pool, &v);
	if (r->stage_ended)
		run_stage(r, EVENT_STAGE_END, at->job, at->step, r->stage_cause);
	buf_release(&lane_reason);
}

static void act_all(struct run *r)
{
	const struct run_client *c = &r->plan->client;
	struct pool_act act;

	while (pool_next(r->pool, &act)) {
		switch (act.kind) {
		case ACT_PREPARE:
			prepare(r, &act);
			break;
		case ACT_OVERDUE:
			pool_extend(r->pool, c->overdue(c->ctx, &act.look));
			break;
		case ACT_ENDED:
			judge(r, &act.ended);
			break;
		}
		check_failures(r);
	}
}

static void loop_until_over(struct run *r, unsigned watch)
{
	int64_t parting_ns = 0;

	for (;;) {
		act_all(r);
		if (pool_is_over(r->pool) && r->plan->live)
			live_end(r->plan->live);
		if (pool_is_over(r->pool) && is_said(r))
			return;
		if (pool_is_over(r->pool) && is_parting(r)) {
			if (!parting_ns)
				parting_ns = clock_now_ns() + PARTING_NS;
			if (clock_now_ns() >= parting_ns ||
			    (r->console->ends > 1 && !takes_output(r)))
				return;
		}
		turn(r, watch);
	}
}

/* A word that no image and no registry can have in what it makes a child say. */
static void make_secret(char *ret_word, size_t size)
{
	unsigned char random[16];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, random, sizeof(random)) != (ssize_t)sizeof(random))
		memcpy(random, (int64_t[]){ clock_now_ns(), clock_wall_ns() }, sizeof(random));
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < sizeof(random) && 2 * i + 2 < size; i++)
		snprintf(ret_word + 2 * i, 3, "%02x", random[i]);
}

static void set_up_output(struct run *r)
{
	static const enum mux_mode modes[] = { [RUN_ORDERED] = MUX_ORDERED,
					       [RUN_GROUPED] = MUX_GROUPED,
					       [RUN_LINES] = MUX_LINES,
					       [RUN_NONE] = MUX_LINES,
					       [RUN_RAW] = MUX_ORDERED };
	const struct run_plan *plan = r->plan;
	struct plain_options options = {
		.total = plan->jobs,
		.chatter = !plan->quiet && (plan->verbose || plan->output == RUN_GROUPED ||
					    plan->output == RUN_LINES),
		.answers = plan->answers && !plan->quiet,
		.raw = plan->output == RUN_RAW,
		.quiet = plan->quiet,
		.prefixed = plan->output == RUN_LINES,
		.ci = plan->output == RUN_GROUPED ? ci_find() : CI_NONE,
		.ci_secret = r->secret,
	};

	if (options.ci == CI_GITHUB)
		make_secret(r->secret, sizeof(r->secret));
	r->mux = mux_new(modes[plan->output], plan->jobs, NULL);
	if (plan->output != RUN_NONE)
		r->plain = plain_new(r->mux, &options);
}

static void add_jobs(struct run *r)
{
	const struct ranking *order = &r->plan->order;

	for (uint32_t i = 0; i < r->plan->jobs; i++) {
		uint32_t job = order->job ? order->job[i] : i;

		if (order->job && (i == order->high_end || i == order->low_begin))
			pool_bar(r->pool);
		pool_add(r->pool, job, r->plan->lane(r->plan->ctx, job, 0),
			 r->plan->client.class_of(r->plan->client.ctx, job, 0));
	}
}

static void set_up_pool(struct run *r)
{
	struct pool_limits limits = r->plan->limits;

	if (limits.workers > r->plan->jobs)
		limits.workers = r->plan->jobs ? r->plan->jobs : 1;
	if (limits.most > r->plan->jobs)
		limits.most = r->plan->jobs;
	r->pool = pool_new(&r->console->loop, r->plan->jobs, &limits, on_event, r);
	add_jobs(r);
}

void run_jobs(struct run *r, struct console *s, const struct run_plan *plan)
{
	unsigned watch;

	*r = (struct run){ .console = s, .plan = plan, .heard = true };
	s->loop.now_ns = clock_now_ns(); /* as of the last poll it may be long ago */
	r->tick.owner = r;
	r->tick.due = on_tick;
	r->end.owner = r;
	r->end.due = on_deadline;
	r->result = mem_array(plan->jobs, 1);
	set_up_output(r);
	set_up_pool(r);
	if (plan->live)
		live_attach(plan->live, r, r->mux);
	s->ctx = r;
	s->on_end = on_end;
	s->on_stop = on_stop;
	s->on_resize = on_resize;
	s->on_terminal = on_terminal;
	watch = loop_watch(&s->loop, s->out.fd, 0, on_writable, r);
	if (plan->deadline_ns)
		deadline_set(&s->loop.deadlines, &r->end, s->loop.now_ns + plan->deadline_ns);
	if (s->ended_by || s->out_error)
		pool_cancel(r->pool);
	loop_until_over(r, watch);
	deadline_clear(&s->loop.deadlines, &r->tick);
	deadline_clear(&s->loop.deadlines, &r->end);
	loop_drop(&s->loop, watch);
	s->on_end = NULL;
	s->on_stop = NULL;
	s->on_resize = NULL;
	s->on_terminal = NULL;
	plain_free(r->plain);
	pool_free(r->pool);
	mux_free(r->mux);
}

void run_release(struct run *r)
{
	free(r->result);
	buf_release(&r->notes);
	*r = (struct run){ 0 };
}
