/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/breaker.h"

#include <stdlib.h>

#include "base/event.h"
#include "base/mem.h"

#define OPENINGS_AT_FIRST 3u
#define OPENINGS_LATER 6u
#define MOST_DOUBLINGS 2u /* in an outage: who has come back is not kept waiting */

void breaker_init(struct breaker *b, const struct breaker_rules *rules)
{
	*b = (struct breaker){ .rules = *rules, .probe = NO_JOB };
	if (rules->starts)
		b->back_ns = mem_array(rules->starts, sizeof(*b->back_ns));
}

void breaker_release(struct breaker *b)
{
	free(b->back_ns);
	b->back_ns = NULL;
}

int64_t breaker_passes_ns(const struct breaker *b, bool token)
{
	int64_t at_ns = 0;

	if (b->state == BREAKER_GIVEN_UP || (b->state == BREAKER_HALF_OPEN && b->probe != NO_JOB))
		return BREAKER_NEVER;
	if (b->state == BREAKER_OPEN)
		at_ns = b->until_ns;
	if (token && b->rules.starts && b->back_ns[b->oldest] > at_ns)
		at_ns = b->back_ns[b->oldest];
	return at_ns;
}

void breaker_start(struct breaker *b, uint32_t job, bool token, int64_t now_ns)
{
	if (token && b->rules.starts) {
		b->back_ns[b->oldest] = now_ns + b->rules.per_ns;
		b->oldest = (b->oldest + 1) % b->rules.starts;
	}
	if (b->state == BREAKER_CLOSED)
		return;
	b->state = BREAKER_HALF_OPEN;
	b->probe = job;
}

void breaker_refund(struct breaker *b)
{
	if (!b->rules.starts)
		return;
	b->oldest = (b->oldest + b->rules.starts - 1) % b->rules.starts;
	b->back_ns[b->oldest] = 0;
}

static void break_off(struct breaker *b, int64_t now_ns)
{
	unsigned most = b->reached ? OPENINGS_LATER : OPENINGS_AT_FIRST;

	b->until_ns = now_ns + (b->rules.cooldown_ns << b->openings);
	b->openings++;
	b->state = b->openings < most ? BREAKER_OPEN : BREAKER_GIVEN_UP;
}

static bool is_open(const struct breaker *b)
{
	return b->state == BREAKER_OPEN || b->state == BREAKER_HALF_OPEN;
}

/* An outage begins, or its probe did not get through. */
static void wait_on(struct breaker *b, int64_t now_ns)
{
	unsigned doublings = b->openings < MOST_DOUBLINGS ? b->openings : MOST_DOUBLINGS;
	int64_t end_ns;

	if (!b->outage) {
		b->outage = true;
		b->outages++;
		b->since_ns = now_ns;
	}
	end_ns = b->since_ns + b->rules.patience_ns;
	b->openings++;
	b->until_ns = now_ns + (b->rules.cooldown_ns << doublings);
	if (b->until_ns > end_ns)
		b->until_ns = end_ns;
	b->state = now_ns < end_ns ? BREAKER_OPEN : BREAKER_GIVEN_UP;
}

/* Nothing is reached that has answered before. */
static bool hear_outage(struct breaker *b, bool probe, int64_t now_ns)
{
	if (b->state == BREAKER_CLOSED) {
		b->failures = b->openings = 0;
		wait_on(b, now_ns);
	} else if (probe) {
		wait_on(b, now_ns);
	}
	return is_open(b);
}

/* While the breaker is not closed, only the failure of the probe counts: the other
 * jobs began before it opened. */
bool breaker_hear(struct breaker *b, uint32_t job, enum reach reach, int64_t now_ns)
{
	bool probe = b->probe == job;

	if (probe)
		b->probe = NO_JOB;
	if (reach == REACH_YES && b->outage && !probe)
		return false;
	if (reach == REACH_YES) {
		b->reached = true;
		b->outage = false;
		b->failures = 0;
		b->openings = 0;
		b->state = BREAKER_CLOSED;
		b->probe = NO_JOB;
	} else if (reach != REACH_UNKNOWN && b->reached && b->rules.patience_ns &&
		   (b->outage || b->state == BREAKER_CLOSED)) {
		return hear_outage(b, probe, now_ns);
	} else if (reach == REACH_NO && b->state == BREAKER_CLOSED) {
		if (!b->rules.failures || ++b->failures < b->rules.failures)
			return false;
		b->failures = 0;
		break_off(b, now_ns);
	} else if (reach != REACH_UNKNOWN && probe) {
		break_off(b, now_ns);
		return b->state == BREAKER_OPEN;
	}
	return false;
}
