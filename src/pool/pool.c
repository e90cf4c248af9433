/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/head_and_tail.h"
#include "pool/job.h"
#include "pool/level_finder.h"
#include "proc/child.h"
#include "proc/pressure.h"
#include "proc/signals.h"

#define DRAIN_NS NS_PER_S
#define READ_BYTES 65536
#define SPAWN_TRIES 8
#define LOOK_NS NS_PER_S
#define REAP_NS NS_PER_S
#define RELIEF_NS (5 * NS_PER_S)
#define START_LEVEL 4
#define FEWEST_JOBS 17 /* with fewer jobs there is no time to find a level */
#define SPAWN_DELAY_NS (50 * NS_PER_MS)

struct job {
	struct deadline timer;
	int64_t started_ns; /* as of awake_ns() */
	int64_t heard_ns;   /* as of awake_ns() */
	int64_t delay_ns;
	uint32_t lane, next_lane;
	uint16_t slot;
	uint16_t attempt;
	uint16_t step;
	uint8_t state;
	uint8_t class, next_class;
	uint8_t cause;
	uint16_t round; /* of the level finder of its class */
	uint8_t spawn_tries;
	bool deferred;   /* its last attempt met an outage: others go first */
	unsigned outage; /* of its lane, the one that has cost it an attempt; 0: none */
	bool short_of;   /* the system was too short of something to start the child */
	bool begun;      /* EVENT_START was sent */
};

/* A place for one running child. */
struct slot {
	struct pool *pool;
	struct child child;
	struct head_and_tail err;
	int64_t timeout_ns;
	int spawn_errno;
	uint32_t job; /* NO_JOB while free */
	unsigned watch[CHILD_STREAMS];
};

/* A watch has to know which of the two streams it is for. */
struct stream {
	struct slot *slot;
	enum child_stream id;
};

struct pool {
	struct loop *loop;
	void (*emit)(void *ctx, const struct event *ev);
	void *emit_ctx;
	struct pool_limits limits;
	struct queue queue;
	char *engine_why; /* what was said when the engine did not answer */
	struct level_finder finder[WORK_CLASSES];
	bool finds_level;
	int64_t next_look_ns; /* when to look at the machine again */
	struct job *jobs;
	uint32_t n_jobs;
	uint32_t n_over;
	struct slot *slots;
	unsigned n_slots; /* as many as may ever run at once */
	uint32_t *ended;  /* jobs whose attempt has ended, the oldest first; at most n_slots */
	unsigned n_ended;
	bool asked;          /* `act` waits for its answer */
	struct pool_act act; /* the last one that was asked */
	struct stream *streams;
	unsigned running;
	bool closed; /* nothing is started any more */
	bool paused;
	bool looked; /* the children were looked at in this turn, which must come to an end */
	int64_t next_reap_ns;
	struct deadline lane_timer;
	unsigned token_watch;
	char read_buf[READ_BYTES];
};

static void advance(struct pool *p, uint32_t job, enum job_event event);

static struct event event_of(const struct pool *p, enum event_kind kind, uint32_t job)
{
	const struct job *j = &p->jobs[job];

	return (struct event){ .kind = kind,
			       .job = job,
			       .lane = j->lane,
			       .step = j->step,
			       .attempt = j->attempt,
			       .slot = j->slot,
			       .at_ns = p->loop->now_ns,
			       .data = "" };
}

static void emit(struct pool *p, const struct event *ev)
{
	p->emit(p->emit_ctx, ev);
}

/* A clock that stands still while the machine sleeps or hpn is stopped. */
static int64_t awake_ns(const struct pool *p)
{
	return p->loop->now_ns - p->loop->deadlines.shifted_ns;
}

/* ---- the child of a slot ---- */

static void forget_streams(struct slot *s)
{
	for (int i = 0; i < CHILD_STREAMS; i++)
		if (s->child.fd[i] >= 0)
			loop_drop(s->pool->loop, s->watch[i]);
}

static void take_output(struct slot *s, enum child_stream id, const char *data, size_t len)
{
	struct event ev = event_of(s->pool, EVENT_OUTPUT, s->job);

	/* while a run is paused, awake_ns() may be behind heard_ns */
	if (s->pool->jobs[s->job].heard_ns < awake_ns(s->pool))
		s->pool->jobs[s->job].heard_ns = awake_ns(s->pool);
	if (id == CHILD_ERR)
		head_and_tail_add(&s->err, data, len);
	ev.stream = id == CHILD_ERR;
	ev.data = data;
	ev.len = len;
	emit(s->pool, &ev);
}

/* Read only once, so that a child that writes a lot cannot keep the loop from
 * everything else. */
static ssize_t read_stream(struct slot *s, enum child_stream id)
{
	char *buf = s->pool->read_buf;
	ssize_t n = child_read(&s->child, id, buf, READ_BYTES);

	if (n > 0)
		take_output(s, id, buf, (size_t)n);
	else if (n == 0)
		loop_drop(s->pool->loop, s->watch[id]);
	return n;
}

static void on_stream(void *ctx, short revents)
{
	struct stream *st = ctx;
	struct slot *s = st->slot;

	(void)revents;
	if (read_stream(s, st->id) == 0 && child_silent(&s->child))
		advance(s->pool, s->job, JOB_EV_SILENT);
}

/* What a child wrote before it ended is in the pipe by then: read it, but no
 * more than a pipe holds, since a descendant may go on writing for ever. */
static void read_rest(struct slot *s)
{
	for (int id = 0; id < CHILD_STREAMS; id++)
		for (int turns = 0; s->child.fd[id] >= 0 && turns < 32; turns++)
			if (read_stream(s, (enum child_stream)id) <= 0)
				break;
}

static void watch_streams(struct slot *s)
{
	struct stream *st = &s->pool->streams[(s - s->pool->slots) * CHILD_STREAMS];

	for (int i = 0; i < CHILD_STREAMS; i++)
		s->watch[i] = loop_watch(s->pool->loop, s->child.fd[i], POLLIN, on_stream, &st[i]);
}

static struct slot *free_slot(struct pool *p)
{
	unsigned i = 0;

	while (p->slots[i].job != NO_JOB) /* running < workers <= n_slots: there is one */
		i++;
	return &p->slots[i];
}

/* ---- what the table asks for ---- */

static void arm(struct pool *p, struct job *j, int64_t after_ns)
{
	deadline_set(&p->loop->deadlines, &j->timer, p->loop->now_ns + after_ns);
}

static void set_timers(struct pool *p, struct job *j, unsigned actions)
{
	if (actions & JOB_ARM_TIMEOUT && p->slots[j->slot].timeout_ns > 0)
		arm(p, j, p->slots[j->slot].timeout_ns);
	if (actions & JOB_ARM_GRACE)
		arm(p, j, p->limits.grace_ns);
	if (actions & JOB_ARM_DRAIN)
		arm(p, j, DRAIN_NS);
	if (actions & JOB_ARM_RETRY)
		arm(p, j, j->delay_ns);
	if (actions & JOB_DISARM)
		deadline_clear(&p->loop->deadlines, &j->timer);
}

static void signal_child(struct pool *p, struct job *j, unsigned actions)
{
	const struct child *c = &p->slots[j->slot].child;

	if (actions & JOB_BLAME_TIMEOUT)
		j->cause = CAUSE_TIMED_OUT;
	if (actions & JOB_BLAME_CANCEL)
		j->cause = CAUSE_STOPPED;
	if (actions & JOB_SEND_TERM)
		child_signal(c, SIGTERM);
	if (actions & (JOB_SEND_KILL | JOB_SWEEP))
		child_signal(c, SIGKILL);
}

static void reap(struct slot *s)
{
	read_rest(s);
	forget_streams(s);
	if (s->pool->limits.guard)
		guard_drop(s->pool->limits.guard, s->child.pid);
	child_reap(&s->child);
}

static void release(struct pool *p, struct job *j)
{
	p->slots[j->slot].job = NO_JOB;
	p->running--;
	if (p->limits.jobserver)
		jobserver_give(p->limits.jobserver, p->running ? p->running - 1 : 0);
	queue_give_back(&p->queue, j->lane, (enum work_class)j->class);
}

static void enqueue(struct pool *p, uint32_t job)
{
	struct job *j = &p->jobs[job];
	enum work_class c = (enum work_class)j->next_class;

	if (j->deferred)
		queue_defer(&p->queue, j->lane, c, job);
	else if (j->next_lane == j->lane)
		queue_prepend(&p->queue, j->lane, c, job);
	else
		queue_insert(&p->queue, j->next_lane, c, job);
	j->deferred = false;
	j->lane = j->next_lane;
	j->class = j->next_class;
}

static void tell_text(struct pool *p, struct event *ev, const char *text)
{
	ev->data = text ? text : "";
	ev->len = strlen(ev->data);
	emit(p, ev);
}

static void finish(struct pool *p, uint32_t job, const char *reason)
{
	struct event ev = event_of(p, EVENT_FINISH, job);
	enum job_state state = (enum job_state)p->jobs[job].state;

	ev.result = state == JOB_DONE     ? RESULT_OK
		    : state == JOB_FAILED ? RESULT_FAILED
					  : RESULT_CANCELLED;
	ev.cause = (enum cause)p->jobs[job].cause;
	p->n_over++;
	tell_text(p, &ev, reason);
}

static void tell_waiting(struct pool *p, uint32_t job, const struct pool_verdict *v)
{
	struct event ev = event_of(p, EVENT_WAIT, job);

	ev.wait_ns = v->delay_ns;
	ev.class = v->error_class;
	tell_text(p, &ev, v->reason);
}

static void tell_end(struct pool *p, const struct pool_attempt *a, const struct pool_verdict *v)
{
	struct event ev = event_of(p, EVENT_END, a->job);

	ev.result = v->next == POOL_STEP || v->next == POOL_DONE ? RESULT_OK : RESULT_FAILED;
	ev.cause = a->cause;
	ev.status = a->status;
	ev.class = v->error_class;
	ev.took_ns = a->took_ns;
	emit(p, &ev);
}

/* What the client made of an end comes after the event of this end. */
static void tell_outcome(struct pool *p, const struct pool_attempt *a, const struct pool_verdict *v)
{
	struct event bytes = event_of(p, EVENT_PROGRESS, a->job);
	struct event note = event_of(p, EVENT_NOTE, a->job);

	if (a->cause != CAUSE_UNSTARTED && a->cause != CAUSE_SKIPPED)
		tell_end(p, a, v);
	bytes.bytes = bytes.total = v->bytes;
	if (v->bytes)
		emit(p, &bytes);
	if (v->note && *v->note)
		tell_text(p, &note, v->note);
}

static void tell_limit(struct pool *p, uint32_t lane, unsigned before, unsigned now)
{
	const char *how = now > before ? "raised" : "lowered";
	struct event ev = { .kind = EVENT_LIMIT,
			    .job = NO_JOB,
			    .lane = lane,
			    .at_ns = p->loop->now_ns,
			    .data = how,
			    .len = strlen(how),
			    .workers = now };

	if (now != before)
		emit(p, &ev);
}

/* ---- how many at once ---- */

static void set_workers(struct pool *p, unsigned workers)
{
	unsigned before = p->limits.workers;

	p->limits.workers = workers;
	tell_limit(p, NO_LANE, before, workers);
}

/* The pool runs as many children as the class of work with the highest level. */
static void take_levels(struct pool *p)
{
	unsigned most = 0;

	for (int c = 0; c < WORK_CLASSES; c++) {
		p->queue.limit[c] = p->finder[c].level;
		if (level_finder_is_used(&p->finder[c]) && p->finder[c].level > most)
			most = p->finder[c].level;
	}
	if (most)
		set_workers(p, most);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned ceiling_of(const struct pool *p, int c)
{
	return least(least(p->limits.ceiling[c], p->limits.of_class[c]), p->n_slots);
}

static void init_finders(struct pool *p)
{
	for (int c = 0; c < WORK_CLASSES; c++) {
		unsigned most = ceiling_of(p, c);

		level_finder_init(&p->finder[c], least(p->limits.workers, most), most);
	}
	p->finds_level = p->limits.finds_level && p->n_jobs >= FEWEST_JOBS;
	p->next_look_ns = p->loop->now_ns + LOOK_NS;
	if (p->finds_level)
		take_levels(p);
}

/* A quarter less. Where the machine is only busy, and not full, the level does not
 * go below the one at the start. */
static unsigned relief(unsigned level, enum pressure why)
{
	unsigned floor = why == PRESSURE_FULL ? 1 : least(START_LEVEL, level);
	unsigned less = level - (level + 3) / 4;

	return less > floor ? less : floor;
}

/* While the machine has too much to do, lower the levels every few seconds, and not
 * more often: what the kernel tells is the mean of ten seconds. */
static void mind_machine(struct pool *p)
{
	enum pressure why;

	if (!p->finds_level || !p->limits.proc || p->loop->now_ns < p->next_look_ns)
		return;
	why = pressure_read(p->limits.proc, p->limits.cores);
	p->next_look_ns = p->loop->now_ns + (why ? RELIEF_NS : LOOK_NS);
	for (int c = 0; c < WORK_CLASSES; c++)
		level_finder_set_most(&p->finder[c],
				      why ? relief(p->finder[c].level, why) : ceiling_of(p, c));
	take_levels(p);
}

static void mind_level(struct pool *p, const struct job *j, bool well)
{
	if (level_finder_ended(&p->finder[j->class], awake_ns(p), j->started_ns, j->round, well) &&
	    p->finds_level)
		take_levels(p);
}

static void mind_throttle(struct pool *p, const struct job *j, const struct pool_verdict *v)
{
	struct lane *l = &p->queue.lanes[j->lane];
	struct throttle_end e = { j->started_ns, awake_ns(p), l->running };
	unsigned before = queue_lane_limit(&p->queue, j->lane);

	if (v->throttled)
		lane_throttle_refused(&l->throttle, &e);
	else if (v->next == POOL_RETRY)
		lane_throttle_fault(&l->throttle, &e);
	else if (v->next == POOL_STEP || v->next == POOL_DONE)
		lane_throttle_done(&l->throttle, &e);
	if (v->throttled && (v->hold_ns > 0 || e.running <= 1))
		queue_hold(&p->queue, j->lane,
			   p->loop->now_ns + (v->hold_ns > 0 ? v->hold_ns : v->delay_ns));
	tell_limit(p, j->lane, before, queue_lane_limit(&p->queue, j->lane));
}

/* A lane does not report that its state has changed: the pool looks at all lanes
 * whenever something has happened that may have changed one. */
static void tell_lane(struct pool *p, uint32_t lane, enum lane_state state)
{
	static const char *const words[] = {
		[LANE_OPEN] = "open",       [LANE_HELD] = "held",
		[LANE_BROKEN] = "broken",   [LANE_THROTTLED] = "throttled",
		[LANE_GIVEN_UP] = "broken", [LANE_HALF_OPEN] = "half-open",
	};
	struct event ev = { .kind = EVENT_LIMIT,
			    .job = NO_JOB,
			    .lane = lane,
			    .at_ns = p->loop->now_ns,
			    .data = words[state],
			    .len = strlen(words[state]),
			    .workers = queue_lane_limit(&p->queue, lane) };

	if ((state == LANE_GIVEN_UP || state == LANE_BROKEN) &&
	    !p->queue.lanes[lane].breaker.outage)
		ev.why = p->queue.lanes[lane].why;
	if (state == LANE_GIVEN_UP)
		ev.wait_ns = -1;
	else if (state != LANE_OPEN && state != LANE_HALF_OPEN)
		ev.wait_ns = queue_lane_opens_ns(&p->queue, lane) - ev.at_ns;
	emit(p, &ev);
}

/* Tell of what has changed in an outage. True: it was given up. */
static bool tell_outage(struct pool *p, uint32_t lane, struct breaker *b, const char *why)
{
	bool over = b->state == BREAKER_GIVEN_UP;
	const char *what = !b->told ? "begins" : over ? "given up" : "ends";
	struct event ev = { .kind = EVENT_OUTAGE,
			    .job = NO_JOB,
			    .lane = lane,
			    .at_ns = p->loop->now_ns,
			    .data = what,
			    .len = strlen(what) };

	if (over ? !b->told : b->outage == b->told)
		return false;
	ev.took_ns = ev.at_ns - b->since_ns;
	if (!b->told) {
		ev.wait_ns = b->rules.patience_ns;
		ev.why = why;
	}
	b->told = b->outage && !over;
	emit(p, &ev);
	return over;
}

static enum job_event verdict_event(enum pool_next next)
{
	static const enum job_event of[] = {
		[POOL_STEP] = JOB_EV_NEXT,       [POOL_DONE] = JOB_EV_DONE,
		[POOL_FAIL] = JOB_EV_FAIL,       [POOL_RETRY] = JOB_EV_RETRY,
		[POOL_GIVE_UP] = JOB_EV_GIVE_UP,
	};

	return of[next];
}

/* The system is short of processes, memory or descriptors. The job is tried a little
 * later, when perhaps another child has ended. This is not the fault of the image,
 * and does not count as an attempt. */
static struct pool_verdict put_off(struct job *j, const char *why)
{
	return (struct pool_verdict){ .next = POOL_RETRY,
				      .delay_ns = SPAWN_DELAY_NS << j->spawn_tries++,
				      .reason = why };
}

static void move(struct pool *p, uint32_t job, enum job_event event, const char *reason)
{
	struct job *j = &p->jobs[job];
	struct job_move m = job_step((enum job_state)j->state, event);

	if (m.actions & JOB_NEVER)
		abort();
	j->state = (uint8_t)m.next;
	set_timers(p, j, m.actions);
	signal_child(p, j, m.actions);
	if (m.actions & JOB_REAP)
		reap(&p->slots[j->slot]);
	if (m.actions & JOB_RELEASE)
		release(p, j);
	if (m.actions & JOB_QUEUE)
		enqueue(p, job);
	if (m.actions & JOB_FINISH)
		finish(p, job, reason);
	if (m.actions & JOB_JUDGE)
		p->ended[p->n_ended++] = job;
}

static void advance(struct pool *p, uint32_t job, enum job_event event)
{
	move(p, job, event, NULL);
}

/* ---- what is asked ---- */

static void ask(struct pool *p, enum pool_act_kind kind, uint32_t job)
{
	p->asked = true;
	p->act = (struct pool_act){ .kind = kind, .job = job, .step = p->jobs[job].step };
}

/* The job that this answer is for. */
static uint32_t answered(struct pool *p, enum pool_act_kind kind)
{
	if (!p->asked || p->act.kind != kind)
		abort();
	p->asked = false;
	return p->act.job;
}

static void on_due(void *owner, struct deadline *d)
{
	struct pool *p = owner;
	struct job *j = (struct job *)(void *)d; /* its first member */
	uint32_t job = (uint32_t)(j - p->jobs);

	if (j->state != JOB_RUNNING) {
		advance(p, job, JOB_EV_DUE);
		return;
	}
	ask(p, ACT_OVERDUE, job);
	p->act.look = (struct pool_look){ .job = job,
					  .step = j->step,
					  .attempt = j->attempt,
					  .took_ns = awake_ns(p) - j->started_ns,
					  .quiet_ns = awake_ns(p) - j->heard_ns };
}

void pool_extend(struct pool *p, int64_t more_ns)
{
	uint32_t job = answered(p, ACT_OVERDUE);

	if (more_ns > 0)
		arm(p, &p->jobs[job], more_ns);
	else
		advance(p, job, JOB_EV_DUE);
}

/* Fire what is due, up to the first deadline that asks something. */
static bool next_overdue(struct pool *p)
{
	struct deadline *d;

	while (!p->asked && (d = deadlines_due(&p->loop->deadlines, p->loop->now_ns)))
		if (d->due)
			d->due(d->owner, d);
	return p->asked;
}

/* Without patience, the engine is a part of each lane. */
static bool is_for_engine(const struct pool *p, enum reach reach)
{
	return reach == REACH_NO_ENGINE && p->limits.engine.patience_ns;
}

static void keep_reason(struct pool *p, uint32_t lane, const struct pool_verdict *v)
{
	char **why = is_for_engine(p, v->reach) ? &p->engine_why : &p->queue.lanes[lane].why;

	if (!v->lane_reason ||
	    (v->reach != REACH_NO && v->reach != REACH_NOT_YET && v->reach != REACH_NO_ENGINE))
		return;
	free(*why);
	*why = mem_strdup(v->lane_reason);
}

/*
 * The job would wait for its lane although an earlier outage has cost it an attempt
 * already, and the probe of another job has got through since then: it may be the fault
 * of the image.
 */
static bool is_own_fault(struct pool *p, struct job *j, enum reach reach)
{
	unsigned outage = p->queue.lanes[j->lane].breaker.outages;

	if (is_for_engine(p, reach))
		return false;
	if (!j->outage)
		j->outage = outage;
	return j->outage != outage;
}

/* The attempt does not count, and the job waits on. */
static void excuse(struct pool *p, struct job *j, struct pool_verdict *v)
{
	int64_t at_ns = queue_passes_ns(&p->queue, j->lane), now_ns = p->loop->now_ns;

	v->next = POOL_RETRY;
	v->delay_ns = at_ns > now_ns && at_ns != BREAKER_NEVER ? at_ns - now_ns : 0;
	j->attempt--;
}

/* Without the engine nothing can go on. */
static void mind_engine(struct pool *p)
{
	if (!p->closed && tell_outage(p, NO_LANE, &p->queue.engine, p->engine_why))
		pool_finish_running(p);
}

static void follow(struct pool *p, const struct pool_attempt *a, struct pool_verdict v)
{
	struct job *j = &p->jobs[a->job];
	bool put_it_off = j->short_of;
	bool away = queue_hear(&p->queue, j->lane, a->job, v.reach, p->loop->now_ns);
	bool excused = away && !is_own_fault(p, j, v.reach);

	j->short_of = false;
	j->deferred = away;
	keep_reason(p, j->lane, &v);
	mind_engine(p);
	if (excused)
		excuse(p, j, &v);
	if (is_for_engine(p, v.reach) && p->queue.engine.state == BREAKER_GIVEN_UP) {
		v.next = POOL_GIVE_UP; /* the image is not at fault */
		v.reason = NULL;
	}
	if (a->cause == CAUSE_STOPPED || (p->closed && v.next == POOL_RETRY))
		v.next = POOL_GIVE_UP;
	j->delay_ns = v.delay_ns;
	if (a->cause == CAUSE_SKIPPED && v.did)
		j->cause = CAUSE_EXITED;
	tell_outcome(p, a, &v);
	mind_level(p, j, a->cause == CAUSE_EXITED && (v.next == POOL_STEP || v.next == POOL_DONE));
	if (!put_it_off)
		j->spawn_tries = 0; /* also where no child was wanted after all */
	if (!put_it_off && !excused)
		mind_throttle(p, j, &v);
	if (v.next == POOL_STEP) {
		j->step++;
		j->attempt = 0;
		j->next_lane = v.lane;
		j->next_class = (uint8_t)v.class;
		j->outage = 0;
	}
	move(p, a->job, verdict_event(v.next), v.reason);
	if (v.next == POOL_RETRY)
		tell_waiting(p, a->job, &v);
}

void pool_judge(struct pool *p, const struct pool_verdict *v)
{
	answered(p, ACT_ENDED);
	follow(p, &p->act.ended, *v);
}

static struct pool_attempt attempt_of(struct pool *p, uint32_t job)
{
	const struct job *j = &p->jobs[job];
	struct slot *s = &p->slots[j->slot];

	return (struct pool_attempt){
		.job = job,
		.step = j->step,
		.attempt = j->attempt,
		.cause = (enum cause)j->cause,
		.status = s->child.lost ? -1 : s->child.status,
		.text = head_and_tail_text(&s->err),
		.spawn_errno = s->spawn_errno,
		.took_ns = awake_ns(p) - j->started_ns,
	};
}

static bool next_ended(struct pool *p)
{
	while (p->n_ended) {
		uint32_t job = p->ended[0];
		struct pool_attempt a = attempt_of(p, job);

		memmove(p->ended, p->ended + 1, --p->n_ended * sizeof(*p->ended));
		if (!p->jobs[job].short_of) {
			ask(p, ACT_ENDED, job);
			p->act.ended = a;
			return true;
		}
		follow(p, &a, put_off(&p->jobs[job], a.text));
	}
	return false;
}

/* ---- starting ---- */

static bool is_shortage(int errnum)
{
	return errnum == EAGAIN || errnum == ENOMEM || errnum == EMFILE || errnum == ENFILE;
}

static void refuse(struct pool *p, uint32_t job, enum cause cause, const char *why)
{
	struct job *j = &p->jobs[job];

	j->cause = (uint8_t)cause;
	queue_refund(&p->queue, j->lane, (enum work_class)j->class);
	head_and_tail_add(&p->slots[j->slot].err, why, strlen(why));
	advance(p, job, JOB_EV_REFUSED);
}

static void spawn(struct pool *p, struct slot *s, uint32_t job, const struct pool_task *task)
{
	struct job *j = &p->jobs[job];
	struct event ev;
	struct err err;
	int rc = child_start(&s->child, task->path, task->argv.v, task->envp, task->in_fd);

	s->spawn_errno = -rc;
	if (rc) {
		err_sys(&err, -rc, "cannot start %s", task->path);
		j->short_of = is_shortage(-rc) && j->spawn_tries < SPAWN_TRIES;
		refuse(p, job, CAUSE_UNSTARTED, err.text);
		return;
	}
	if (p->limits.guard)
		guard_add(p->limits.guard, s->child.pid);
	watch_streams(s);
	s->timeout_ns = task->timeout_ns;
	j->spawn_tries = 0;
	advance(p, job, JOB_EV_START);
	ev = event_of(p, EVENT_ATTEMPT, job);
	ev.argv = task->argv.v;
	ev.span = task->span;
	emit(p, &ev);
}

void pool_run(struct pool *p, struct pool_task *task)
{
	uint32_t job = answered(p, ACT_PREPARE);

	spawn(p, &p->slots[p->jobs[job].slot], job, task);
	strvec_release(&task->argv);
}

void pool_skip(struct pool *p)
{
	refuse(p, answered(p, ACT_PREPARE), CAUSE_SKIPPED, "");
}

void pool_refuse(struct pool *p, const char *why)
{
	refuse(p, answered(p, ACT_PREPARE), CAUSE_UNSTARTED, why);
}

static void tell_start(struct pool *p, uint32_t job)
{
	struct event ev = event_of(p, EVENT_START, job);

	if (p->jobs[job].begun)
		return;
	p->jobs[job].begun = true;
	emit(p, &ev);
}

static void begin(struct pool *p, uint32_t job)
{
	struct job *j = &p->jobs[job];
	struct slot *s = free_slot(p);

	s->job = job;
	s->child = (struct child){ .fd = { -1, -1 } };
	s->spawn_errno = 0;
	head_and_tail_reset(&s->err);
	p->running++;
	j->slot = (uint16_t)(s - p->slots);
	j->cause = CAUSE_EXITED;
	j->started_ns = j->heard_ns = awake_ns(p);
	j->round = level_finder_began(&p->finder[j->class], j->started_ns);
	if (!j->spawn_tries)
		j->attempt++;
	tell_start(p, job);
	ask(p, ACT_PREPARE, job);
}

/* The loop has to turn when a lane is free again. */
static void wake_for_lanes(struct pool *p)
{
	int64_t at_ns = p->closed ? -1 : queue_held_until_ns(&p->queue, p->loop->now_ns);

	if (at_ns < 0)
		deadline_clear(&p->loop->deadlines, &p->lane_timer);
	else
		deadline_set(&p->loop->deadlines, &p->lane_timer, at_ns);
}

static void on_token(void *ctx, short revents)
{
	(void)ctx, (void)revents; /* the next pool_next() takes it */
}

/* The first child needs no token of make; each further child needs one. */
static bool may_start(struct pool *p)
{
	bool need = p->limits.jobserver && p->running > 0;

	if (p->closed || p->running >= p->limits.workers)
		return false;
	return !need || p->limits.jobserver->tokens.len >= p->running ||
	       jobserver_take(p->limits.jobserver);
}

/* Wait for tokens only while a job could use one; and give back a token that was
 * taken for a job that did not start after all. */
static void watch_tokens(struct pool *p)
{
	bool wanted = !p->closed && p->running > 0 && p->running < p->limits.workers &&
		      queue_has_ready(&p->queue, p->loop->now_ns);

	if (!p->limits.jobserver)
		return;
	jobserver_give(p->limits.jobserver, p->running ? p->running - 1 : 0);
	loop_want(p->loop, p->token_watch, wanted ? POLLIN : 0);
}

static void fail_given_up(struct pool *p, uint32_t job)
{
	tell_start(p, job);
	move(p, job, JOB_EV_FAIL, p->queue.lanes[p->jobs[job].lane].why);
}

/* Nothing will start in a lane that is given up, and nothing waits there. */
static void give_up_lane(struct pool *p, uint32_t lane)
{
	for (uint32_t job = 0; job < p->n_jobs; job++)
		if (p->jobs[job].lane == lane && p->jobs[job].state == JOB_WAITING)
			fail_given_up(p, job);
}

static void look_at_lanes(struct pool *p)
{
	uint32_t job;

	mind_engine(p);
	for (uint32_t i = 0; !p->closed && i < p->queue.n_lanes; i++) {
		enum lane_state state = queue_lane_state(&p->queue, i, p->loop->now_ns);

		tell_outage(p, i, &p->queue.lanes[i].breaker, p->queue.lanes[i].why);
		if (state == p->queue.lanes[i].told)
			continue;
		p->queue.lanes[i].told = (uint8_t)state;
		tell_lane(p, i, state);
		if (state == LANE_GIVEN_UP)
			give_up_lane(p, i);
	}
	while ((job = queue_drop_given_up(&p->queue)) != NO_JOB)
		fail_given_up(p, job);
}

static bool next_start(struct pool *p)
{
	enum work_class class;
	uint32_t lane;

	if (p->paused)
		return false;
	mind_machine(p);
	look_at_lanes(p);
	if (queue_has_ready(&p->queue, p->loop->now_ns) && may_start(p)) {
		begin(p, queue_take(&p->queue, p->loop->now_ns, &lane, &class));
		return true;
	}
	wake_for_lanes(p);
	watch_tokens(p);
	return false;
}

/* ---- the outside ---- */

static void look(struct pool *p, struct slot *s)
{
	if (s->job == NO_JOB || !job_has_child((enum job_state)p->jobs[s->job].state) ||
	    !child_peek(&s->child))
		return;
	read_rest(s);
	advance(p, s->job, child_silent(&s->child) ? JOB_EV_EXIT_SILENT : JOB_EV_EXIT);
}

/* waitid() costs a system call for each child: the loop may turn a thousand times
 * before one of them ends. Once a second is for a signal that got lost. */
static void look_at_children(struct pool *p)
{
	if (!signals_take(SIGCHLD) && p->loop->now_ns < p->next_reap_ns)
		return;
	p->next_reap_ns = p->loop->now_ns + REAP_NS;
	for (unsigned i = 0; i < p->n_slots; i++)
		look(p, &p->slots[i]);
}

/* A job may come back to the queue, for its next step, after the pool was closed. */
static void drop_queued(struct pool *p)
{
	uint32_t job;

	while (p->closed && (job = queue_drop(&p->queue)) != NO_JOB)
		advance(p, job, JOB_EV_CANCEL);
}

bool pool_next(struct pool *p, struct pool_act *ret)
{
	if (p->asked)
		abort();
	if (!p->looked)
		look_at_children(p);
	drop_queued(p);
	p->looked = next_overdue(p) || next_ended(p) || next_start(p);
	if (p->looked)
		*ret = p->act;
	return p->looked;
}

struct pool *pool_new(struct loop *loop, uint32_t jobs, const struct pool_limits *limits,
		      void (*emit_event)(void *ctx, const struct event *ev), void *emit_ctx)
{
	struct pool *p = mem_alloc(sizeof(*p));

	p->loop = loop;
	p->next_reap_ns = loop->now_ns + REAP_NS;
	p->emit = emit_event;
	p->emit_ctx = emit_ctx;
	p->limits = *limits;
	p->n_jobs = jobs;
	p->jobs = mem_array(jobs, sizeof(*p->jobs));
	p->n_slots = limits->most > limits->workers ? limits->most : limits->workers;
	p->slots = mem_array(p->n_slots, sizeof(*p->slots));
	p->ended = mem_array(p->n_slots, sizeof(*p->ended));
	p->streams = mem_array((size_t)p->n_slots * CHILD_STREAMS, sizeof(*p->streams));
	queue_init(&p->queue, jobs, limits->of_class);
	for (uint32_t i = 0; i < limits->n_lanes; i++)
		queue_set_rules(&p->queue, i, &limits->lanes[i]);
	queue_set_engine(&p->queue, &limits->engine);
	init_finders(p);
	if (limits->jobserver)
		p->token_watch = loop_watch(loop, limits->jobserver->read_fd, 0, on_token, p);
	for (unsigned i = 0; i < p->n_slots; i++) {
		p->slots[i].pool = p;
		p->slots[i].job = NO_JOB;
		for (int s = 0; s < CHILD_STREAMS; s++)
			p->streams[i * CHILD_STREAMS + (unsigned)s] =
				(struct stream){ &p->slots[i], (enum child_stream)s };
	}
	return p;
}

void pool_free(struct pool *p)
{
	for (unsigned i = 0; p && i < p->n_slots; i++)
		head_and_tail_release(&p->slots[i].err);
	if (!p)
		return;
	deadline_clear(&p->loop->deadlines, &p->lane_timer);
	if (p->limits.jobserver)
		loop_drop(p->loop, p->token_watch);
	queue_release(&p->queue);
	free(p->engine_why);
	free(p->ended);
	free(p->streams);
	free(p->slots);
	free(p->jobs);
	free(p);
}

void pool_add(struct pool *p, uint32_t job, uint32_t lane, enum work_class class)
{
	struct job *j = &p->jobs[job];

	j->timer.owner = p;
	j->timer.due = on_due;
	j->lane = j->next_lane = lane;
	j->class = j->next_class = (uint8_t) class;
	queue_append(&p->queue, lane, class, job);
}

void pool_bar(struct pool *p)
{
	queue_bar(&p->queue);
}

bool pool_is_over(const struct pool *p)
{
	return p->n_over == p->n_jobs;
}

unsigned pool_running(const struct pool *p)
{
	return p->running;
}

unsigned pool_workers(const struct pool *p)
{
	return p->limits.workers;
}

void pool_set_workers(struct pool *p, unsigned workers)
{
	p->finds_level = !workers;
	if (!workers) {
		for (int c = 0; c < WORK_CLASSES; c++)
			level_finder_restart(&p->finder[c],
					     least(p->limits.workers, p->finder[c].most));
		take_levels(p);
		return;
	}
	memcpy(p->queue.limit, p->limits.of_class, sizeof(p->queue.limit));
	set_workers(p, least(workers, p->n_slots));
}

void pool_finish_running(struct pool *p)
{
	p->closed = true;
	drop_queued(p);
	for (uint32_t job = 0; job < p->n_jobs; job++)
		if (p->jobs[job].state == JOB_WAITING)
			advance(p, job, JOB_EV_CANCEL);
}

static void end_children(struct pool *p, enum job_event event)
{
	pool_finish_running(p);
	for (unsigned i = 0; i < p->n_slots; i++)
		if (p->slots[i].job != NO_JOB)
			advance(p, p->slots[i].job, event);
}

void pool_cancel(struct pool *p)
{
	end_children(p, JOB_EV_CANCEL);
}

void pool_kill(struct pool *p)
{
	end_children(p, JOB_EV_KILL);
}

static void signal_all(struct pool *p, int sig)
{
	for (unsigned i = 0; i < p->n_slots; i++)
		if (p->slots[i].job != NO_JOB &&
		    job_has_child((enum job_state)p->jobs[p->slots[i].job].state))
			child_signal(&p->slots[i].child, sig);
}

void pool_pause(struct pool *p)
{
	p->paused = true;
	signal_all(p, SIGSTOP);
}

void pool_resume(struct pool *p, int64_t paused_ns)
{
	p->paused = false;
	deadlines_shift(&p->loop->deadlines, paused_ns);
	signal_all(p, SIGCONT);
}
