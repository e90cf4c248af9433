/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/gate.h"

#include <stdlib.h>

#include "base/event.h"
#include "base/mem.h"

#define OPENINGS_AT_FIRST 3u
#define OPENINGS_LATER 6u

void gate_init(struct gate *g, const struct gate_rules *rules)
{
	*g = (struct gate){ .rules = *rules, .probe = NO_JOB };
	if (rules->starts)
		g->back_ns = mem_array(rules->starts, sizeof(*g->back_ns));
}

void gate_release(struct gate *g)
{
	free(g->back_ns);
	g->back_ns = NULL;
}

int64_t gate_opens_ns(const struct gate *g, bool token)
{
	int64_t at_ns = 0;

	if (g->state == GATE_GIVEN_UP || (g->state == GATE_HALF_OPEN && g->probe != NO_JOB))
		return GATE_NEVER;
	if (g->state == GATE_BROKEN)
		at_ns = g->until_ns;
	if (token && g->rules.starts && g->back_ns[g->oldest] > at_ns)
		at_ns = g->back_ns[g->oldest];
	return at_ns;
}

void gate_start(struct gate *g, uint32_t job, bool token, int64_t now_ns)
{
	if (token && g->rules.starts) {
		g->back_ns[g->oldest] = now_ns + g->rules.per_ns;
		g->oldest = (g->oldest + 1) % g->rules.starts;
	}
	if (g->state == GATE_OPEN)
		return;
	g->state = GATE_HALF_OPEN;
	g->probe = job;
}

void gate_refund(struct gate *g)
{
	if (!g->rules.starts)
		return;
	g->oldest = (g->oldest + g->rules.starts - 1) % g->rules.starts;
	g->back_ns[g->oldest] = 0;
}

static void break_off(struct gate *g, int64_t now_ns)
{
	unsigned most = g->reached ? OPENINGS_LATER : OPENINGS_AT_FIRST;

	g->until_ns = now_ns + (g->rules.cooldown_ns << g->openings);
	g->openings++;
	g->state = g->openings < most ? GATE_BROKEN : GATE_GIVEN_UP;
}

/* While it is not open only the probe's failure counts: the others began when
 * it was. */
bool gate_hear(struct gate *g, uint32_t job, enum reach reach, int64_t now_ns)
{
	bool probe = g->probe == job;

	if (probe)
		g->probe = NO_JOB;
	if (reach == REACH_YES) {
		g->reached = true;
		g->failures = 0;
		g->openings = 0;
		g->state = GATE_OPEN;
		g->probe = NO_JOB;
	} else if (reach == REACH_NO && g->state == GATE_OPEN) {
		if (!g->rules.failures || ++g->failures < g->rules.failures)
			return false;
		g->failures = 0;
		break_off(g, now_ns);
	} else if (reach != REACH_UNKNOWN && probe) {
		break_off(g, now_ns);
		return g->state == GATE_BROKEN;
	}
	return false;
}
