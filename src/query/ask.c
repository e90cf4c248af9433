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

static void prepare(struct asking *a, uint32_t job)
{
	const struct ask *q = a->q;
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

	if (at->cause != CAUSE_SKIPPED)
		a->q->answer(a->q->ctx, at->job, status_of(at), &a->out[at->job], at->text);
	buf_release(&a->out[at->job]);
	pool_judge(a->pool, &done);
}

static void emit(void *ctx, const struct event *ev)
{
	struct asking *a = ctx;

	if (ev->kind == EVENT_OUTPUT && ev->stream == 0 && a->out[ev->job].len < ASK_MOST_BYTES)
		buf_add(&a->out[ev->job], ev->data, ev->len);
}

static void on_end(void *ctx, unsigned nth)
{
	(void)nth;
	pool_kill(((struct asking *)ctx)->pool);
}

static void act_on(struct asking *a, const struct pool_act *act)
{
	switch (act->kind) {
	case ACT_PREPARE:
		prepare(a, act->job);
		break;
	case ACT_OVERDUE:
		pool_extend(a->pool, 0);
		break;
	case ACT_ENDED:
		judge(a, &act->ended);
		break;
	}
}

static void ask_until_over(struct console *s, struct asking *a)
{
	struct pool_act act;

	s->ctx = a;
	s->on_end = on_end;
	for (uint32_t i = 0; i < a->q->n; i++)
		pool_add(a->pool, i, 0, WORK_CPU);
	for (;;) {
		while (pool_next(a->pool, &act))
			act_on(a, &act);
		if (pool_is_over(a->pool))
			break;
		loop_turn(&s->loop, NS_PER_S);
	}
	s->on_end = NULL;
}

void ask_all(struct console *s, const struct ask *q)
{
	struct asking a = { .q = q };
	unsigned n = q->workers < q->n ? q->workers : (unsigned)q->n;
	struct pool_limits limits = { .workers = n, .of_class = { n, n, n }, .grace_ns = GRACE_NS };

	if (!q->n || (s->ended_by && !q->at_the_end))
		return;
	a.out = mem_array(q->n, sizeof(*a.out));
	a.pool = pool_new(&s->loop, q->n, &limits, emit, &a);
	ask_until_over(s, &a);
	pool_free(a.pool);
	for (uint32_t i = 0; i < q->n; i++)
		buf_release(&a.out[i]);
	free(a.out);
}
