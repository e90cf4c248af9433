/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/level_finder.h"

#include <limits.h>

#include "pool/lane_throttle.h"
#include "unit.h"

#define MOST 16
#define MS 1000000

/* ---- services, as in tests/fake/service.c, but without waiting ---- */

enum kind { SHARE, THRASH, REFUSE };

struct service {
	enum kind kind;
	double capacity;
	double dip; /* the capacity in the middle fifth of the jobs; 0: the same */
};

struct sim {
	const struct service *service;
	unsigned jobs, fixed, seed;
	double spread; /* jobs take 1 less or more so much, in units of a second */
	struct level_finder finder;
	struct lane_throttle throttle;
	double now;
	unsigned running, next, done, most;
	struct {
		double left, start;
		uint16_t round;
	} job[256];
};

static double capacity(const struct sim *s)
{
	unsigned fifth = s->done * 5 / s->jobs;

	return s->service->dip > 0 && fifth == 2 ? s->service->dip : s->service->capacity;
}

static double work_of(const struct sim *s, unsigned job)
{
	uint32_t x = (job + s->seed * 7919) * 2654435761u;

	x = (x ^ x >> 15) * 2246822519u;
	x ^= x >> 13;
	return 1 + s->spread * ((double)(x % 2000) / 1000 - 1);
}

static double share(const struct sim *s)
{
	double n = s->running, c = capacity(s);

	if (n <= c || s->service->kind == REFUSE)
		return 1;
	return (s->service->kind == THRASH ? c * c / n : c) / n;
}

static int64_t ns(double seconds)
{
	return (int64_t)(seconds * 1e9) + 1;
}

static unsigned limit(const struct sim *s)
{
	unsigned n = s->fixed ? s->fixed : s->finder.level;

	return s->throttle.limit < n ? s->throttle.limit : n;
}

/* A refused one is done later, when there is room again; its wait is no part of
 * what is measured here. */
static void refuse(struct sim *s, int64_t began_ns)
{
	struct throttle_end e = { began_ns, ns(s->now), s->running + 1 };

	level_finder_ended(&s->finder, ns(s->now), began_ns,
			   level_finder_began(&s->finder, began_ns), false);
	lane_throttle_refused(&s->throttle, &e);
}

static void start(struct sim *s)
{
	while (s->running < limit(s) && s->next < s->jobs) {
		unsigned i = s->running;

		if (s->service->kind == REFUSE && i >= capacity(s)) {
			refuse(s, ns(s->now));
			continue;
		}
		s->job[i].left = work_of(s, s->next++);
		s->job[i].start = s->now;
		s->job[i].round = level_finder_began(&s->finder, ns(s->now));
		s->running++;
	}
	if (s->running > s->most)
		s->most = s->running;
}

static void finish_first(struct sim *s)
{
	struct throttle_end e;
	unsigned first = 0;
	double got;

	for (unsigned i = 1; i < s->running; i++)
		if (s->job[i].left < s->job[first].left)
			first = i;
	got = s->job[first].left;
	s->now += got / share(s);
	for (unsigned i = 0; i < s->running; i++)
		s->job[i].left -= got;
	e = (struct throttle_end){ ns(s->job[first].start), ns(s->now), s->running };
	level_finder_ended(&s->finder, e.now_ns, e.started_ns, s->job[first].round, true);
	lane_throttle_done(&s->throttle, &e);
	s->job[first] = s->job[--s->running];
	s->done++;
}

/* How long the jobs take at a fixed number at once, or (0) at one that is found. */
static double run(const struct service *service, unsigned jobs, unsigned fixed, double spread,
		  unsigned seed)
{
	struct sim s = {
		.service = service, .jobs = jobs, .fixed = fixed, .spread = spread, .seed = seed
	};

	level_finder_init(&s.finder, 4, MOST);
	lane_throttle_init(&s.throttle);
	while (s.done < jobs) {
		start(&s);
		finish_first(&s);
	}
	ck_assert_uint_le(s.most, fixed ? fixed : MOST);
	return s.now;
}

/* How many times as long as at the best fixed number it takes, on average. */
static double ratio(const struct service *service, unsigned jobs, double spread)
{
	static const unsigned fixed[] = { 1, 2, 3, 4, 6, 8, 12, 16 };
	double best = 0, found = 0;

	for (size_t f = 0; f < sizeof(fixed) / sizeof(fixed[0]); f++) {
		double took = 0;

		for (unsigned seed = 0; seed < 20; seed++)
			took += run(service, jobs, fixed[f], spread, seed);
		if (best <= 0 || took < best)
			best = took;
	}
	for (unsigned seed = 0; seed < 20; seed++)
		found += run(service, jobs, 0, spread, seed);
	return found / best;
}

static const struct {
	const char *name;
	struct service service;
	double at_most[3]; /* of ratio(), at each of the spreads below */
} services[] = {
	{ "scales to 16", { SHARE, 16, 0 }, { 1.2, 1.2, 1.25 } },
	{ "flat beyond 4", { SHARE, 4, 0 }, { 1.2, 1.2, 1.2 } },
	{ "collapses beyond 6", { THRASH, 6, 0 }, { 1.2, 1.2, 1.3 } },
	{ "refuses beyond 3", { REFUSE, 3, 0 }, { 1.2, 1.2, 1.2 } },
	{ "8, then 2, then 8", { THRASH, 8, 2 }, { 1, 1, 1 } },
};

static const double spreads[] = { 0, 0.25, 0.75 };

START_TEST(finds_the_level_of_each_service)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		for (unsigned s = 0; s < 3; s++) {
			double r = ratio(&services[i].service, 400, spreads[s]);

			ck_assert_msg(r <= services[i].at_most[s], "%s, jobs of 1 +- %.2f: %.2f",
				      services[i].name, spreads[s], r);
		}
}
END_TEST

START_TEST(a_short_list_is_not_far_off)
{
	for (size_t i = 0; i < 4; i++) {
		double r = ratio(&services[i].service, 100, 0.25);

		ck_assert_msg(r <= 1.35, "%s, 100 jobs: %.2f", services[i].name, r);
	}
}
END_TEST

/* One job after another, each a second long, `running` at a time. */
static void feed(struct level_finder *p, unsigned jobs, unsigned running, bool well)
{
	for (unsigned i = 0; i < jobs; i += running) {
		uint16_t round[MOST];

		for (unsigned k = 0; k < running; k++)
			round[k] = level_finder_began(p, ns(i));
		for (unsigned k = 0; k < running; k++)
			level_finder_ended(p, ns(i + running), ns(i), round[k], well);
	}
}

START_TEST(what_is_not_used_is_not_raised)
{
	struct level_finder p;

	level_finder_init(&p, 4, MOST);
	feed(&p, 300, 3, true); /* something else lets only three run */
	ck_assert_uint_eq(p.level, 4);
	feed(&p, 300, 4, false); /* and these say nothing of what could be done */
	ck_assert_uint_eq(p.level, 4);
	feed(&p, 4, 4, true);
	ck_assert_uint_eq(p.level, 8);
}
END_TEST

START_TEST(a_ceiling_can_come_down)
{
	struct level_finder p;

	level_finder_init(&p, 4, 1);
	level_finder_set_most(&p, 1);
	ck_assert_uint_eq(p.level, 1);
	level_finder_init(&p, 4, MOST);
	level_finder_set_most(&p, 3);
	feed(&p, 300, 3, true);
	ck_assert_uint_le(p.level, 3);
	level_finder_set_most(&p, MOST);
	feed(&p, 300, p.level, true);
	ck_assert_uint_le(p.level, MOST);
	level_finder_restart(&p, 2);
	ck_assert_uint_eq(p.level, 2);
}
END_TEST

/* ---- throttles of lanes ---- */

static unsigned now;

/* So many jobs one after another, each begun after the one before. */
static void do_well(struct lane_throttle *b, unsigned jobs)
{
	for (unsigned i = 0; i < jobs; i++) {
		struct throttle_end e = { now, now + 1, 1 };

		now += 2;
		lane_throttle_done(b, &e);
	}
}

static bool refused(struct lane_throttle *b, unsigned running)
{
	struct throttle_end e = { now, now + 1, running };

	now += 2;
	return lane_throttle_refused(b, &e);
}

START_TEST(one_refusal_for_all_that_ran_together)
{
	struct lane_throttle b;

	lane_throttle_init(&b);
	do_well(&b, 100);
	ck_assert_uint_eq(b.limit, UINT_MAX);
	for (int64_t i = 0; i < 8; i++)
		ck_assert_int_eq(lane_throttle_refused(&b, &(struct throttle_end){ 0, 100 + i, 8 }),
				 i == 0);
	ck_assert_uint_eq(b.limit, 4);
	ck_assert(lane_throttle_refused(&b, &(struct throttle_end){ 100, 101, 4 }));
	ck_assert_uint_eq(b.limit, 2);
	ck_assert(lane_throttle_refused(&b, &(struct throttle_end){ 102, 103, 1 }) ||
		  b.limit == 1); /* never none */
	ck_assert_uint_eq(b.limit, 1);
}
END_TEST

START_TEST(what_was_too_many_is_tried_again_only_after_long)
{
	struct lane_throttle b;

	lane_throttle_init(&b);
	refused(&b, 8);
	do_well(&b, 4 + 5 + 6);
	ck_assert_uint_eq(b.limit, 7);
	do_well(&b, 7 * 32 - 1);
	ck_assert_uint_eq(b.limit, 7);
	do_well(&b, 1);
	ck_assert_uint_eq(b.limit, 8);
	refused(&b, 8); /* still too many: now it is twice as patient */
	ck_assert_uint_eq(b.limit, 4);
	do_well(&b, 4 + 5 + 6 + 7 * 64 - 1);
	ck_assert_uint_eq(b.limit, 7);
	do_well(&b, 1 + 8);
	ck_assert_uint_eq(b.limit, 8);
	do_well(&b, 8 * 16 + 9 * 4 + 10); /* no longer: then it hurries */
	ck_assert_uint_ge(b.limit, 10);
}
END_TEST

START_TEST(a_burst_of_faults_halves_and_single_ones_do_not)
{
	struct lane_throttle b;
	unsigned moved = 0;

	lane_throttle_init(&b);
	for (int i = 0; i < 1000; i++) {
		struct throttle_end e = { now, now + 1, 8 };

		now += 2;
		moved += i % 5 ? lane_throttle_done(&b, &e) : lane_throttle_fault(&b, &e);
	}
	ck_assert_uint_eq(moved, 0);
	for (int i = 0; i < 5; i++) {
		struct throttle_end e = { now, now + 1, 8 };

		now += 2;
		moved += lane_throttle_fault(&b, &e);
	}
	ck_assert_uint_eq(moved, 1);
	ck_assert_uint_eq(b.limit, 4);
	do_well(&b, 4);
	ck_assert_uint_eq(b.limit, 5);
}
END_TEST

UNIT_MAIN("level_finder", finds_the_level_of_each_service, a_short_list_is_not_far_off,
	  what_is_not_used_is_not_raised, a_ceiling_can_come_down,
	  one_refusal_for_all_that_ran_together, what_was_too_many_is_tried_again_only_after_long,
	  a_burst_of_faults_halves_and_single_ones_do_not)
