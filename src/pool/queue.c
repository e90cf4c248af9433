/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The high bits of a rank count bars, the low bits count jobs. */
#define RANK_BAR (UINT32_C(1) << 30)

void queue_init(struct queue *q, uint32_t jobs, const unsigned limit[WORK_CLASSES])
{
	*q = (struct queue){ .next = mem_array(jobs, sizeof(*q->next)),
			     .rank = mem_array(jobs, sizeof(*q->rank)) };
	memcpy(q->limit, limit, sizeof(q->limit));
	breaker_init(&q->engine, &(struct breaker_rules){ 0 });
}

void queue_release(struct queue *q)
{
	for (uint32_t i = 0; i < q->n_lanes; i++) {
		breaker_release(&q->lanes[i].breaker);
		free(q->lanes[i].why);
	}
	free(q->lanes);
	free(q->next);
	free(q->rank);
	*q = (struct queue){ 0 };
}

static struct lane *lane_of(struct queue *q, uint32_t lane)
{
	if (lane >= q->n_lanes)
		q->lanes = mem_grow(q->lanes, lane + 1, sizeof(*q->lanes));
	while (lane >= q->n_lanes) {
		struct lane *l = &q->lanes[q->n_lanes++];

		*l = (struct lane){ 0 };
		lane_throttle_init(&l->throttle);
		breaker_init(&l->breaker, &(struct breaker_rules){ 0 });
		for (int c = 0; c < WORK_CLASSES; c++)
			l->head[c] = l->tail[c] = NO_JOB;
	}
	return &q->lanes[lane];
}

void queue_set_rules(struct queue *q, uint32_t lane, const struct breaker_rules *rules)
{
	struct breaker *b = &lane_of(q, lane)->breaker;

	breaker_release(b);
	breaker_init(b, rules);
}

void queue_set_engine(struct queue *q, const struct breaker_rules *rules)
{
	breaker_init(&q->engine, rules);
	q->engine.reached = true;
}

static void put_last(struct queue *q, struct lane *l, enum work_class c, uint32_t job)
{
	q->next[job] = NO_JOB;
	if (l->head[c] == NO_JOB)
		l->head[c] = job;
	else
		q->next[l->tail[c]] = job;
	l->tail[c] = job;
}

void queue_prepend(struct queue *q, uint32_t lane, enum work_class c, uint32_t job)
{
	struct lane *l = lane_of(q, lane);

	q->next[job] = l->head[c];
	if (l->head[c] == NO_JOB)
		l->tail[c] = job;
	l->head[c] = job;
}

void queue_append(struct queue *q, uint32_t lane, enum work_class c, uint32_t job)
{
	q->rank[job] = q->next_rank++;
	put_last(q, lane_of(q, lane), c, job);
}

void queue_insert(struct queue *q, uint32_t lane, enum work_class c, uint32_t job)
{
	struct lane *l = lane_of(q, lane);
	uint32_t *at = &l->head[c];

	if (*at == NO_JOB || q->rank[l->tail[c]] < q->rank[job]) {
		put_last(q, l, c, job);
		return;
	}
	while (q->rank[*at] < q->rank[job])
		at = &q->next[*at];
	q->next[job] = *at;
	*at = job;
}

/* With a new place after the same bars. */
void queue_defer(struct queue *q, uint32_t lane, enum work_class c, uint32_t job)
{
	q->rank[job] = q->rank[job] / RANK_BAR * RANK_BAR + q->next_rank++ % RANK_BAR;
	queue_insert(q, lane, c, job);
}

void queue_bar(struct queue *q)
{
	q->next_rank += RANK_BAR;
}

static uint32_t shift(struct queue *q, struct lane *l, enum work_class c)
{
	uint32_t job = l->head[c];

	l->head[c] = q->next[job];
	return job;
}

/* Is the head of this lane a better choice than the best one found so far? */
static int better(const struct queue *q, const struct lane *l, uint32_t job,
		  const struct lane *best, uint32_t best_job)
{
	uint32_t bars, best_bars;

	if (job == NO_JOB || !best)
		return job != NO_JOB;
	bars = q->rank[job] / RANK_BAR;
	best_bars = q->rank[best_job] / RANK_BAR;
	if (bars != best_bars)
		return bars < best_bars;
	if (l->running != best->running)
		return l->running < best->running;
	return q->rank[job] < q->rank[best_job];
}

static unsigned limit_of(const struct lane *l)
{
	unsigned own = l->breaker.rules.workers;

	return own && own < l->throttle.limit ? own : l->throttle.limit;
}

/* A registry counts only what it sees, so only network work takes a token. */
static bool takes_token(enum work_class c)
{
	return c == WORK_NETWORK;
}

static int64_t later(int64_t a_ns, int64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

/* Leaves out the engine. */
static int64_t lane_opens_ns(const struct lane *l, enum work_class c)
{
	return later(breaker_passes_ns(&l->breaker, takes_token(c)), l->held_until_ns);
}

static int64_t opens_ns(const struct queue *q, const struct lane *l, enum work_class c)
{
	return later(breaker_passes_ns(&q->engine, false), lane_opens_ns(l, c));
}

static int is_open(const struct queue *q, const struct lane *l, enum work_class c, int64_t now_ns)
{
	return l->running < limit_of(l) && opens_ns(q, l, c) <= now_ns;
}

uint32_t queue_take(struct queue *q, int64_t now_ns, uint32_t *ret_lane, enum work_class *ret_class)
{
	struct lane *best = NULL;
	uint32_t job = NO_JOB;

	for (uint32_t i = 0; i < q->n_lanes; i++)
		for (int c = 0; c < WORK_CLASSES; c++) {
			struct lane *l = &q->lanes[i];

			if (q->running[c] >= q->limit[c] || !better(q, l, l->head[c], best, job) ||
			    !is_open(q, l, (enum work_class)c, now_ns))
				continue;
			best = l;
			job = l->head[c];
			*ret_lane = i;
			*ret_class = (enum work_class)c;
		}
	if (!best)
		return NO_JOB;
	shift(q, best, *ret_class);
	breaker_start(&best->breaker, job, takes_token(*ret_class), now_ns);
	breaker_start(&q->engine, job, false, now_ns);
	best->running++;
	q->running[*ret_class]++;
	return job;
}

int queue_has_ready(const struct queue *q, int64_t now_ns)
{
	for (uint32_t i = 0; i < q->n_lanes; i++)
		for (int c = 0; c < WORK_CLASSES; c++)
			if (q->lanes[i].head[c] != NO_JOB && q->running[c] < q->limit[c] &&
			    is_open(q, &q->lanes[i], (enum work_class)c, now_ns))
				return 1;
	return 0;
}

int64_t queue_held_until_ns(const struct queue *q, int64_t now_ns)
{
	int64_t soonest = -1;

	for (uint32_t i = 0; i < q->n_lanes; i++)
		for (int c = 0; c < WORK_CLASSES; c++) {
			const struct lane *l = &q->lanes[i];
			int64_t at_ns = opens_ns(q, l, (enum work_class)c);

			if (l->head[c] != NO_JOB && at_ns > now_ns && at_ns != BREAKER_NEVER &&
			    (soonest < 0 || at_ns < soonest))
				soonest = at_ns;
		}
	return soonest;
}

enum lane_state queue_lane_state(const struct queue *q, uint32_t lane, int64_t now_ns)
{
	static const enum lane_state of[] = {
		[BREAKER_OPEN] = LANE_BROKEN,
		[BREAKER_HALF_OPEN] = LANE_HALF_OPEN,
		[BREAKER_GIVEN_UP] = LANE_GIVEN_UP,
	};
	const struct lane *l = &q->lanes[lane];

	if (l->breaker.state != BREAKER_CLOSED)
		return of[l->breaker.state];
	if (l->held_until_ns > now_ns)
		return LANE_THROTTLED;
	return l->head[WORK_NETWORK] != NO_JOB && lane_opens_ns(l, WORK_NETWORK) > now_ns
		       ? LANE_HELD
		       : LANE_OPEN;
}

int64_t queue_lane_opens_ns(const struct queue *q, uint32_t lane)
{
	return lane_opens_ns(&q->lanes[lane], WORK_NETWORK);
}

unsigned queue_lane_limit(const struct queue *q, uint32_t lane)
{
	return limit_of(&q->lanes[lane]);
}

void queue_hold(struct queue *q, uint32_t lane, int64_t until_ns)
{
	struct lane *l = &q->lanes[lane];

	if (until_ns > l->held_until_ns)
		l->held_until_ns = until_ns;
}

void queue_refund(struct queue *q, uint32_t lane, enum work_class c)
{
	if (takes_token(c))
		breaker_refund(&q->lanes[lane].breaker);
}

/* Through an engine that does not answer, no registry is reached; but while the engine
 * is waited for, nothing is learnt of registries. */
bool queue_hear(struct queue *q, uint32_t lane, uint32_t job, enum reach reach, int64_t now_ns)
{
	struct breaker *b = &q->lanes[lane].breaker;
	enum reach engine = reach == REACH_UNKNOWN || reach == REACH_NO_ENGINE ? reach : REACH_YES;
	bool away;

	if (reach == REACH_NO_ENGINE)
		engine = reach = REACH_NO;
	if (!q->engine.rules.patience_ns)
		return breaker_hear(b, job, reach == REACH_ENGINE ? REACH_UNKNOWN : reach, now_ns);
	away = breaker_hear(&q->engine, job, engine, now_ns);
	if (engine == REACH_NO || reach == REACH_ENGINE)
		reach = REACH_UNKNOWN;
	return breaker_hear(b, job, reach, now_ns) || away;
}

int64_t queue_passes_ns(const struct queue *q, uint32_t lane)
{
	return later(breaker_passes_ns(&q->engine, false),
		     breaker_passes_ns(&q->lanes[lane].breaker, false));
}

void queue_give_back(struct queue *q, uint32_t lane, enum work_class c)
{
	q->lanes[lane].running--;
	q->running[c]--;
}

static uint32_t drop(struct queue *q, bool only_given_up)
{
	for (uint32_t i = 0; i < q->n_lanes; i++)
		for (int c = 0; c < WORK_CLASSES; c++)
			if (q->lanes[i].head[c] != NO_JOB &&
			    (!only_given_up || q->lanes[i].breaker.state == BREAKER_GIVEN_UP))
				return shift(q, &q->lanes[i], (enum work_class)c);
	return NO_JOB;
}

uint32_t queue_drop(struct queue *q)
{
	return drop(q, false);
}

uint32_t queue_drop_given_up(struct queue *q)
{
	return drop(q, true);
}
