/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/ask.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/pool.h"

#define GRACE_NS (500 * NS_PER_MS)

struct asking {
	struct console *console;
	struct ask q;
	struct pool *pool;
	uint32_t open;   /* questions that were added and have not come to an end */
	struct buf *out; /* one for each question; freed as it is answered */
};

static void prepare(struct asking *a, uint32_t job)
{
	const struct ask *q = &a->q;
	struct pool_task task = { .envp = q->envp, .in_fd = q->in_fd, .timeout_ns = q->timeout_ns };

	q->command(q->ctx, job, &task.argv);
	if (!task.argv.n) {
		pool_skip(a->pool);
		return;
	}
	task.path = task.argv.v[0];
	pool_run(a->pool, &task);
}

static int status_of(const struct pool_attempt *at)
{
	if (at->cause != CAUSE_EXITED || at->status == -1)
		return -1;
	return WIFEXITED(at->status) ? WEXITSTATUS(at->status) : 128 + WTERMSIG(at->status);
}

static void judge(struct asking *a, const struct pool_attempt *at)
{
	struct pool_verdict done = { .next = POOL_DONE };

	if (a->q.ended)
		a->q.ended(a->q.ctx, at, &a->out[at->job]);
	else if (at->cause != CAUSE_SKIPPED)
		a->q.answer(a->q.ctx, at->job, status_of(at), &a->out[at->job], at->text);
	buf_release(&a->out[at->job]);
	pool_judge(a->pool, &done);
}

static void emit(void *ctx, const struct event *ev)
{
	struct asking *a = ctx;

	if (ev->kind == EVENT_OUTPUT && ev->stream == 0 && a->out[ev->job].len < ASK_MOST_BYTES)
		buf_add(&a->out[ev->job], ev->data, ev->len);
	if (ev->kind == EVENT_FINISH)
		a->open--;
}

static void on_end(void *ctx, unsigned nth)
{
	(void)nth;
	pool_kill(((struct asking *)ctx)->pool);
}

static void act_all(struct asking *a)
{
	struct pool_act act;

	while (pool_next(a->pool, &act))
		switch (act.kind) {
		case ACT_PREPARE:
			prepare(a, act.job);
			break;
		case ACT_OVERDUE:
			pool_extend(a->pool, 0);
			break;
		case ACT_ENDED:
			judge(a, &act.ended);
			break;
		}
}

struct asking *ask_open(struct console *s, const struct ask *q)
{
	unsigned n = q->workers < q->n ? q->workers : (unsigned)q->n;
	struct pool_limits limits = {
		.workers = n, .of_class = { n, n, n }, .grace_ns = GRACE_NS, .guard = &s->guard
	};
	struct asking *a = mem_alloc(sizeof(*a));

	a->console = s;
	a->q = *q;
	a->out = mem_array(q->n, sizeof(*a->out));
	a->pool = pool_new(&s->loop, q->n, &limits, emit, a);
	s->ctx = a;
	s->on_end = on_end;
	return a;
}

void ask_add(struct asking *a, uint32_t i)
{
	a->open++;
	pool_add(a->pool, i, 0, WORK_CPU);
}

bool ask_turn(struct asking *a)
{
	act_all(a);
	if (a->open)
		loop_turn(&a->console->loop, NS_PER_S);
	act_all(a);
	return a->open > 0;
}

void ask_close(struct asking *a)
{
	pool_kill(a->pool);
	while (ask_turn(a))
		;
	a->console->on_end = NULL;
	pool_free(a->pool);
	for (uint32_t i = 0; i < a->q.n; i++)
		buf_release(&a->out[i]);
	free(a->out);
	free(a);
}

void ask_all(struct console *s, const struct ask *q)
{
	struct asking *a;

	if (!q->n || (s->ended_by && !q->at_the_end))
		return;
	a = ask_open(s, q);
	for (uint32_t i = 0; i < q->n; i++)
		ask_add(a, i);
	while (ask_turn(a))
		;
	ask_close(a);
}
