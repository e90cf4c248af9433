/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/pool.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proc/signals.h"
#include "unit.h"

#define MOST 64

/* A client whose jobs are shell scripts, and that writes down what happens. */
struct script {
	const char *steps[3];
	int64_t timeout_ns, more_ns;
	enum pool_next on_failure;
	const char *note;
	int64_t bytes;
};

struct world {
	const struct script *scripts;
	struct loop loop;
	struct pool *pool;
	int sig_fd;
	unsigned open[MOST];
	struct buf log, limits;
	struct buf text[MOST];
	int status[MOST];
	enum cause cause[MOST];
	unsigned judged[MOST], finished[MOST], running, most_running, spoke, looks;
	struct pool_look looked[2];
};

static void prepare(struct world *w, const struct pool_act *act)
{
	const char *script = w->scripts[act->job].steps[act->step];
	struct pool_task t = { .path = strcmp(script, "missing") ? "/bin/sh" : "/nonexistent",
			       .timeout_ns = w->scripts[act->job].timeout_ns };

	if (!strcmp(script, "refuse")) {
		pool_refuse(w->pool, "will not do");
		return;
	}
	if (!strcmp(script, "skip")) {
		pool_skip(w->pool);
		return;
	}
	strvec_push(&t.argv, "sh");
	strvec_push(&t.argv, "-c");
	strvec_push(&t.argv, script);
	if (++w->running > w->most_running)
		w->most_running = w->running;
	pool_run(w->pool, &t);
	ck_assert_uint_eq(t.argv.n, 0);
}

static struct pool_verdict verdict_of(struct world *w, const struct pool_attempt *a)
{
	const struct script *s = &w->scripts[a->job];
	bool good = a->cause == CAUSE_SKIPPED || (a->cause == CAUSE_EXITED && a->status == 0);

	if (a->cause != CAUSE_SKIPPED && (a->cause != CAUSE_UNSTARTED || strstr(a->text, "cannot")))
		w->running--;
	w->judged[a->job]++;
	w->cause[a->job] = a->cause;
	w->status[a->job] = a->status;
	buf_reset(&w->text[a->job]);
	buf_adds(&w->text[a->job], a->text);
	if (good)
		return (struct pool_verdict){ .next = a->step < 2 && s->steps[a->step + 1]
							      ? POOL_STEP
							      : POOL_DONE,
					      .class = WORK_NETWORK,
					      .bytes = s->bytes,
					      .note = s->note };
	if (s->on_failure == POOL_RETRY && a->attempt < 3)
		return (struct pool_verdict){ .next = POOL_RETRY,
					      .delay_ns = NS_PER_MS,
					      .reason = "again" };
	return (struct pool_verdict){ .next = POOL_FAIL, .reason = "failed" };
}

static void emit(void *ctx, const struct event *ev)
{
	struct world *w = ctx;

	if (ev->kind == EVENT_LIMIT) {
		ck_assert_uint_eq(ev->job, NO_JOB);
		ck_assert_uint_eq(ev->lane, NO_LANE);
		buf_addf(&w->limits, "%u ", ev->workers);
	}
	if (ev->kind == EVENT_START)
		buf_addf(&w->log, "s%u ", ev->job);
	/* Between jobs' steps no child is left that nobody saw the end of. */
	if (ev->kind == EVENT_ATTEMPT)
		ck_assert_uint_eq(w->open[ev->job]++, 0);
	if (ev->kind == EVENT_END)
		ck_assert_uint_eq(--w->open[ev->job], 0);
	if (ev->kind == EVENT_END && w->scripts[ev->job].note)
		buf_addf(&w->log, "e%u ", ev->job);
	if (ev->kind == EVENT_PROGRESS)
		buf_addf(&w->log, "%d ", (int)ev->bytes);
	if (ev->kind == EVENT_NOTE)
		buf_addf(&w->log, "%.*s ", (int)ev->len, ev->data);
	if (ev->kind == EVENT_WAIT || ev->kind == EVENT_FINISH)
		ck_assert_uint_eq(w->open[ev->job], 0);
	if (ev->kind == EVENT_ATTEMPT)
		buf_addf(&w->log, "a%u.%u.%u ", ev->job, ev->step, ev->attempt);
	if (ev->kind == EVENT_OUTPUT)
		w->spoke++;
	if (ev->kind == EVENT_WAIT)
		buf_addf(&w->log, "w%u ", ev->job);
	if (ev->kind == EVENT_FINISH) {
		buf_addf(&w->log, "%c%u ", "ofc"[ev->result], ev -> job);
		w->finished[ev->job]++;
	}
}

static void on_signal(void *ctx, short revents)
{
	(void)revents;
	signals_drain(((struct world *)ctx)->sig_fd);
}

/* As the script says, once with what it says to add. */
static int64_t overdue(struct world *w, const struct pool_look *look)
{
	w->looked[w->looks++ % 2] = *look;
	return w->looks == 1 ? w->scripts[look->job].more_ns : 0;
}

static struct world *world_of(const struct script *scripts, uint32_t n, struct pool_limits limits)
{
	struct world *w = mem_alloc(sizeof(*w));

	limits.grace_ns = 50 * NS_PER_MS;
	for (int c = 0; c < WORK_CLASSES; c++)
		limits.of_class[c] = 99;
	w->scripts = scripts;
	loop_init(&w->loop, clock_now_ns());
	w->sig_fd = signals_open(NULL);
	w->pool = pool_new(&w->loop, n, &limits, emit, w);
	loop_watch(&w->loop, w->sig_fd, POLLIN, on_signal, w);
	for (uint32_t i = 0; i < n; i++)
		pool_add(w->pool, i, 0, WORK_NETWORK);
	return w;
}

static struct world *world_most(const struct script *scripts, uint32_t n, unsigned workers,
				unsigned most)
{
	return world_of(scripts, n, (struct pool_limits){ .workers = workers, .most = most });
}

static struct world *world_finding(const struct script *scripts, uint32_t n, const char *proc)
{
	struct pool_limits limits = { .workers = 4,
				      .finds_level = true,
				      .ceiling = { 16, 16, 16 },
				      .proc = proc,
				      .cores = 2,
				      .most = 16 };

	return world_of(scripts, n, limits);
}

static struct world *world_new(const struct script *scripts, uint32_t n, unsigned workers)
{
	return world_most(scripts, n, workers, 0);
}

/* Answer all that the pool asks now. */
static void answer(struct world *w)
{
	struct pool_verdict v;
	struct pool_act act;

	while (pool_next(w->pool, &act))
		switch (act.kind) {
		case ACT_PREPARE:
			prepare(w, &act);
			break;
		case ACT_OVERDUE:
			pool_extend(w->pool, overdue(w, &act.look));
			break;
		case ACT_ENDED:
			v = verdict_of(w, &act.ended);
			pool_judge(w->pool, &v);
			break;
		}
}

static void turn(struct world *w)
{
	answer(w);
	if (!pool_is_over(w->pool))
		loop_turn(&w->loop, NS_PER_S);
}

static void run(struct world *w)
{
	while (!pool_is_over(w->pool))
		turn(w);
	ck_assert_uint_eq(pool_running(w->pool), 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	ck_assert_uint_eq(w->loop.n, 1);                  /* nor a watched pipe */
	ck_assert_uint_eq(w->loop.deadlines.n, 0);
}

static void world_free(struct world *w)
{
	pool_free(w->pool);
	loop_release(&w->loop);
	buf_release(&w->log);
	buf_release(&w->limits);
	for (int i = 0; i < MOST; i++)
		buf_release(&w->text[i]);
	free(w);
}

/* Each of these scripts says one word when its traps are set. */
static void until_ready(struct world *w, unsigned n)
{
	while (w->spoke < n)
		turn(w);
}

START_TEST(one_worker_is_a_serial_run)
{
	static const struct script s[] = { { .steps = { "true" } },
					   { .steps = { "exit 3" } },
					   { .steps = { "true", "true" } } };
	struct world *w = world_new(s, 3, 1);

	run(w);
	ck_assert_str_eq(buf_str(&w->log), "s0 a0.0.1 o0 s1 a1.0.1 f1 s2 a2.0.1 a2.1.1 o2 ");
	ck_assert_int_eq(WEXITSTATUS(w->status[1]), 3);
	world_free(w);
}
END_TEST

START_TEST(never_more_than_the_limit)
{
	struct script s[40];
	struct world *w;

	for (int i = 0; i < 40; i++)
		s[i] = (struct script){ .steps = { "exit 0" } };
	w = world_new(s, 40, 7);
	run(w);
	ck_assert_uint_eq(w->most_running, 7);
	for (int i = 0; i < 40; i++)
		ck_assert_uint_eq(w->finished[i], 1);
	world_free(w);
}
END_TEST

/* Scripts that run until they are ended, so many that slots are what counts. */
START_TEST(workers_come_and_go)
{
	static const unsigned steps[] = { 2, 5, 9, 3, 1, 4 };
	static const unsigned wanted[] = { 2, 5, 6, 6, 6, 6 };
	struct script s[20];
	struct world *w;

	for (int i = 0; i < 20; i++)
		s[i] = (struct script){ .steps = { "sleep 1000" } };
	w = world_most(s, 20, 2, 6);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		pool_set_workers(w->pool, steps[i]);
		answer(w);
		ck_assert_uint_eq(pool_running(w->pool), wanted[i]);
	}
	ck_assert_str_eq(buf_str(&w->limits), "5 6 3 1 4 ");
	ck_assert_uint_eq(pool_workers(w->pool), 4);
	pool_kill(w->pool);
	run(w);
	world_free(w);
}
END_TEST

static void tell_memory(const char *dir, unsigned left)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/meminfo", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "MemTotal: 1000 kB\nMemAvailable: %u kB\n", left);
	fclose(f);
	if (!left)
		unlink(path);
}

START_TEST(a_machine_short_of_memory_gets_less_to_do)
{
	char dir[] = "/tmp/hpn-pool.XXXXXX";
	struct script s[20];
	struct world *w;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	tell_memory(dir, 10);
	for (int i = 0; i < 20; i++)
		s[i] = (struct script){ .steps = { "sleep 1000" } };
	w = world_finding(s, 20, dir);
	answer(w);
	ck_assert_uint_eq(pool_running(w->pool), 4);
	for (int i = 0; i < 5; i++) {
		w->loop.now_ns += 5 * NS_PER_S;
		answer(w);
	}
	ck_assert_str_eq(buf_str(&w->limits), "3 2 1 ");
	tell_memory(dir, 0);
	rmdir(dir);
	pool_kill(w->pool);
	run(w);
	world_free(w);
}
END_TEST

START_TEST(stderr_is_whole_at_the_verdict)
{
	static const struct script s[] = {
		{ .steps = { "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done;"
			     "exit 1" } }
	};
	struct world *w = world_new(s, 1, 1);
	struct buf want = BUF_INIT;

	for (int i = 0; i < 3000; i++)
		buf_addf(&want, "line %d\n", i);
	run(w);
	ck_assert_str_eq(buf_str(&w->text[0]), buf_str(&want));
	buf_release(&want);
	world_free(w);
}
END_TEST

START_TEST(a_timeout_is_term_then_kill)
{
	static const struct script s[] = {
		{ .steps = { "sleep 1000" }, .timeout_ns = 30 * NS_PER_MS },
		{ .steps = { "trap '' TERM; sleep 1000 & while :; do wait; done" },
		  .timeout_ns = 30 * NS_PER_MS },
		{ .steps = { "trap 'exit 0' TERM; sleep 1000 & wait" },
		  .timeout_ns = 30 * NS_PER_MS },
		{ .steps = { "kill -STOP $$" }, .timeout_ns = 30 * NS_PER_MS },
	};
	struct world *w = world_new(s, 4, 4);

	run(w);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(w->cause[i], CAUSE_TIMED_OUT);
		ck_assert_uint_eq(w->finished[i], 1);
	}
	world_free(w);
}
END_TEST

START_TEST(the_deaf_are_killed_after_the_grace)
{
	static const struct script s[] = {
		{ .steps = { "trap '' TERM; echo up; while :; do sleep 1000; done" } }
	};
	struct world *w = world_new(s, 1, 1);

	until_ready(w, 1);
	pool_cancel(w->pool);
	run(w);
	ck_assert_int_eq(WTERMSIG(w->status[0]), SIGKILL);
	ck_assert_int_eq(w->cause[0], CAUSE_STOPPED);
	world_free(w);
}
END_TEST

START_TEST(a_held_pipe_holds_a_job_for_a_second)
{
	static const struct script s[] = { { .steps = { "sleep 1000 & echo said; exit 0" } } };
	struct world *w = world_new(s, 1, 1);
	int64_t begin = clock_now_ns();

	run(w);
	ck_assert_int_lt(clock_now_ns() - begin, 5 * NS_PER_S);
	ck_assert_int_eq(w->cause[0], CAUSE_EXITED);
	ck_assert_int_eq(w->status[0], 0);
	world_free(w);
}
END_TEST

START_TEST(a_closed_pipe_does_not_end_a_job)
{
	static const struct script s[] = { { .steps = { "exec >&- 2>&-; sleep 0.2; exit 4" } } };
	struct world *w = world_new(s, 1, 1);

	run(w);
	ck_assert_int_eq(WEXITSTATUS(w->status[0]), 4);
	world_free(w);
}
END_TEST

START_TEST(retries_come_back_and_end)
{
	static const struct script s[] = { { .steps = { "exit 1" }, .on_failure = POOL_RETRY },
					   { .steps = { "exit 0" } } };
	struct world *w = world_new(s, 2, 1);

	run(w);
	ck_assert_uint_eq(w->judged[0], 3);
	ck_assert(strncmp(buf_str(&w->log), "s0 a0.0.1 w0 ", 13) == 0);
	ck_assert(strstr(buf_str(&w->log), "a0.0.3 f0 ") != NULL);
	world_free(w);
}
END_TEST

START_TEST(what_cannot_run_fails_in_its_place)
{
	static const struct script s[] = { { .steps = { "refuse" } },
					   { .steps = { "missing" } },
					   { .steps = { "skip", "exit 0" } } };
	struct world *w = world_new(s, 3, 1);

	run(w);
	ck_assert_str_eq(buf_str(&w->log), "s0 f0 s1 f1 s2 a2.1.1 o2 ");
	ck_assert_str_eq(buf_str(&w->text[0]), "will not do");
	ck_assert_str_eq(buf_str(&w->text[1]),
			 "cannot start /nonexistent: No such file or directory");
	world_free(w);
}
END_TEST

START_TEST(cancel_ends_all_politely)
{
	struct script s[10];
	struct world *w;

	for (int i = 0; i < 10; i++)
		s[i] = (struct script){
			.steps = { "trap 'exit 0' TERM; echo up; sleep 1000 & wait" }
		};
	w = world_new(s, 10, 4);
	until_ready(w, 4);
	pool_cancel(w->pool);
	run(w);
	for (int i = 0; i < 10; i++) {
		ck_assert_uint_eq(w->finished[i], 1);
		ck_assert_uint_eq(w->judged[i], i < 4);
	}
	ck_assert(strstr(buf_str(&w->log), "o") == NULL);
	world_free(w);
}
END_TEST

START_TEST(kill_needs_no_consent)
{
	static const struct script s[] = {
		{ .steps = { "trap '' TERM INT; echo up; while :; do sleep 1000; done" } },
		{ .steps = { "exit 1" }, .on_failure = POOL_RETRY },
	};
	struct world *w = world_new(s, 2, 2);

	until_ready(w, 1);
	pool_cancel(w->pool);
	pool_kill(w->pool);
	run(w);
	ck_assert_int_eq(WTERMSIG(w->status[0]), SIGKILL);
	ck_assert_int_eq(w->cause[0], CAUSE_STOPPED);
	world_free(w);
}
END_TEST

START_TEST(finish_running_lets_them_end)
{
	static const struct script s[] = { { .steps = { "exit 0" } }, { .steps = { "exit 0" } } };
	struct world *w = world_new(s, 2, 1);

	answer(w);
	pool_finish_running(w->pool);
	run(w);
	ck_assert_str_eq(buf_str(&w->log), "s0 a0.0.1 c1 o0 ");
	world_free(w);
}
END_TEST

START_TEST(pause_stops_and_moves_deadlines)
{
	static const struct script s[] = { { .steps = { "echo x; sleep 1000" },
					     .timeout_ns = 3600 * NS_PER_S } };
	struct world *w = world_new(s, 1, 1);
	int64_t before;

	answer(w);
	before = deadlines_wait_ns(&w->loop.deadlines, 0);
	pool_pause(w->pool);
	pool_resume(w->pool, 7 * NS_PER_S);
	ck_assert_int_eq(deadlines_wait_ns(&w->loop.deadlines, 0), before + 7 * NS_PER_S);
	pool_kill(w->pool);
	run(w);
	world_free(w);
}
END_TEST

START_TEST(the_client_may_give_more_time)
{
	static const struct script s[] = { { .steps = { "sleep 1000" },
					     .timeout_ns = 20 * NS_PER_MS,
					     .more_ns = 30 * NS_PER_MS } };
	struct world *w = world_new(s, 1, 1);

	run(w);
	ck_assert_uint_eq(w->looks, 2);
	ck_assert_int_ge(w->looked[0].took_ns, 20 * NS_PER_MS);
	ck_assert_int_ge(w->looked[1].took_ns, 50 * NS_PER_MS);
	ck_assert_int_eq(w->looked[1].quiet_ns, w->looked[1].took_ns);
	ck_assert_int_eq(w->cause[0], CAUSE_TIMED_OUT);
	world_free(w);
}
END_TEST

START_TEST(output_ends_the_quiet_and_sleep_is_no_time)
{
	static const struct script s[] = { { .steps = { "sleep 0.02; echo up; exec sleep 1000" },
					     .timeout_ns = 300 * NS_PER_MS } };
	struct world *w = world_new(s, 1, 1);

	until_ready(w, 1);
	pool_resume(w->pool, 3600 * NS_PER_S);
	w->loop.now_ns += 3600 * NS_PER_S + 300 * NS_PER_MS;
	w->looks = 1;
	answer(w);
	ck_assert_uint_eq(w->looks, 2);
	ck_assert_int_lt(w->looked[1].took_ns, 600 * NS_PER_S);
	ck_assert_int_lt(w->looked[1].quiet_ns, w->looked[1].took_ns);
	pool_kill(w->pool);
	run(w);
	world_free(w);
}
END_TEST

START_TEST(what_is_made_of_an_end_comes_after_it)
{
	static const struct script s[] = {
		{ .steps = { "true", "true" }, .note = "Saved: x", .bytes = 7 }
	};
	struct world *w = world_new(s, 1, 1);

	run(w);
	ck_assert_str_eq(buf_str(&w->log), "s0 a0.0.1 e0 7 Saved: x a0.1.1 e0 7 Saved: x o0 ");
	world_free(w);
}
END_TEST

START_TEST(a_paused_pool_starts_nothing)
{
	static const struct script s[] = { { .steps = { "true" } } };
	struct world *w = world_new(s, 1, 1);

	pool_pause(w->pool);
	answer(w);
	ck_assert_uint_eq(pool_running(w->pool), 0);
	pool_resume(w->pool, 0);
	answer(w);
	ck_assert_uint_eq(pool_running(w->pool), 1);
	run(w);
	world_free(w);
}
END_TEST

UNIT_MAIN("pool", one_worker_is_a_serial_run, never_more_than_the_limit, workers_come_and_go,
	  a_machine_short_of_memory_gets_less_to_do, stderr_is_whole_at_the_verdict,
	  a_timeout_is_term_then_kill, the_deaf_are_killed_after_the_grace,
	  a_held_pipe_holds_a_job_for_a_second, a_closed_pipe_does_not_end_a_job,
	  retries_come_back_and_end, what_cannot_run_fails_in_its_place, cancel_ends_all_politely,
	  kill_needs_no_consent, finish_running_lets_them_end, pause_stops_and_moves_deadlines,
	  the_client_may_give_more_time, output_ends_the_quiet_and_sleep_is_no_time,
	  what_is_made_of_an_end_comes_after_it, a_paused_pool_starts_nothing)
