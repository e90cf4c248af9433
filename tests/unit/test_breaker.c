/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/breaker.h"

#include "base/event.h"
#include "unit.h"

static struct breaker breaker;

static int may_start(int64_t now_ns)
{
	return breaker_passes_ns(&breaker, true) <= now_ns;
}

static void starts(uint32_t job, int64_t now_ns)
{
	ck_assert_msg(may_start(now_ns), "job %u at %lld", job, (long long)now_ns);
	breaker_start(&breaker, job, true, now_ns);
}

START_TEST(without_rules_all_pass)
{
	breaker_init(&breaker, &(struct breaker_rules){ 0 });
	for (uint32_t i = 0; i < 1000; i++) {
		starts(i, 5);
		breaker_hear(&breaker, i, REACH_NO, 5);
	}
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	breaker_release(&breaker);
}
END_TEST

START_TEST(never_more_in_any_span)
{
	breaker_init(&breaker, &(struct breaker_rules){ .starts = 3, .per_ns = 100 });
	starts(0, 10);
	starts(1, 60);
	starts(2, 60);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 110);
	ck_assert_int_le(breaker_passes_ns(&breaker, false), 60); /* what takes no token */
	starts(3, 110);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 160);
	starts(4, 300);
	starts(5, 301);
	starts(6, 302);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 400);
	breaker_release(&breaker);
}
END_TEST

START_TEST(a_refund_is_a_token)
{
	breaker_init(&breaker, &(struct breaker_rules){ .starts = 2, .per_ns = 100 });
	for (int i = 0; i < 10; i++) {
		starts(0, i);
		breaker_refund(&breaker);
	}
	starts(1, 20);
	starts(2, 30);
	breaker_refund(&breaker);
	starts(3, 40);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 120);
	breaker_release(&breaker);
}
END_TEST

static void break_gate(unsigned failures, int64_t now_ns)
{
	for (unsigned i = 0; i < failures; i++)
		breaker_hear(&breaker, i, REACH_NO, now_ns);
}

START_TEST(failures_in_a_row_open_the_breaker)
{
	breaker_init(&breaker, &(struct breaker_rules){ .failures = 3, .cooldown_ns = 100 });
	break_gate(2, 0);
	breaker_hear(&breaker, 9, REACH_UNKNOWN, 0); /* says nothing either way */
	breaker_hear(&breaker, 9, REACH_NOT_YET, 0); /* nor this, before its last attempt */
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	breaker_hear(&breaker, 9, REACH_YES, 0);
	break_gate(2, 0);
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	break_gate(1, 7);
	ck_assert_int_eq(breaker.state, BREAKER_OPEN);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 107);
	break_gate(50, 8); /* those that were under way */
	ck_assert_int_eq(breaker_passes_ns(&breaker, false), 107);
	breaker_release(&breaker);
}
END_TEST

START_TEST(one_probe_at_a_time)
{
	breaker_init(&breaker, &(struct breaker_rules){ .failures = 1, .cooldown_ns = 100 });
	break_gate(1, 0);
	starts(5, 100);
	ck_assert_int_eq(breaker.state, BREAKER_HALF_OPEN);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), BREAKER_NEVER);
	breaker_hear(&breaker, 6, REACH_NO, 110); /* it began before */
	ck_assert_int_eq(breaker.state, BREAKER_HALF_OPEN);
	breaker_hear(&breaker, 5, REACH_UNKNOWN, 120);
	starts(7, 120);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), BREAKER_NEVER);
	breaker_hear(&breaker, 7, REACH_YES, 130);
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	starts(8, 130);
	starts(9, 130);
	breaker_release(&breaker);
}
END_TEST

/* The waits of the openings up to the one that is the last. */
static void wait_out(const int64_t *waits, size_t n)
{
	int64_t now_ns = 0;

	break_gate(1, now_ns);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(breaker.state, BREAKER_OPEN);
		ck_assert_int_eq(breaker_passes_ns(&breaker, true), now_ns + waits[i]);
		now_ns += waits[i];
		starts(1, now_ns);
		ck_assert_int_eq(
			breaker_hear(&breaker, 1, i % 2 ? REACH_NO : REACH_NOT_YET, now_ns),
			i + 1 < n);
	}
	ck_assert_int_eq(breaker.state, BREAKER_GIVEN_UP);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), BREAKER_NEVER);
}

START_TEST(it_gives_up_in_the_end)
{
	static const int64_t waits[] = { 10, 20, 40, 80, 160 };

	breaker_init(&breaker, &(struct breaker_rules){ .failures = 1, .cooldown_ns = 10 });
	wait_out(waits, 2);
	breaker_hear(&breaker, 3, REACH_YES, 1000); /* a job that had begun before gets through */
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	wait_out(waits, 5);
	breaker_release(&breaker);
}
END_TEST

/* It has answered: job 0 has got through. */
static void answered(int64_t patience_ns)
{
	breaker_init(&breaker, &(struct breaker_rules){ .failures = 8,
							.cooldown_ns = 2,
							.patience_ns = patience_ns });
	breaker_hear(&breaker, 0, REACH_YES, 0);
}

START_TEST(an_outage_costs_no_attempt)
{
	answered(30);
	starts(1, 90);
	starts(2, 90);
	starts(3, 90);
	ck_assert(breaker_hear(&breaker, 1, REACH_NOT_YET, 100)); /* at once */
	ck_assert_int_eq(breaker.state, BREAKER_OPEN);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 102);
	ck_assert(breaker_hear(&breaker, 2, REACH_NO, 101));
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 102);
	ck_assert(!breaker_hear(&breaker, 3, REACH_YES, 101)); /* from before the outage */
	ck_assert_int_eq(breaker.state, BREAKER_OPEN);
	starts(2, 102);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), BREAKER_NEVER);
	ck_assert(!breaker_hear(&breaker, 2, REACH_YES, 103));
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	ck_assert(!breaker.outage);
	ck_assert_uint_eq(breaker.outages, 1);
	ck_assert(breaker_hear(&breaker, 1, REACH_NO, 110)); /* the next one */
	ck_assert_uint_eq(breaker.outages, 2);
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 112);
	breaker_release(&breaker);
}
END_TEST

START_TEST(an_outage_ends_with_the_patience)
{
	static const int64_t waits[] = { 2, 4, 8, 8, 8 };
	int64_t now_ns = 100;

	answered(29);
	ck_assert(breaker_hear(&breaker, 1, REACH_NO, now_ns));
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(breaker_passes_ns(&breaker, true), now_ns + waits[i]);
		now_ns += waits[i];
		starts(1, now_ns);
		ck_assert(breaker_hear(&breaker, 1, REACH_NO, now_ns));
	}
	ck_assert_int_eq(breaker_passes_ns(&breaker, true), 129); /* the last probe */
	starts(1, 129);
	ck_assert(!breaker_hear(&breaker, 1, REACH_NO, 131));
	ck_assert_int_eq(breaker.state, BREAKER_GIVEN_UP);
	ck_assert(!breaker_hear(&breaker, 2, REACH_YES, 132));
	ck_assert_int_eq(breaker.state, BREAKER_GIVEN_UP);
	breaker_release(&breaker);
}
END_TEST

START_TEST(what_never_answered_is_not_waited_for)
{
	breaker_init(&breaker, &(struct breaker_rules){
				       .failures = 2, .cooldown_ns = 10, .patience_ns = 1000 });
	ck_assert(!breaker_hear(&breaker, 1, REACH_NO, 0));
	ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
	ck_assert(!breaker_hear(&breaker, 2, REACH_NO, 0));
	ck_assert_int_eq(breaker.state, BREAKER_OPEN);
	ck_assert(!breaker.outage);
	starts(3, 10);
	ck_assert(breaker_hear(&breaker, 3, REACH_NO, 10));
	starts(3, 30);
	ck_assert(!breaker_hear(&breaker, 3, REACH_NO, 30));
	ck_assert_int_eq(breaker.state, BREAKER_GIVEN_UP);
	breaker_release(&breaker);
}
END_TEST

UNIT_MAIN("breaker", without_rules_all_pass, never_more_in_any_span, a_refund_is_a_token,
	  failures_in_a_row_open_the_breaker, one_probe_at_a_time, it_gives_up_in_the_end,
	  an_outage_costs_no_attempt, an_outage_ends_with_the_patience,
	  what_never_answered_is_not_waited_for)
