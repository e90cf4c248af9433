/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole pool against a model of it: pool.c, queue.c, breaker.c, job.c,
 * jobserver.c and the deadlines are the real ones; only children are made up
 * here, by other functions under the names of proc/child.h, and time is what
 * the test says. Random things happen, one after another. After each the model,
 * which is a few numbers for each lane and job, says whether the pool has kept
 * to its limits, has lost or leaked something, or lets something wait that could
 * start.
 *
 *	HPN_MODEL_STEPS=N (10 million)   HPN_MODEL_SEED=N (another one each time)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/pool.h"
#include "proc/child.h"
#include "proc/signals.h"

#define MOST_JOBS 48
#define MOST_WORKERS 12
#define MOST_LANES 4
#define MOST_TOKENS 6
#define MOST_STARTS 8
#define STEPS_OF_JOB 3
#define FIRST_FD 100000

#define STEPS "10000000"

enum weather { FINE, FLAKY, THROTTLING, DOWN, NO_ENGINE, WEATHERS };

/* A child that is none. */
struct kid {
	uint32_t job; /* NO_JOB: there is none */
	bool ended;
	bool deaf;
	bool held; /* somebody else has its pipes, and keeps them open */
	bool told_to_end;
	bool open[CHILD_STREAMS];
	unsigned to_read[CHILD_STREAMS];
};

/* What must hold for a lane. */
struct lane_model {
	struct breaker_rules rules;
	enum weather weather;
	unsigned running;
	bool throttled; /* once: its limit is the pool's affair from then on */
	int64_t held_until_ns;
	int64_t starts_ns[MOST_STARTS]; /* of the network, the last ones */
	unsigned n_starts;
	unsigned row;      /* of failures */
	unsigned openings; /* in a row; 0: the breaker is closed */
	bool reached;
	int64_t until_ns;
	uint32_t probe;
	bool outage;
	bool told; /* of the outage */
	bool given_up;
	unsigned outages;
	int64_t since_ns;
};

struct job_model {
	uint32_t lane[STEPS_OF_JOB];
	enum work_class class[STEPS_OF_JOB];
	unsigned step; /* the last that began */
	bool runs;
	bool begun;
	bool over;
	bool probed;      /* for its lane, in vain */
	unsigned attempt; /* of its step, the last one that counts */
	unsigned outage;  /* of its lane, the last that it was excused for */
	int64_t ready_ns; /* when its wait is over */
};

/* What has to be told of the attempt that is being judged. */
enum { DUE_END = 1, DUE_NOTE = 2 };

static struct {
	uint64_t dice;
	uint64_t seed;
	uint64_t step;
	struct loop loop;
	struct pool *pool;
	struct pool_limits limits;
	struct jobserver js;
	int make[2];        /* make's pipe */
	unsigned tokens;    /* there are in all */
	unsigned elsewhere; /* that other children of make have */
	struct kid kids[MOST_WORKERS];
	struct lane_model lanes[MOST_LANES];
	struct lane_model engine; /* there is one for all lanes */
	struct job_model jobs[MOST_JOBS];
	uint32_t n_jobs, n_lanes, n_over;
	unsigned running;
	unsigned of_class[WORK_CLASSES];
	bool closed;
	bool paused;
	bool sigchld;  /* has come, and was not taken */
	bool may_peek; /* children were looked at in what is answered now */
	int64_t peeked_ns;
	uint32_t ending; /* the job whose attempt is being judged, or NO_JOB */
	unsigned due;
	bool finds_level; /* its limits are below what the model knows, then */
	struct {          /* the job that is being prepared */
		uint32_t job;
		unsigned step;
	} now;
	uint64_t starts, pools;
} w;

static uint64_t roll(uint64_t sides)
{
	w.dice ^= w.dice << 13;
	w.dice ^= w.dice >> 7;
	w.dice ^= w.dice << 17;
	return (w.dice >> 11) % sides;
}

static bool one_in(uint64_t n)
{
	return roll(n) == 0;
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	printf("not ok 1 - %s\n# HPN_MODEL_SEED=%" PRIu64 ", step %" PRIu64 "\n1..1\n", what,
	       w.seed, w.step);
	fflush(stdout);
	abort();
}

/* ---- the model ---- */

static int64_t now_ns(void)
{
	return w.loop.now_ns;
}

static unsigned patience(const struct lane_model *l)
{
	return l->reached ? 6 : 3;
}

static bool is_given_up(const struct lane_model *l)
{
	return l->given_up || (!l->outage && l->openings >= patience(l));
}

/* When this lane lets a job of this class start; INT64_MAX: it depends. */
static int64_t lane_opens_ns(const struct lane_model *l, enum work_class c)
{
	const struct breaker_rules *r = &l->rules;
	int64_t at_ns = l->held_until_ns;

	if (l->openings && (is_given_up(l) || l->probe != NO_JOB))
		return INT64_MAX;
	if (l->openings && l->until_ns > at_ns)
		at_ns = l->until_ns;
	if (l != &w.engine && lane_opens_ns(&w.engine, c) > at_ns)
		at_ns = lane_opens_ns(&w.engine, c);
	if (c == WORK_NETWORK && r->starts && l->n_starts >= r->starts) {
		int64_t back_ns = l->starts_ns[(l->n_starts - r->starts) % MOST_STARTS] + r->per_ns;

		if (back_ns > at_ns)
			at_ns = back_ns;
	}
	return at_ns;
}

static void model_start(uint32_t job, unsigned step)
{
	struct job_model *j = &w.jobs[job];
	struct lane_model *l = &w.lanes[j->lane[step]];
	enum work_class c = j->class[step];

	must(!w.closed, "nothing starts in a pool that is closed");
	must(!w.paused, "nothing starts in a pool that is paused");
	must(!j->over && !j->runs, "a job runs once at a time, and not when it is over");
	must(j->ready_ns <= now_ns(), "a job waits for its time");
	must(w.running < pool_workers(w.pool), "no more than the workers");
	must(w.of_class[c] < w.limits.of_class[c], "no more than its class");
	must(!l->rules.workers || l->running < l->rules.workers, "no more than its lane");
	must(lane_opens_ns(l, c) <= now_ns(), "hold, rate and breaker are kept");
	must(!w.limits.jobserver || w.js.tokens.len >= w.running, "a token for each further child");
	if (c == WORK_NETWORK)
		l->starts_ns[l->n_starts++ % MOST_STARTS] = now_ns();
	if (l->openings)
		l->probe = job;
	if (w.engine.openings)
		w.engine.probe = job;
	l->running++;
	w.of_class[c]++;
	w.running++;
	w.starts++;
	j->runs = true;
	j->step = step;
}

/* What has answered does not any more: true while it is waited for. */
static bool model_outage(struct lane_model *l, bool probe)
{
	int64_t end_ns;

	if (!l->openings) {
		l->outage = true;
		l->outages++;
		l->row = 0;
		l->since_ns = now_ns();
	}
	end_ns = l->since_ns + l->rules.patience_ns;
	if (!l->openings || probe) {
		l->until_ns = now_ns() + l->rules.cooldown_ns * (l->openings > 1 ? 4
								 : l->openings   ? 2
										 : 1);
		l->given_up = now_ns() >= end_ns;
		if (l->until_ns > end_ns)
			l->until_ns = end_ns;
		l->openings++;
	}
	return !l->given_up;
}

/* True: this attempt does not count. */
static bool model_hear(struct lane_model *l, uint32_t job, enum reach reach)
{
	bool probe = l->probe == job;
	bool lost = reach == REACH_NO || reach == REACH_NOT_YET;

	if (probe)
		l->probe = NO_JOB;
	if (lost && l->reached && l->rules.patience_ns && (l->outage || !l->openings))
		return model_outage(l, probe);
	if (reach == REACH_YES && l->outage && !probe)
		return false;
	if (reach == REACH_YES) {
		l->row = l->openings = 0;
		l->outage = false;
		l->reached = true;
		l->probe = NO_JOB;
	}
	if (reach == REACH_NO && !l->openings && l->rules.failures)
		l->row++;
	if ((l->rules.failures && l->row == l->rules.failures) || (probe && lost)) {
		l->row = 0;
		l->until_ns = now_ns() + (l->rules.cooldown_ns << l->openings++);
		return probe && !is_given_up(l);
	}
	return false;
}

/* An attempt ends and says this of its lane, and of the engine. */
static void model_verdict(struct job_model *j, uint32_t job, struct lane_model *l, enum reach reach)
{
	enum reach engine = reach == REACH_UNKNOWN     ? REACH_UNKNOWN
			    : reach == REACH_NO_ENGINE ? REACH_NO
						       : REACH_YES;
	bool waits;

	if (reach == REACH_NO_ENGINE && !w.engine.rules.patience_ns)
		reach = REACH_NO;
	if (reach == REACH_ENGINE || reach == REACH_NO_ENGINE)
		j->probed = model_hear(l, job, REACH_UNKNOWN);
	else
		j->probed = model_hear(l, job, reach);
	if (!j->probed || reach == REACH_NO_ENGINE) {
		waits = w.engine.rules.patience_ns && model_hear(&w.engine, job, engine);
		j->probed |= waits;
		return;
	}
	if (w.engine.rules.patience_ns)
		model_hear(&w.engine, job, engine);
	j->probed = !j->outage || j->outage == l->outages;
	if (j->probed)
		j->outage = l->outages;
}

static void model_end(uint32_t job)
{
	struct job_model *j = &w.jobs[job];

	must(j->runs, "what ends has run");
	j->runs = false;
	w.lanes[j->lane[j->step]].running--;
	w.of_class[j->class[j->step]]--;
	w.running--;
}

/* ---- children ---- */

static struct kid *kid_of(const struct child *c)
{
	must(c->pid > 0 && c->pid <= MOST_WORKERS, "a child has its number");
	must(w.kids[c->pid - 1].job != NO_JOB, "nobody touches a child that is reaped");
	return &w.kids[c->pid - 1];
}

int child_start(struct child *c, const char *path, char *const *argv, char *const *envp, int in_fd)
{
	unsigned i = 0;

	(void)path, (void)argv, (void)envp, (void)in_fd;
	if (one_in(50))
		return one_in(2) ? -EAGAIN : -ENOENT;
	while (w.kids[i].job != NO_JOB)
		must(++i < MOST_WORKERS, "there is a place for each child");
	w.kids[i] = (struct kid){ .job = w.now.job, .deaf = one_in(10), .open = { true, true } };
	*c = (struct child){ .pid = (pid_t)i + 1 };
	for (int s = 0; s < CHILD_STREAMS; s++)
		c->fd[s] = FIRST_FD + (int)i * CHILD_STREAMS + s;
	model_start(w.now.job, w.now.step);
	return 0;
}

ssize_t child_read(struct child *c, enum child_stream s, void *to, size_t size)
{
	struct kid *k = kid_of(c);

	must(c->fd[s] >= 0, "no read behind the end");
	if (k->to_read[s]) {
		k->to_read[s]--;
		memset(to, 'x', size < 8 ? size : 8);
		return size < 8 ? (ssize_t)size : 8;
	}
	if (k->open[s] && (!k->ended || k->held))
		return -EAGAIN;
	c->fd[s] = -1;
	return 0;
}

bool child_silent(const struct child *c)
{
	return c->fd[CHILD_OUT] < 0 && c->fd[CHILD_ERR] < 0;
}

bool child_peek(struct child *c)
{
	must(w.may_peek || now_ns() - w.peeked_ns >= NS_PER_S,
	     "children are looked at after SIGCHLD, and once a second");
	w.may_peek = true;
	w.peeked_ns = now_ns();
	return kid_of(c)->ended;
}

void child_signal(const struct child *c, int sig)
{
	struct kid *k = kid_of(c);

	if (sig == SIGTERM)
		k->told_to_end = true;
	if (sig == SIGKILL) {
		k->ended = w.sigchld = true;
		k->held = false;
	}
}

void child_reap(struct child *c)
{
	struct kid *k = kid_of(c);

	must(k->ended, "only what has ended is reaped");
	c->fd[CHILD_OUT] = c->fd[CHILD_ERR] = -1;
	c->status = one_in(3) ? 1 << 8 : 0;
	model_end(k->job);
	k->job = NO_JOB;
}

/* In the place of the one in signals.c. */
unsigned signals_take(int signo)
{
	bool came = w.sigchld;

	must(signo == SIGCHLD, "the pool takes no other signal");
	w.sigchld = false;
	w.may_peek |= came;
	return came;
}

/* ---- the client ---- */

static void prepare(const struct pool_act *act)
{
	struct pool_task t = { .path = "/made/up",
			       .timeout_ns = one_in(2) ? 0 : 1 + (int64_t)roll(300) };

	must(w.jobs[act->job].begun, "EVENT_START comes before anything is prepared");
	if (one_in(40)) {
		if (one_in(2))
			pool_refuse(w.pool, "not this one");
		else
			pool_skip(w.pool);
		return;
	}
	w.now.job = act->job;
	w.now.step = act->step;
	strvec_push(&t.argv, "made-up");
	pool_run(w.pool, &t);
}

static struct pool_verdict good(const struct pool_attempt *a)
{
	bool more = a->step + 1 < STEPS_OF_JOB && one_in(3);

	return (struct pool_verdict){ .next = more ? POOL_STEP : POOL_DONE,
				      .lane = w.jobs[a->job].lane[more ? a->step + 1 : 0],
				      .class = w.jobs[a->job].class[more ? a->step + 1 : 0],
				      .reach = more ? REACH_ENGINE : REACH_YES };
}

static struct pool_verdict bad(const struct pool_attempt *a, enum weather weather)
{
	struct pool_verdict v = { .next = a->attempt < 4 && one_in(2) ? POOL_RETRY : POOL_FAIL,
				  .delay_ns = (int64_t)roll(100) };

	v.lane_reason = "given up";
	if (weather == NO_ENGINE)
		v.reach = REACH_NO_ENGINE;
	else if (weather == DOWN)
		v.reach = v.next == POOL_RETRY ? REACH_NOT_YET : REACH_NO;
	else if (weather == THROTTLING)
		v.reach = REACH_YES;
	v.throttled = weather == THROTTLING && v.next == POOL_RETRY;
	v.hold_ns = v.throttled ? v.delay_ns : 0;
	return v;
}

static void judge(const struct pool_attempt *a)
{
	struct job_model *j = &w.jobs[a->job];
	struct lane_model *l = &w.lanes[j->lane[a->step]];
	struct pool_verdict v = { .next = POOL_FAIL };

	must(a->attempt == j->attempt + 1, "an attempt counts unless an outage cost it");
	if (a->cause == CAUSE_SKIPPED) {
		v = good(a);
		v.reach = REACH_UNKNOWN;
	} else if (a->cause == CAUSE_EXITED) {
		v = l->weather == FINE || (l->weather == FLAKY && one_in(2)) ? good(a)
									     : bad(a, l->weather);
	} else if (a->cause == CAUSE_TIMED_OUT) {
		v = bad(a, FLAKY);
	}
	model_verdict(j, a->job, l, v.reach);
	j->attempt += !j->probed;
	if (v.next == POOL_STEP && !j->probed)
		j->attempt = j->outage = 0;
	if (v.throttled) {
		if (now_ns() + v.delay_ns > l->held_until_ns)
			l->held_until_ns = now_ns() + v.delay_ns;
	}
	v.note = one_in(4) ? "a note" : NULL;
	w.ending = a->job;
	w.due = (a->cause != CAUSE_UNSTARTED && a->cause != CAUSE_SKIPPED ? DUE_END : 0) |
		(v.note ? DUE_NOTE : 0);
	pool_judge(w.pool, &v);
	must(!w.due, "an end and its note are told");
	w.ending = NO_JOB;
}

/* Answer all that the pool asks now. */
static void answer(void)
{
	struct pool_act act;

	while (pool_next(w.pool, &act))
		switch (act.kind) {
		case ACT_PREPARE:
			prepare(&act);
			break;
		case ACT_OVERDUE:
			must(w.jobs[act.look.job].runs, "only what runs is overdue");
			pool_extend(w.pool, one_in(2) ? (int64_t)roll(50) : 0);
			break;
		case ACT_ENDED:
			judge(&act.ended);
			break;
		}
	w.may_peek = false;
}

static void on_limit(const struct event *ev)
{
	if (ev->lane == NO_LANE)
		return;
	if (!strcmp(ev->data, "lowered"))
		w.lanes[ev->lane].throttled = true;
	if (!strcmp(ev->data, "broken")) {
		must(w.lanes[ev->lane].outage || (ev->why && !strcmp(ev->why, "given up")),
		     "a broken lane says why");
		must(ev->wait_ns >= 0 || is_given_up(&w.lanes[ev->lane]),
		     "no lane is given up too early");
	}
}

static void on_outage(const struct event *ev)
{
	struct lane_model *l = ev->lane == NO_LANE ? &w.engine : &w.lanes[ev->lane];

	if (!strcmp(ev->data, "begins")) {
		must(l->outage && !l->told, "an outage begins once");
		must(ev->wait_ns == l->rules.patience_ns && ev->why, "it says how long, and why");
		l->told = true;
		return;
	}
	must(l->told, "what ends had begun");
	l->told = false;
	if (!strcmp(ev->data, "ends")) {
		must(!l->outage, "an outage ends when somebody has got through");
		return;
	}
	must(l->given_up, "nothing is given up too early");
	must(now_ns() >= l->since_ns + l->rules.patience_ns, "what was there is waited for");
	w.closed |= ev->lane == NO_LANE;
}

static void on_finish(const struct event *ev)
{
	struct job_model *j = &w.jobs[ev->job];

	must(!j->over, "a job is over once");
	must(!j->runs, "what is over runs no more");
	must(j->begun || ev->result == RESULT_CANCELLED, "what was done or has failed had begun");
	must(w.closed || ev->result != RESULT_CANCELLED, "only an end of the run cancels");
	must(w.closed || !j->probed || is_given_up(&w.lanes[ev->lane]), "a probe may go on");
	j->over = true;
	w.n_over++;
}

static void on_outcome(uint32_t job, unsigned what)
{
	must(job == w.ending && w.due & what, "an end is told once, while it is judged");
	must(what == DUE_END || !(w.due & DUE_END), "the note comes after the end");
	w.due &= ~what;
}

static void emit(void *ctx, const struct event *ev)
{
	(void)ctx;
	if (ev->kind == EVENT_START) {
		must(!w.jobs[ev->job].begun, "a job begins once");
		w.jobs[ev->job].begun = true;
	}
	if (ev->kind == EVENT_LIMIT)
		on_limit(ev);
	if (ev->kind == EVENT_OUTAGE)
		on_outage(ev);
	if (ev->kind == EVENT_END || ev->kind == EVENT_NOTE)
		on_outcome(ev->job, ev->kind == EVENT_END ? DUE_END : DUE_NOTE);
	if (ev->kind == EVENT_WAIT || ev->kind == EVENT_FINISH)
		must(ev->job != w.ending || !w.due, "the end comes before what follows from it");
	if (ev->kind == EVENT_WAIT)
		w.jobs[ev->job].ready_ns = now_ns() + ev->wait_ns;
	if (ev->kind == EVENT_FINISH)
		on_finish(ev);
}

/* ---- what must hold between steps ---- */

static bool is_open(const struct lane_model *l, enum work_class c)
{
	return !l->throttled && (!l->rules.workers || l->running < l->rules.workers) &&
	       w.of_class[c] < w.limits.of_class[c] && lane_opens_ns(l, c) <= now_ns();
}

/* Which of its steps a job waits for is the pool's to know: here it can start
 * for sure when it could with each of them. */
static bool is_startable(const struct job_model *j)
{
	if (j->over || j->runs || j->ready_ns >= now_ns())
		return false;
	for (int s = 0; s < STEPS_OF_JOB; s++)
		if (!is_open(&w.lanes[j->lane[s]], j->class[s]))
			return false;
	return true;
}

static void check_nothing_waits_in_vain(void)
{
	if (w.closed || w.finds_level || w.limits.jobserver || w.running >= pool_workers(w.pool))
		return;
	for (uint32_t i = 0; i < w.n_jobs; i++)
		must(!is_startable(&w.jobs[i]), "what could start does not wait");
}

/* Nothing runs, so nobody but the clock wakes the pool. */
static void check_wakes(void)
{
	int64_t soonest = INT64_MAX;

	if (w.running || pool_is_over(w.pool))
		return;
	must(w.loop.deadlines.n > 0, "there is something to wait for");
	for (uint32_t i = 0; i < w.n_jobs; i++) {
		const struct job_model *j = &w.jobs[i];
		int64_t at_ns = j->ready_ns;

		if (j->over)
			continue;
		for (int s = 0; s < STEPS_OF_JOB; s++) {
			int64_t lane_ns = lane_opens_ns(&w.lanes[j->lane[s]], j->class[s]);

			if (lane_ns > at_ns)
				at_ns = lane_ns;
		}
		if (at_ns < soonest)
			soonest = at_ns;
	}
	must(w.loop.deadlines.heap[0]->at_ns <= soonest, "it wakes when a lane opens");
}

static void check_tokens(void)
{
	int in_pipe = 0;

	if (!w.limits.jobserver)
		return;
	must(w.js.tokens.len == (w.running ? w.running - 1 : 0), "a token for each further child");
	if (w.step % 64)
		return;
	must(ioctl(w.make[0], FIONREAD, &in_pipe) == 0, "the pipe can be asked");
	must((unsigned)in_pipe + w.js.tokens.len + w.elsewhere == w.tokens, "no token is lost");
}

static void check(void)
{
	must(pool_running(w.pool) == w.running, "each slot has its child");
	must(pool_is_over(w.pool) == (w.n_over == w.n_jobs), "the pool knows when it is over");
	check_tokens();
	check_wakes();
	check_nothing_waits_in_vain();
}

/* ---- what happens ---- */

static void stream_ready(unsigned kid, int stream)
{
	int fd = FIRST_FD + (int)kid * CHILD_STREAMS + stream;

	for (unsigned i = 0; i < w.loop.n; i++)
		if (w.loop.watch[i].ready && w.loop.watch[i].fd == fd) {
			w.loop.watch[i].ready(w.loop.watch[i].ctx, POLLIN);
			return;
		}
}

static void kid_does_something(void)
{
	unsigned i = (unsigned)roll(MOST_WORKERS);
	int s = (int)roll(CHILD_STREAMS);
	struct kid *k;

	if (!w.running)
		return;
	while (w.kids[i].job == NO_JOB)
		i = (i + 1) % MOST_WORKERS;
	k = &w.kids[i];
	if (one_in(4) && k->open[s] && !k->ended) {
		k->to_read[s]++;
		stream_ready(i, s);
	} else if (one_in(8) && !k->ended) {
		k->open[s] = false;
		stream_ready(i, s);
	} else if (!k->ended && !(k->told_to_end && k->deaf)) {
		k->ended = w.sigchld = true;
		k->held = one_in(10);
		k->to_read[s] += (unsigned)roll(3);
	} else if (k->ended && k->held && one_in(2)) {
		k->held = false;
		stream_ready(i, 0);
		if (k->job != NO_JOB)
			stream_ready(i, 1);
	}
}

static void time_passes(void)
{
	int64_t wait_ns = deadlines_wait_ns(&w.loop.deadlines, w.loop.now_ns);

	if (wait_ns >= 0 && one_in(2))
		w.loop.now_ns += wait_ns;
	else if (wait_ns > 0)
		w.loop.now_ns += (int64_t)roll((uint64_t)wait_ns);
	else
		w.loop.now_ns += (int64_t)roll(20);
}

static void make_does_something(void)
{
	char token = '+';

	if (!w.limits.jobserver)
		return;
	if (w.elsewhere && one_in(2)) {
		must(write(w.make[1], &token, 1) == 1, "make's pipe has room");
		w.elsewhere--;
	} else if (read(w.make[0], &token, 1) == 1) {
		w.elsewhere++;
	}
}

static void workers_are_set(void)
{
	unsigned n = (unsigned)roll(MOST_WORKERS + 1);

	w.finds_level = !n;
	pool_set_workers(w.pool, n);
}

static void pause_and_resume(void)
{
	int64_t paused_ns = (int64_t)roll(1000);

	answer();
	for (uint32_t i = 0; i < w.n_jobs; i++)
		if (w.jobs[i].ready_ns > now_ns())
			w.jobs[i].ready_ns += paused_ns;
	pool_pause(w.pool);
	w.paused = true;
	answer();
	w.paused = false;
	w.loop.now_ns += paused_ns;
	pool_resume(w.pool, paused_ns);
}

static void run_is_ended(void)
{
	w.closed = true;
	switch (roll(3)) {
	case 0:
		pool_finish_running(w.pool);
		break;
	case 1:
		pool_cancel(w.pool);
		break;
	default:
		pool_kill(w.pool);
	}
}

static void something_happens(void)
{
	uint64_t what = roll(1000);

	if (what < 600)
		kid_does_something();
	else if (what < 900)
		time_passes();
	else if (what < 950)
		make_does_something();
	else if (what < 970)
		w.lanes[roll(w.n_lanes)].weather = (enum weather)roll(WEATHERS);
	else if (what < 990)
		workers_are_set();
	else if (what < 999)
		pause_and_resume();
	else
		run_is_ended();
}

/* ---- pools ---- */

static void make_begins(void)
{
	char flags[64];
	struct err err;

	must(pipe(w.make) == 0, "there is a pipe");
	must(fcntl(w.make[0], F_SETFL, O_NONBLOCK) == 0, "it does not wait");
	w.tokens = (unsigned)roll(MOST_TOKENS + 1);
	for (unsigned i = 0; i < w.tokens; i++)
		must(write(w.make[1], "+", 1) == 1, "make's pipe has room");
	snprintf(flags, sizeof(flags), " -j --jobserver-auth=%d,%d", w.make[0], w.make[1]);
	must(jobserver_open(&w.js, flags, &err) == JOBSERVER_OPEN, "the jobserver is there");
	w.limits.jobserver = &w.js;
}

static void make_ends(void)
{
	int in_pipe = 0;

	jobserver_close(&w.js);
	must(ioctl(w.make[0], FIONREAD, &in_pipe) == 0, "the pipe can be asked");
	must((unsigned)in_pipe + w.elsewhere == w.tokens, "each token is back in the end");
	close(w.make[0]);
	close(w.make[1]);
}

static struct breaker_rules random_rules(void)
{
	struct breaker_rules r = { 0 };

	if (one_in(2))
		r.workers = 1 + (unsigned)roll(4);
	if (one_in(2)) {
		r.starts = 1 + (unsigned)roll(MOST_STARTS - 1);
		r.per_ns = 1 + (int64_t)roll(200);
	}
	if (one_in(2)) {
		r.failures = 1 + (unsigned)roll(3);
		r.cooldown_ns = 1 + (int64_t)roll(100);
	}
	if (r.failures && one_in(2))
		r.patience_ns = 1 + (int64_t)roll(1000);
	return r;
}

static void job_begins(uint32_t job)
{
	struct job_model *j = &w.jobs[job];
	bool wanders = one_in(4);

	*j = (struct job_model){ 0 };
	for (int s = 0; s < STEPS_OF_JOB; s++) {
		j->lane[s] = s && !wanders ? j->lane[0] : (uint32_t)roll(w.n_lanes);
		j->class[s] = (enum work_class)roll(WORK_CLASSES);
	}
	pool_add(w.pool, job, j->lane[0], j->class[0]);
}

static void pool_begins(void)
{
	static struct breaker_rules rules[MOST_LANES];

	w.n_jobs = 1 + (uint32_t)roll(MOST_JOBS);
	w.n_lanes = 1 + (uint32_t)roll(MOST_LANES);
	w.n_over = 0;
	w.closed = false;
	w.elsewhere = 0;
	w.sigchld = w.may_peek = false;
	w.peeked_ns = now_ns();
	w.ending = NO_JOB;
	w.limits = (struct pool_limits){ .workers = 1 + (unsigned)roll(MOST_WORKERS),
					 .most = MOST_WORKERS,
					 .grace_ns = 20,
					 .lanes = rules,
					 .n_lanes = w.n_lanes };
	w.finds_level = w.limits.finds_level = one_in(3);
	for (int c = 0; c < WORK_CLASSES; c++) {
		w.limits.of_class[c] = 1 + (unsigned)roll(MOST_WORKERS);
		w.limits.ceiling[c] = 1 + (unsigned)roll(MOST_WORKERS);
	}
	for (uint32_t i = 0; i < w.n_lanes; i++) {
		rules[i] = random_rules();
		w.lanes[i] = (struct lane_model){ .rules = rules[i], .probe = NO_JOB };
	}
	w.engine = (struct lane_model){ .reached = true, .probe = NO_JOB };
	w.engine.rules.cooldown_ns = 1 + (int64_t)roll(100);
	w.engine.rules.patience_ns = one_in(2) ? 0 : 1 + (int64_t)roll(2000);
	w.limits.engine = w.engine.rules;
	for (unsigned i = 0; i < MOST_WORKERS; i++)
		w.kids[i].job = NO_JOB;
	if (one_in(4))
		make_begins();
	w.pool = pool_new(&w.loop, w.n_jobs, &w.limits, emit, NULL);
	for (uint32_t i = 0; i < w.n_jobs; i++)
		job_begins(i);
	w.pools++;
}

static void pool_ends(void)
{
	must(w.running == 0, "no child is left");
	must(w.n_over == w.n_jobs, "no job is lost");
	pool_free(w.pool);
	must(w.loop.deadlines.n == 0, "no deadline is left");
	for (unsigned i = 0; i < w.loop.n; i++)
		must(!w.loop.watch[i].ready, "no pipe is watched any more");
	if (w.limits.jobserver)
		make_ends();
}

static uint64_t number(const char *name, const char *otherwise)
{
	const char *text = getenv(name);

	return strtoull(text && *text ? text : otherwise, NULL, 10);
}

int main(void)
{
	uint64_t steps = number("HPN_MODEL_STEPS", STEPS);

	w.seed = number("HPN_MODEL_SEED", "0");
	if (!w.seed)
		w.seed = (uint64_t)clock_wall_ns();
	w.dice = w.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	printf("# HPN_MODEL_SEED=%" PRIu64 "\n", w.seed);
	loop_init(&w.loop, 1000);
	while (w.step < steps) {
		pool_begins();
		for (answer(); !pool_is_over(w.pool); w.step++) {
			check();
			something_happens();
			answer();
		}
		pool_ends();
	}
	loop_release(&w.loop);
	printf("ok 1 - %" PRIu64 " steps, %" PRIu64 " children, %" PRIu64 " pools\n1..1\n", w.step,
	       w.starts, w.pools);
	return 0;
}
