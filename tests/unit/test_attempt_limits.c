/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/attempt_limits.h"

#include "base/clock.h"
#include "unit.h"

#define S NS_PER_S

static struct attempt_limits p;
static bool slow;

static void begin(int64_t timeout_ns, unsigned percent, int64_t stall_ns)
{
	struct attempt_rules limits = { timeout_ns, percent, stall_ns };

	attempt_limits_init(&p, &limits, 2);
}

static int64_t look(int64_t took_ns, int64_t quiet_ns, int64_t bytes, int64_t usual_ns)
{
	struct pool_look at = { .job = 1, .attempt = 1, .took_ns = took_ns, .quiet_ns = quiet_ns };

	return attempt_limits_look(&p, 0, &at, bytes, usual_ns, &slow);
}

static void why_is(const char *wanted)
{
	struct buf b = BUF_INIT;

	attempt_limits_why(&p, 1, &b);
	ck_assert_str_eq(buf_str(&b), wanted);
	buf_release(&b);
	attempt_limits_release(&p);
}

START_TEST(a_fixed_limit)
{
	begin(30 * S, 0, 0);
	ck_assert_int_eq(attempt_limits_begin(&p, 1), S);
	ck_assert_int_eq(look(S, 0, -1, 0), S);
	ck_assert_int_eq(look(29 * S + S / 2, 0, -1, 0), S / 2);
	ck_assert_int_eq(look(30 * S, 0, -1, 0), 0);
	why_is("timed out after 30 s");
	begin(S / 10, 0, 0);
	ck_assert_int_eq(attempt_limits_begin(&p, 1), S / 10);
	attempt_limits_release(&p);
}
END_TEST

START_TEST(a_share_holds_after_a_few)
{
	begin(1800 * S, 200, 0);
	attempt_limits_did(&p, 0, 2 * S);
	attempt_limits_did(&p, 0, 9 * S);
	ck_assert_int_eq(look(100 * S, 0, -1, 0), S);
	attempt_limits_did(&p, 0, 3 * S);
	ck_assert_int_eq(attempt_limits_median_ns(&p, 0), 3 * S);
	ck_assert_int_gt(look(6 * S - S / 2, 0, -1, 0), 0);
	ck_assert_int_eq(look(6 * S + 1, 0, -1, 0), 0);
	ck_assert_int_eq(look(1800 * S, 0, -1, 0), 0);
	why_is("timed out after 6 s");
}
END_TEST

START_TEST(too_few_have_the_default)
{
	begin(1800 * S, 200, 0);
	ck_assert_int_eq(look(1800 * S, 0, -1, 0), 0);
	why_is("timed out after 1800 s");
}
END_TEST

START_TEST(kinds_have_medians_of_their_own)
{
	begin(1800 * S, 0, 0);
	for (int i = 0; i < 3; i++)
		attempt_limits_did(&p, 1, 5 * S);
	ck_assert_int_eq(attempt_limits_median_ns(&p, 0), 0);
	ck_assert_int_eq(attempt_limits_median_ns(&p, 1), 5 * S);
	for (unsigned i = 0; i < 2 * ATTEMPT_SAMPLE; i++)
		attempt_limits_did(&p, 1, 7 * S);
	ck_assert_int_eq(attempt_limits_median_ns(&p, 1), 7 * S);
	attempt_limits_release(&p);
}
END_TEST

START_TEST(silence_is_a_stall)
{
	begin(1800 * S, 0, 60 * S);
	attempt_limits_begin(&p, 1);
	ck_assert_int_eq(look(100 * S, 59 * S + S / 4, -1, 0), 3 * S / 4);
	ck_assert_int_eq(look(200 * S, 60 * S, -1, 0), 0);
	why_is("stalled: nothing for 60 s");
}
END_TEST

START_TEST(a_file_that_grows_is_no_silence)
{
	begin(1800 * S, 0, 60 * S);
	attempt_limits_begin(&p, 1);
	ck_assert_int_eq(look(59 * S, 59 * S, 1000, 0), S);
	ck_assert_int_eq(look(118 * S, 118 * S, 1000, 0), S);
	ck_assert_int_eq(look(118 * S + 1, 118 * S + 1, 1001, 0), S);
	ck_assert_int_gt(look(177 * S, 177 * S, 1001, 0), 0);
	ck_assert_int_eq(look(179 * S, 179 * S, 1001, 0), 0);
	why_is("stalled: nothing for 60 s");
}
END_TEST

START_TEST(another_attempt_begins_anew)
{
	begin(1800 * S, 0, 60 * S);
	attempt_limits_begin(&p, 1);
	look(100 * S, 10 * S, 1000, 0);
	attempt_limits_begin(&p, 1);
	ck_assert_int_gt(look(5 * S, 5 * S, -1, 0), 0);
	ck_assert_int_eq(look(60 * S, 60 * S, -1, 0), 0);
	why_is("stalled: nothing for 60 s");
}
END_TEST

START_TEST(slow_is_said_once)
{
	begin(1800 * S, 0, 0);
	for (int i = 0; i < 3; i++)
		attempt_limits_did(&p, 0, 4 * S);
	attempt_limits_begin(&p, 1);
	look(11 * S, 0, -1, 0);
	ck_assert(!slow);
	look(12 * S, 0, -1, 0);
	ck_assert(slow);
	look(60 * S, 0, -1, 0);
	ck_assert(!slow);
	attempt_limits_begin(&p, 1);
	look(60 * S, 0, -1, 0);
	ck_assert(!slow);
	attempt_limits_release(&p);
}
END_TEST

START_TEST(what_was_always_long_is_not_slow)
{
	begin(1800 * S, 0, 0);
	for (int i = 0; i < 3; i++)
		attempt_limits_did(&p, 0, S);
	look(9 * S, 0, -1, 0); /* short, whatever the others took */
	ck_assert(!slow);
	look(250 * S, 0, -1, 100 * S);
	ck_assert(!slow);
	look(300 * S, 0, -1, 100 * S);
	ck_assert(slow);
	attempt_limits_release(&p);
}
END_TEST

UNIT_MAIN("patience", a_fixed_limit, a_share_holds_after_a_few, too_few_have_the_default,
	  kinds_have_medians_of_their_own, silence_is_a_stall, a_file_that_grows_is_no_silence,
	  another_attempt_begins_anew, slow_is_said_once, what_was_always_long_is_not_slow)
