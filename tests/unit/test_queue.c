/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue.h"

#include "unit.h"

static const unsigned plenty[WORK_CLASSES] = { 100, 100, 100 };
static uint32_t lane;
static enum work_class class;

START_TEST(one_worker_keeps_list_order)
{
	struct queue q;

	queue_init(&q, 9, plenty);
	for (uint32_t i = 0; i < 9; i++)
		queue_append(&q, i % 3 == 0, WORK_NETWORK, i);
	for (uint32_t i = 0; i < 9; i++) {
		ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), i);
		queue_give_back(&q, lane, class);
	}
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), NO_JOB);
	queue_release(&q);
}
END_TEST

START_TEST(no_lane_starves)
{
	struct queue q;
	unsigned of_lane[2] = { 0, 0 };

	queue_init(&q, 200, plenty);
	for (uint32_t i = 0; i < 200; i++)
		queue_append(&q, i >= 100, WORK_NETWORK, i);
	for (int i = 0; i < 8; i++) {
		queue_take(&q, 0, &lane, &class);
		of_lane[lane]++;
	}
	ck_assert_uint_eq(of_lane[0], 4);
	ck_assert_uint_eq(of_lane[1], 4);
	queue_release(&q);
}
END_TEST

START_TEST(another_lane_keeps_the_order)
{
	static const uint32_t moved[] = { 2, 0, 3, 1 };
	struct queue q;

	queue_init(&q, 5, plenty);
	for (uint32_t i = 0; i < 5; i++)
		queue_append(&q, 0, WORK_NETWORK, i);
	for (uint32_t i = 0; i < 4; i++)
		queue_take(&q, 0, &lane, &class);
	for (uint32_t i = 0; i < 4; i++) {
		queue_give_back(&q, 0, WORK_NETWORK);
		queue_insert(&q, 1, WORK_DISK, moved[i]);
	}
	for (uint32_t i = 0; i < 5; i++) { /* the last one never moved */
		ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), i);
		ck_assert_uint_eq(lane, i < 4);
		queue_give_back(&q, lane, class);
	}
	queue_release(&q);
}
END_TEST

START_TEST(a_class_has_its_limit)
{
	static const unsigned tight[WORK_CLASSES] = { 1, 2, 1 };
	struct queue q;

	queue_init(&q, 4, tight);
	queue_append(&q, 0, WORK_NETWORK, 0);
	queue_append(&q, 0, WORK_NETWORK, 1);
	queue_append(&q, 0, WORK_DISK, 2);
	queue_append(&q, 0, WORK_DISK, 3);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 2);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 3);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), NO_JOB);
	queue_give_back(&q, 0, WORK_NETWORK);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 1);
	queue_release(&q);
}
END_TEST

START_TEST(prepended_goes_first)
{
	struct queue q;

	queue_init(&q, 3, plenty);
	queue_append(&q, 0, WORK_DISK, 1);
	queue_prepend(&q, 0, WORK_DISK, 2);
	queue_append(&q, 0, WORK_DISK, 0);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 2);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 1);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_prepend(&q, 0, WORK_DISK, 0);
	queue_append(&q, 0, WORK_DISK, 1);
	ck_assert_uint_eq(queue_drop(&q), 0);
	ck_assert_uint_eq(queue_drop(&q), 1);
	ck_assert_uint_eq(queue_drop(&q), NO_JOB);
	queue_release(&q);
}
END_TEST

START_TEST(the_order_of_putting_in_decides)
{
	struct queue q;

	queue_init(&q, 3, plenty);
	queue_append(&q, 1, WORK_NETWORK, 2);
	queue_append(&q, 0, WORK_NETWORK, 0);
	queue_append(&q, 1, WORK_NETWORK, 1);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 2);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_give_back(&q, 1, WORK_NETWORK);
	queue_prepend(&q, 1, WORK_NETWORK, 2); /* it keeps its place */
	queue_give_back(&q, 0, WORK_NETWORK);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 2);
	queue_release(&q);
}
END_TEST

/* Of lane 0 all four come before the first of the idle lane 1. */
START_TEST(a_bar_holds_across_lanes)
{
	struct queue q;

	queue_init(&q, 6, plenty);
	for (uint32_t i = 0; i < 4; i++)
		queue_append(&q, 0, WORK_NETWORK, i);
	queue_bar(&q);
	queue_append(&q, 1, WORK_NETWORK, 5);
	queue_append(&q, 0, WORK_NETWORK, 4);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), i);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 5);
	queue_prepend(&q, 0, WORK_NETWORK, 0);
	queue_hold(&q, 0, 100); /* what cannot be taken holds up nobody */
	queue_append(&q, 1, WORK_NETWORK, 3);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 3);
	queue_release(&q);
}
END_TEST

START_TEST(a_throttled_lane_waits_alone)
{
	struct queue q;

	queue_init(&q, 4, plenty);
	for (uint32_t i = 0; i < 4; i++)
		queue_append(&q, i % 2, WORK_NETWORK, i);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_hold(&q, 0, 100);
	queue_give_back(&q, 0, WORK_NETWORK);
	ck_assert_uint_eq(queue_take(&q, 50, &lane, &class), 1);
	ck_assert_uint_eq(queue_take(&q, 50, &lane, &class), 3);
	ck_assert_uint_eq(queue_take(&q, 99, &lane, &class), NO_JOB);
	ck_assert_int_eq(queue_held_until_ns(&q, 99), 100);
	ck_assert_int_eq(queue_held_until_ns(&q, 100), -1);
	ck_assert_uint_eq(queue_take(&q, 100, &lane, &class), 2);
	ck_assert_int_eq(queue_held_until_ns(&q, 0), -1); /* nothing waits for it */
	queue_release(&q);
}
END_TEST

START_TEST(a_lane_keeps_to_its_throttle)
{
	struct queue q;
	unsigned n = 0;

	queue_init(&q, 100, plenty);
	for (uint32_t i = 0; i < 100; i++)
		queue_append(&q, 0, WORK_NETWORK, i);
	for (int i = 0; i < 8; i++)
		queue_take(&q, 0, &lane, &class);
	for (int i = 0; i < 8; i++) {
		struct throttle_end e = { 0, i + 1, 8 - (unsigned)i };

		lane_throttle_refused(&q.lanes[0].throttle, &e);
		queue_give_back(&q, 0, WORK_NETWORK);
	}
	while (queue_take(&q, 10, &lane, &class) != NO_JOB)
		n++;
	ck_assert_uint_eq(n, 4);
	ck_assert(!queue_has_ready(&q, 10));
	queue_release(&q);
}
END_TEST

START_TEST(a_lane_has_rules_of_its_own)
{
	static const struct breaker_rules two = { .workers = 2 };
	struct queue q;

	queue_init(&q, 8, plenty);
	queue_set_rules(&q, 1, &two);
	for (uint32_t i = 0; i < 8; i++)
		queue_append(&q, i < 4, WORK_NETWORK, i);
	for (int i = 0; i < 6; i++)
		ck_assert_uint_ne(queue_take(&q, 0, &lane, &class), NO_JOB);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), NO_JOB);
	ck_assert_uint_eq(q.lanes[1].running, 2);
	ck_assert_uint_eq(queue_lane_limit(&q, 1), 2);
	lane_throttle_refused(&q.lanes[1].throttle, &(struct throttle_end){ 0, 1, 2 });
	ck_assert_uint_eq(queue_lane_limit(&q, 1), 1);
	queue_release(&q);
}
END_TEST

/* A step that never goes to the registry needs no token. */
START_TEST(only_the_network_takes_tokens)
{
	static const struct breaker_rules one = { .starts = 1, .per_ns = 100 };
	struct queue q;

	queue_init(&q, 4, plenty);
	queue_set_rules(&q, 0, &one);
	queue_append(&q, 0, WORK_NETWORK, 0);
	queue_append(&q, 0, WORK_NETWORK, 1);
	queue_append(&q, 0, WORK_CPU, 2);
	queue_append(&q, 0, WORK_DISK, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_ne(queue_take(&q, 5, &lane, &class), 1);
	ck_assert_uint_eq(queue_lane_state(&q, 0, 5), LANE_HELD);
	ck_assert_uint_eq(queue_take(&q, 104, &lane, &class), NO_JOB);
	ck_assert_int_eq(queue_held_until_ns(&q, 104), 105);
	ck_assert_uint_eq(queue_take(&q, 105, &lane, &class), 1);
	ck_assert_uint_eq(queue_lane_state(&q, 0, 105), LANE_OPEN);
	queue_release(&q);
}
END_TEST

/* One job at a time asks whether it is back, of whatever lane. */
START_TEST(the_engine_holds_up_all_lanes)
{
	struct queue q;

	queue_init(&q, 4, plenty);
	queue_set_engine(&q, &(struct breaker_rules){ .cooldown_ns = 10, .patience_ns = 100 });
	for (uint32_t i = 0; i < 4; i++)
		queue_append(&q, i % 2, i % 2 ? WORK_DISK : WORK_NETWORK, i);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_give_back(&q, lane, class);
	ck_assert(queue_hear(&q, 0, 0, REACH_NO_ENGINE, 5));
	queue_defer(&q, 0, WORK_NETWORK, 0);
	ck_assert_uint_eq(queue_lane_state(&q, 0, 5), LANE_OPEN);
	ck_assert_uint_eq(queue_take(&q, 14, &lane, &class), NO_JOB);
	ck_assert_int_eq(queue_held_until_ns(&q, 14), 15);
	ck_assert_uint_eq(queue_take(&q, 15, &lane, &class), 1);
	ck_assert_uint_eq(queue_take(&q, 15, &lane, &class), NO_JOB);
	ck_assert(!queue_hear(&q, 1, 1, REACH_ENGINE, 16));
	queue_give_back(&q, lane, class);
	ck_assert_uint_eq(queue_take(&q, 16, &lane, &class), 2);
	ck_assert_uint_eq(queue_take(&q, 16, &lane, &class), 3);
	ck_assert_uint_eq(queue_take(&q, 16, &lane, &class), 0); /* the others went first */
	queue_release(&q);
}
END_TEST

START_TEST(who_is_put_off_keeps_its_bar)
{
	struct queue q;

	queue_init(&q, 4, plenty);
	queue_append(&q, 0, WORK_NETWORK, 0);
	queue_append(&q, 0, WORK_NETWORK, 1);
	queue_bar(&q);
	queue_append(&q, 0, WORK_NETWORK, 2);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_defer(&q, 0, WORK_NETWORK, 0);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 1);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 0);
	queue_defer(&q, 0, WORK_NETWORK, 1);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 1);
	ck_assert_uint_eq(queue_take(&q, 0, &lane, &class), 2);
	queue_release(&q);
}
END_TEST

UNIT_MAIN("queue", one_worker_keeps_list_order, no_lane_starves, another_lane_keeps_the_order,
	  a_class_has_its_limit, prepended_goes_first, the_order_of_putting_in_decides,
	  a_bar_holds_across_lanes, a_throttled_lane_waits_alone, a_lane_keeps_to_its_throttle,
	  a_lane_has_rules_of_its_own, only_the_network_takes_tokens, the_engine_holds_up_all_lanes,
	  who_is_put_off_keeps_its_bar)
