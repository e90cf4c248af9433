/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/deadline.h"

#include <string.h>

#include "unit.h"

#define MANY 500

START_TEST(soonest_first)
{
	struct deadlines all = { 0 };
	struct deadline d[3] = { 0 };

	deadline_set(&all, &d[0], 30);
	deadline_set(&all, &d[1], 10);
	deadline_set(&all, &d[2], 20);
	ck_assert_int_eq(deadlines_wait_ns(&all, 4), 6);
	ck_assert_int_eq(deadlines_wait_ns(&all, 40), 0);
	ck_assert_ptr_null(deadlines_due(&all, 9));
	ck_assert_ptr_eq(deadlines_due(&all, 25), &d[1]);
	ck_assert_ptr_eq(deadlines_due(&all, 25), &d[2]);
	ck_assert_ptr_null(deadlines_due(&all, 25));
	ck_assert(deadline_is_set(&d[0]));
	deadline_clear(&all, &d[0]);
	deadline_clear(&all, &d[0]);
	ck_assert_int_eq(deadlines_wait_ns(&all, 0), -1);
	deadlines_release(&all);
}
END_TEST

START_TEST(set_again_moves)
{
	struct deadlines all = { 0 };
	struct deadline d[2] = { 0 };

	deadline_set(&all, &d[0], 10);
	deadline_set(&all, &d[1], 20);
	deadline_set(&all, &d[0], 30);
	ck_assert_uint_eq(all.n, 2);
	ck_assert_ptr_eq(deadlines_due(&all, 100), &d[1]);
	ck_assert_ptr_eq(deadlines_due(&all, 100), &d[0]);
	deadlines_release(&all);
}
END_TEST

START_TEST(shift_puts_off_all)
{
	struct deadlines all = { 0 };
	struct deadline d[2] = { 0 };

	deadline_set(&all, &d[0], 10);
	deadline_set(&all, &d[1], 20);
	deadlines_shift(&all, 100);
	ck_assert_ptr_null(deadlines_due(&all, 109));
	ck_assert_ptr_eq(deadlines_due(&all, 110), &d[0]);
	deadlines_shift(&all, 1);
	ck_assert_int_eq(all.shifted_ns, 101);
	deadlines_release(&all);
	ck_assert(!deadline_is_set(&d[1]));
}
END_TEST

static void count_up(void *owner, struct deadline *d)
{
	(void)d;
	++*(int *)owner;
}

START_TEST(fire_calls_the_due_ones)
{
	struct deadlines all = { 0 };
	int calls = 0;
	struct deadline a = { .due = count_up, .owner = &calls };
	struct deadline b = { .due = count_up, .owner = &calls };

	deadline_set(&all, &a, 1);
	deadline_set(&all, &b, 3);
	deadlines_fire(&all, 2);
	ck_assert_int_eq(calls, 1);
	deadlines_fire(&all, 3);
	ck_assert_int_eq(calls, 2);
	deadlines_release(&all);
}
END_TEST

/* Random sets, moves and clears against a plain array. */
START_TEST(same_as_an_array)
{
	struct deadlines all = { 0 };
	struct deadline d[MANY];
	unsigned seed = 1;

	memset(d, 0, sizeof(d));
	for (int round = 0; round < 20000; round++) {
		struct deadline *one = &d[(seed = seed * 1103515245 + 12345) / 65536 % MANY];
		int64_t at = (seed = seed * 1103515245 + 12345) / 65536 % 1000;
		int64_t least = -1;

		if (at % 4 == 0)
			deadline_clear(&all, one);
		else
			deadline_set(&all, one, at);
		for (int i = 0; i < MANY; i++)
			if (deadline_is_set(&d[i]) && (least < 0 || d[i].at_ns < least))
				least = d[i].at_ns;
		ck_assert_int_eq(deadlines_wait_ns(&all, 0), least);
	}
	deadlines_release(&all);
}
END_TEST

UNIT_MAIN("deadline", soonest_first, set_again_moves, shift_puts_off_all, fire_calls_the_due_ones,
	  same_as_an_array)
