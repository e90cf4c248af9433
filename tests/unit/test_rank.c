/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/rank.h"

#include "unit.h"

static void order_is(const struct rank_job *jobs, uint32_t n, const uint32_t *wanted)
{
	struct ranking r = rank_jobs(jobs, n);

	for (uint32_t i = 0; i < n; i++)
		ck_assert_uint_eq(r.job[i], wanted[i]);
	free(r.job);
}

START_TEST(nothing_known_is_the_list)
{
	static const struct rank_job jobs[4] = { { 0, 0 } };
	static const uint32_t wanted[] = { 0, 1, 2, 3 };

	order_is(jobs, 4, wanted);
}
END_TEST

START_TEST(the_longest_is_first)
{
	static const struct rank_job jobs[] = {
		{ 1, 0 }, { 1000, 0 }, { 30, 0 }, { INT64_MAX, 0 }, { 2, 0 }
	};
	static const uint32_t wanted[] = { 3, 1, 2, 4, 0 };

	order_is(jobs, 5, wanted);
}
END_TEST

START_TEST(about_the_same_stays)
{
	static const struct rank_job jobs[] = {
		{ 1024, 0 }, { 2047, 0 }, { 1500, 0 }, { 4096, 0 }
	};
	static const uint32_t wanted[] = { 3, 0, 1, 2 };

	order_is(jobs, 4, wanted);
}
END_TEST

START_TEST(the_unknown_are_in_the_middle)
{
	static const struct rank_job jobs[] = { { 0, 0 },    { 10, 0 }, { 100, 0 },
						{ 1000, 0 }, { 0, 0 },  { -1, 0 } };
	static const uint32_t wanted[] = { 3, 0, 2, 4, 5, 1 };

	order_is(jobs, 6, wanted);
}
END_TEST

START_TEST(priorities_win_over_length)
{
	static const struct rank_job jobs[] = { { 5000, -1 }, { 10, 0 }, { 5, 1 },
						{ 9000, 0 },  { 60, 1 }, { 1, -1 } };
	static const uint32_t wanted[] = { 4, 2, 3, 1, 0, 5 };
	struct ranking r = rank_jobs(jobs, 6);

	ck_assert_uint_eq(r.high_end, 2);
	ck_assert_uint_eq(r.low_begin, 4);
	free(r.job);
	order_is(jobs, 6, wanted);
}
END_TEST

UNIT_MAIN("rank", nothing_known_is_the_list, the_longest_is_first, about_the_same_stays,
	  the_unknown_are_in_the_middle, priorities_win_over_length)
