/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/lane_throttle.h"

#include <limits.h>

#define FIRST_PATIENCE 32 /* successes for each job that runs */
#define LONGEST_PATIENCE 1024
#define BURST 5 /* so many faults among the last BURST_OF ends halve the limit */
#define BURST_OF 10

void lane_throttle_init(struct lane_throttle *t)
{
	*t = (struct lane_throttle){ .limit = UINT_MAX,
				     .refused = UINT_MAX,
				     .patience = FIRST_PATIENCE };
}

static bool is_stale(const struct lane_throttle *t, const struct throttle_end *e)
{
	return t->limit != UINT_MAX && e->started_ns < t->moved_ns;
}

static bool move_to(struct lane_throttle *t, unsigned limit, int64_t now_ns)
{
	bool moved = limit != t->limit;

	t->limit = limit;
	t->successes = 0;
	t->faults = 0;
	t->moved_ns = now_ns;
	return moved;
}

static bool halve(struct lane_throttle *t, const struct throttle_end *e)
{
	return move_to(t, e->running > 1 ? e->running / 2 : 1, e->now_ns);
}

/* A whole round went well with what had been too many: so it is not now. */
static void forgive(struct lane_throttle *t)
{
	t->refused = t->limit + 1;
	t->patience = t->patience > 4 ? t->patience / 4 : 1;
}

bool lane_throttle_done(struct lane_throttle *t, const struct throttle_end *e)
{
	unsigned enough = t->limit;

	t->faults = (uint16_t)(t->faults << 1);
	if (t->limit == UINT_MAX || is_stale(t, e))
		return false;
	t->successes++;
	if (t->limit >= t->refused && t->successes >= t->limit)
		forgive(t);
	if (t->limit + 1 >= t->refused)
		enough *= t->patience;
	return t->successes >= enough && move_to(t, t->limit + 1, e->now_ns);
}

bool lane_throttle_refused(struct lane_throttle *t, const struct throttle_end *e)
{
	if (is_stale(t, e))
		return false;
	if (t->refused != UINT_MAX && t->patience < LONGEST_PATIENCE)
		t->patience *= 2;
	if (t->patience < FIRST_PATIENCE)
		t->patience = FIRST_PATIENCE;
	t->refused = e->running;
	return halve(t, e);
}

bool lane_throttle_fault(struct lane_throttle *t, const struct throttle_end *e)
{
	unsigned n = 0;

	t->faults = (uint16_t)(t->faults << 1 | 1);
	for (unsigned i = 0; i < BURST_OF; i++)
		n += t->faults >> i & 1;
	return n >= BURST && !is_stale(t, e) && halve(t, e);
}
