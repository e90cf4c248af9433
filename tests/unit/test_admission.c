/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/admission.h"

#include "unit.h"

#define GIB (INT64_C(1) << 30)

START_TEST(what_fits_is_taken_in_order)
{
	struct room target = { .bytes = 10 * GIB, .dev = 1 };
	struct need big = { 6 * GIB, 0, 0 }, small = { 4 * GIB, 0, 0 }, none = { -1, 0, 0 };

	ck_assert(room_take(&target, NULL, &big));
	ck_assert(!room_take(&target, NULL, &big));
	ck_assert(room_take(&target, NULL, &small));
	ck_assert(room_take(&target, NULL, &none));
	ck_assert_int_eq(target.bytes, 0);
	ck_assert(!room_take(&target, NULL, &small));
}
END_TEST

START_TEST(an_archive_that_is_replaced_gives_its_room_afterwards)
{
	struct room target = { .bytes = 5 * GIB, .dev = 1 };
	struct need again = { 5 * GIB, 5 * GIB, 0 };

	ck_assert(room_take(&target, NULL, &again));
	ck_assert_int_eq(target.bytes, 5 * GIB);
	target.bytes = 4 * GIB;
	ck_assert(!room_take(&target, NULL, &again));
}
END_TEST

START_TEST(the_engine_needs_room_too)
{
	struct room target = { .bytes = 10 * GIB, .dev = 1 };
	struct room here = { .bytes = 10 * GIB, .dev = 1 }, there = { .bytes = 3 * GIB, .dev = 2 };
	struct need n = { 6 * GIB, 0, 6 * GIB };

	ck_assert(!room_take(&target, &here, &n));
	ck_assert(!room_take(&target, &there, &n));
	there.bytes = 6 * GIB;
	ck_assert(room_take(&target, &there, &n));
	there.bytes = -1;
	target.bytes = 10 * GIB;
	ck_assert(room_take(&target, &there, &n));
}
END_TEST

START_TEST(no_more_at_once_than_the_largest_of_them_fit)
{
	struct need n[] = { { 1, 0, 1 }, { 5, 0, 5 }, { 3, 0, 3 }, { -1, 0, 9 } };

	ck_assert_uint_eq(room_at_once(n, 4, 9, 8), 8);
	ck_assert_uint_eq(room_at_once(n, 4, 8, 8), 2);
	ck_assert_uint_eq(room_at_once(n, 4, 5, 8), 1);
	ck_assert_uint_eq(room_at_once(n, 4, 0, 8), 1);
	ck_assert_uint_eq(room_at_once(n, 4, 100, 2), 2);
	ck_assert_uint_eq(room_at_once(n, 0, 0, 3), 3);
}
END_TEST

UNIT_MAIN("space", what_fits_is_taken_in_order,
	  an_archive_that_is_replaced_gives_its_room_afterwards, the_engine_needs_room_too,
	  no_more_at_once_than_the_largest_of_them_fit)
