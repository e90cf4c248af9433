/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/ask.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/pool.h"

#define GRACE_NS (500 * NS_PER_MS)

struct asking {
	const struct ask *q;
	struct pool *pool;
	struct buf *out; /* one for each question; freed as it is answered */
};

static enum work_class class_of(void *ctx, uint32_t job, unsigned step)
{
	(void)ctx, (void)job, (void)step;
	return WORK_CPU;
}

static enum pool_prepared prepare(void *ctx, uint32_t job, unsigned step, struct pool_task *task,
				  struct err *err)
{
	const struct ask *q = ((struct asking *)ctx)->q;

	(void)step, (void)err;
	q->command(q->ctx, job, &task->argv);
	if (!task->argv.n)
		return POOL_SKIP;
	task->path = task->argv.v[0];
	task->envp = q->envp;
	task->in_fd = q->in_fd;
	task->timeout_ns = q->timeout_ns;
	return POOL_RUN;
}

static int status_of(const struct pool_attempt *at)
{
	if (at->cause != CAUSE_EXITED || at->status == -1)
		return -1;
	return WIFEXITED(at->status) ? WEXITSTATUS(at->status) : 128 + WTERMSIG(at->status);
}

static struct pool_verdict judge(void *ctx, const struct pool_attempt *at)
{
	struct asking *a = ctx;

	if (at->cause != CAUSE_SKIPPED)
		a->q->answer(a->q->ctx, at->job, status_of(at), &a->out[at->job], at->text);
	buf_release(&a->out[at->job]);
	return (struct pool_verdict){ .next = POOL_DONE };
}

static void emit(void *ctx, const struct event *ev)
{
	struct asking *a = ctx;

	if (ev->kind == EVENT_OUTPUT && ev->stream == 0 && a->out[ev->job].len < ASK_MOST_BYTES)
		buf_add(&a->out[ev->job], ev->data, ev->len);
}

static void on_child(void *ctx)
{
	pool_reap(((struct asking *)ctx)->pool);
}

static void on_end(void *ctx, unsigned nth)
{
	(void)nth;
	pool_kill(((struct asking *)ctx)->pool);
}

static void turn(struct console *s, struct pool *pool)
{
	loop_turn(&s->loop, NS_PER_S);
	pool_reap(pool);
	deadlines_fire(&s->loop.deadlines, s->loop.now_ns);
}

static void ask_until_over(struct console *s, struct asking *a)
{
	s->ctx = a;
	s->on_child = on_child;
	s->on_end = on_end;
	for (uint32_t i = 0; i < a->q->n; i++)
		pool_add(a->pool, i, 0);
	for (pool_start(a->pool); !pool_is_over(a->pool); pool_start(a->pool))
		turn(s, a->pool);
	s->on_child = NULL;
	s->on_end = NULL;
}

void ask_all(struct console *s, const struct ask *q)
{
	struct asking a = { .q = q };
	struct pool_client client = { .ctx = &a,
				      .class_of = class_of,
				      .prepare = prepare,
				      .judge = judge,
				      .emit = emit,
				      .emit_ctx = &a };
	unsigned n = q->workers < q->n ? q->workers : (unsigned)q->n;
	struct pool_limits limits = { .workers = n, .of_class = { n, n, n }, .grace_ns = GRACE_NS };

	if (!q->n || (s->ended_by && !q->at_the_end))
		return;
	a.out = mem_array(q->n, sizeof(*a.out));
	a.pool = pool_new(&s->loop, q->n, &limits, &client);
	ask_until_over(s, &a);
	pool_free(a.pool);
	for (uint32_t i = 0; i < q->n; i++)
		buf_release(&a.out[i]);
	free(a.out);
}
