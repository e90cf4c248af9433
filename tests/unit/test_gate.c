/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/gate.h"

#include "base/event.h"
#include "unit.h"

static struct gate gate;

static int may_start(int64_t now_ns)
{
	return gate_opens_ns(&gate, true) <= now_ns;
}

static void starts(uint32_t job, int64_t now_ns)
{
	ck_assert_msg(may_start(now_ns), "job %u at %lld", job, (long long)now_ns);
	gate_start(&gate, job, true, now_ns);
}

START_TEST(without_rules_all_pass)
{
	gate_init(&gate, &(struct gate_rules){ 0 });
	for (uint32_t i = 0; i < 1000; i++) {
		starts(i, 5);
		gate_hear(&gate, i, REACH_NO, 5);
	}
	ck_assert_int_eq(gate.state, GATE_OPEN);
	gate_release(&gate);
}
END_TEST

START_TEST(never_more_in_any_span)
{
	gate_init(&gate, &(struct gate_rules){ .starts = 3, .per_ns = 100 });
	starts(0, 10);
	starts(1, 60);
	starts(2, 60);
	ck_assert_int_eq(gate_opens_ns(&gate, true), 110);
	ck_assert_int_le(gate_opens_ns(&gate, false), 60); /* what takes no token */
	starts(3, 110);
	ck_assert_int_eq(gate_opens_ns(&gate, true), 160);
	starts(4, 300);
	starts(5, 301);
	starts(6, 302);
	ck_assert_int_eq(gate_opens_ns(&gate, true), 400);
	gate_release(&gate);
}
END_TEST

START_TEST(a_refund_is_a_token)
{
	gate_init(&gate, &(struct gate_rules){ .starts = 2, .per_ns = 100 });
	for (int i = 0; i < 10; i++) {
		starts(0, i);
		gate_refund(&gate);
	}
	starts(1, 20);
	starts(2, 30);
	gate_refund(&gate);
	starts(3, 40);
	ck_assert_int_eq(gate_opens_ns(&gate, true), 120);
	gate_release(&gate);
}
END_TEST

static void break_gate(unsigned failures, int64_t now_ns)
{
	for (unsigned i = 0; i < failures; i++)
		gate_hear(&gate, i, REACH_NO, now_ns);
}

START_TEST(failures_in_a_row_open_the_breaker)
{
	gate_init(&gate, &(struct gate_rules){ .failures = 3, .cooldown_ns = 100 });
	break_gate(2, 0);
	gate_hear(&gate, 9, REACH_UNKNOWN, 0); /* says nothing either way */
	gate_hear(&gate, 9, REACH_NOT_YET, 0); /* nor this, before its last attempt */
	ck_assert_int_eq(gate.state, GATE_OPEN);
	gate_hear(&gate, 9, REACH_YES, 0);
	break_gate(2, 0);
	ck_assert_int_eq(gate.state, GATE_OPEN);
	break_gate(1, 7);
	ck_assert_int_eq(gate.state, GATE_BROKEN);
	ck_assert_int_eq(gate_opens_ns(&gate, true), 107);
	break_gate(50, 8); /* those that were under way */
	ck_assert_int_eq(gate_opens_ns(&gate, false), 107);
	gate_release(&gate);
}
END_TEST

START_TEST(one_probe_at_a_time)
{
	gate_init(&gate, &(struct gate_rules){ .failures = 1, .cooldown_ns = 100 });
	break_gate(1, 0);
	starts(5, 100);
	ck_assert_int_eq(gate.state, GATE_HALF_OPEN);
	ck_assert_int_eq(gate_opens_ns(&gate, true), GATE_NEVER);
	gate_hear(&gate, 6, REACH_NO, 110); /* it began before */
	ck_assert_int_eq(gate.state, GATE_HALF_OPEN);
	gate_hear(&gate, 5, REACH_UNKNOWN, 120);
	starts(7, 120);
	ck_assert_int_eq(gate_opens_ns(&gate, true), GATE_NEVER);
	gate_hear(&gate, 7, REACH_YES, 130);
	ck_assert_int_eq(gate.state, GATE_OPEN);
	starts(8, 130);
	starts(9, 130);
	gate_release(&gate);
}
END_TEST

/* The waits of the openings up to the one that is the last. */
static void wait_out(const int64_t *waits, size_t n)
{
	int64_t now_ns = 0;

	break_gate(1, now_ns);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(gate.state, GATE_BROKEN);
		ck_assert_int_eq(gate_opens_ns(&gate, true), now_ns + waits[i]);
		now_ns += waits[i];
		starts(1, now_ns);
		ck_assert_int_eq(gate_hear(&gate, 1, i % 2 ? REACH_NO : REACH_NOT_YET, now_ns),
				 i + 1 < n);
	}
	ck_assert_int_eq(gate.state, GATE_GIVEN_UP);
	ck_assert_int_eq(gate_opens_ns(&gate, true), GATE_NEVER);
}

START_TEST(it_gives_up_in_the_end)
{
	static const int64_t waits[] = { 10, 20, 40, 80, 160 };

	gate_init(&gate, &(struct gate_rules){ .failures = 1, .cooldown_ns = 10 });
	wait_out(waits, 2);
	gate_hear(&gate, 3, REACH_YES, 1000); /* a job that had begun before gets through */
	ck_assert_int_eq(gate.state, GATE_OPEN);
	wait_out(waits, 5);
	gate_release(&gate);
}
END_TEST

UNIT_MAIN("gate", without_rules_all_pass, never_more_in_any_span, a_refund_is_a_token,
	  failures_in_a_row_open_the_breaker, one_probe_at_a_time, it_gives_up_in_the_end)
