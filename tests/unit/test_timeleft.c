/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time that the live screen says is left, over runs that are made up: the
 * view gets the events of a run, and each of its frames is compared with what
 * came to be. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "output/view.h"

#define START_NS (1000 * NS_PER_S)
#define MOST_JOBS 200
#define MOST_FRAMES 20000
#define ENOUGH_FRAMES 8000

struct job {
	double seconds;   /* that its child needs */
	double until;     /* what it does now ends then */
	double refused;   /* it is refused so often before */
	unsigned attempt; /* 0: not started */
	bool waits, over;
};

struct kind {
	uint32_t jobs;
	unsigned workers;
	double (*seconds)(uint32_t job); /* of a child */
	double history;                  /* how many times as long it took; 0: not known */
	double refusals;                 /* the share of attempts that are refused, from the
					  * first quarter on */
	bool bytes, total;               /* progress tells of bytes, and their sum is known */
};

struct tally {
	unsigned frames, shown, good;
};

static uint64_t dice;

/* Between 0 and 1. */
static double chance(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (double)(dice >> 11) / 9007199254740992.0;
}

/* Around `median`, two thirds of them within a factor of e to the power `spread`. */
static double spread_out(double median, double spread)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += chance();
	return median * exp(spread * (sum - 6));
}

static struct view view;
static struct run_info info;
static struct job jobs[MOST_JOBS];
static const char *names[MOST_JOBS];
static int64_t usual[MOST_JOBS];
static double shown[MOST_FRAMES], seen_at[MOST_FRAMES];

static struct event at(enum event_kind kind, uint32_t job, double seconds)
{
	return (struct event){ .kind = kind,
			       .job = job,
			       .at_ns = START_NS + (int64_t)(seconds * 1e9),
			       .data = "",
			       .step_name = "pull",
			       .attempt = 1,
			       .bytes = -1,
			       .total = -1 };
}

static void happens(enum event_kind kind, uint32_t job, double seconds)
{
	struct event ev = at(kind, job, seconds);

	view_event(&view, &ev);
}

static void begin_attempt(struct job *j, uint32_t nth, double now)
{
	if (!j->attempt++)
		happens(EVENT_START, nth, now);
	happens(EVENT_ATTEMPT, nth, now);
	j->waits = false;
	j->until = now + (j->refused > 0 ? 0.3 : j->seconds);
}

/* Its child has ended: done, or refused and tried again later. */
static void end_attempt(struct job *j, uint32_t nth, double now)
{
	struct event ev = at(EVENT_WAIT, nth, now);

	happens(EVENT_END, nth, now);
	if (j->refused-- > 0) {
		j->waits = true;
		j->until = now + 2 + 4 * chance();
		ev.wait_ns = (int64_t)((j->until - now) * 1e9);
		view_event(&view, &ev);
		return;
	}
	j->over = true;
	happens(EVENT_FINISH, nth, now);
}

static void progresses(const struct kind *k, const struct job *j, uint32_t nth, double now)
{
	struct event ev = at(EVENT_PROGRESS, nth, now);
	double share = 1 - (j->until - now) / j->seconds;

	if (j->refused > 0 || !k->bytes)
		return;
	ev.bytes = (int64_t)(share * j->seconds * 2e6);
	if (k->total)
		ev.total = (int64_t)(j->seconds * 2e6);
	view_event(&view, &ev);
}

/* One step of the run. Returns how many images are over. */
static uint32_t advance(const struct kind *k, double now)
{
	uint32_t over = 0;
	unsigned running = 0;

	for (uint32_t i = 0; i < k->jobs; i++) {
		struct job *j = &jobs[i];

		if (j->attempt && !j->over && !j->waits && now >= j->until)
			end_attempt(j, i, now);
		running += j->attempt && !j->over && !j->waits;
		over += j->over;
	}
	for (uint32_t i = 0; i < k->jobs; i++) {
		struct job *j = &jobs[i];
		bool ready = !j->over && (j->waits ? now >= j->until : !j->attempt);

		if (ready && running < k->workers) {
			begin_attempt(j, i, now);
			running++;
		} else if (j->attempt && !j->over && !j->waits) {
			progresses(k, j, i, now);
		}
	}
	return over;
}

static int longer_first(const void *a, const void *b)
{
	double x = ((const struct job *)a)->seconds, y = ((const struct job *)b)->seconds;

	return (x < y) - (x > y);
}

static void set_up(const struct kind *k)
{
	info = (struct run_info){ .jobs = k->jobs,
				  .workers = k->workers,
				  .start_ns = START_NS,
				  .name = names,
				  .usual_ns = k->history > 0 ? usual : NULL };
	for (uint32_t i = 0; i < k->jobs; i++) {
		jobs[i] = (struct job){ .seconds = k->seconds(i) };
		names[i] = "a";
		while (i > k->jobs / 4 && chance() < k->refusals)
			jobs[i].refused++;
	}
	if (k->history > 0) /* the pool starts the longest first */
		qsort(jobs, k->jobs, sizeof(jobs[0]), longer_first);
	for (uint32_t i = 0; i < k->jobs; i++)
		usual[i] = (int64_t)(jobs[i].seconds * k->history * spread_out(1, 0.3) * 1e9);
	view_init(&view, &info);
}

/* A frame is right within a factor of two, or two seconds. */
static void judge(struct tally *t, unsigned frames, double end)
{
	for (unsigned i = 0; i < frames; i++) {
		double left = end - seen_at[i];

		if (seen_at[i] < end / 3 || left < 0.5)
			continue;
		t->frames++;
		t->shown += shown[i] >= 0;
		t->good += shown[i] >= 0 && ((shown[i] <= 2 * left && shown[i] >= left / 2) ||
					     fabs(shown[i] - left) <= 2);
	}
}

static void run_once(const struct kind *k, struct tally *t)
{
	unsigned frames = 0;
	double now = 0;

	set_up(k);
	for (uint64_t step = 0; advance(k, now) < k->jobs; step++) {
		if (step % 5 == 0) {
			int64_t now_ns = START_NS + (int64_t)(now * 1e9);
			int64_t left_ns;

			view_settle(&view, now_ns);
			left_ns = view_left_ns(&view, now_ns);
			ck_assert_uint_lt(frames, MOST_FRAMES);
			shown[frames] = left_ns < 0 ? -1 : (double)left_ns / 1e9;
			seen_at[frames++] = now;
		}
		now += 0.1;
	}
	judge(t, frames, now);
	view_release(&view);
}

/* At least `percent` of what is shown is right, and something is shown in that
 * share of the frames, too. */
static void is_right(const char *what, const struct kind *k, unsigned percent)
{
	struct tally t = { 0 };

	for (uint64_t seed = 1; t.frames < ENOUGH_FRAMES; seed++) {
		dice = seed * UINT64_C(0x9e3779b97f4a7c15);
		for (int i = 0; i < 10; i++)
			chance();
		run_once(k, &t);
	}
	printf("# %s: %u frames, %u %% shown, %u %% of those right\n", what, t.frames,
	       100 * t.shown / t.frames, t.shown ? 100 * t.good / t.shown : 0);
	ck_assert_uint_ge(100 * t.shown, percent * t.frames);
	ck_assert_uint_ge(100 * t.good, percent * t.shown);
}

static double small(uint32_t job)
{
	(void)job;
	return spread_out(2, 0.6);
}

static double medium(uint32_t job)
{
	(void)job;
	return spread_out(10, 0.5);
}

static double large(uint32_t job)
{
	(void)job;
	return spread_out(60, 0.4);
}

static double mixed(uint32_t job)
{
	(void)job;
	return chance() < 0.15 ? spread_out(30, 0.4) : spread_out(2, 0.5);
}

START_TEST(distinct_small_images)
{
	struct kind k = { .jobs = 100, .workers = 8, .seconds = small };

	is_right("small", &k, 90);
}
END_TEST

START_TEST(distinct_large_images)
{
	struct kind k = { .jobs = 40, .workers = 4, .seconds = large };

	is_right("large", &k, 90);
}
END_TEST

START_TEST(mixed_images)
{
	struct kind k = { .jobs = 120, .workers = 8, .seconds = mixed };

	is_right("mixed", &k, 75);
	k.history = 1;
	is_right("mixed, with history", &k, 90);
}
END_TEST

START_TEST(a_registry_that_throttles)
{
	struct kind k = { .jobs = 120, .workers = 8, .seconds = medium, .refusals = 0.3 };

	is_right("throttled", &k, 90);
}
END_TEST

START_TEST(saves_with_and_without_compression)
{
	struct kind plain = {
		.jobs = 12, .workers = 4, .seconds = large, .bytes = true, .total = true
	};
	struct kind packed = { .jobs = 24, .workers = 2, .seconds = large, .bytes = true };

	is_right("saves", &plain, 90);
	is_right("compressing saves", &packed, 90);
}
END_TEST

/* What took a fifth or five times as long in earlier runs. */
START_TEST(history_that_the_run_contradicts)
{
	struct kind k = { .jobs = 40, .workers = 4, .seconds = large, .history = 0.2 };

	is_right("history of a fifth", &k, 90);
	k.history = 5;
	is_right("history of five times", &k, 90);
}
END_TEST

/* A single save with compression: its history says 4 s, and it takes 112. */
START_TEST(one_image_beyond_its_history)
{
	struct event ev;

	info = (struct run_info){
		.jobs = 1, .workers = 4, .start_ns = START_NS, .name = names, .usual_ns = usual
	};
	names[0] = "a";
	usual[0] = 4 * NS_PER_S;
	view_init(&view, &info);
	happens(EVENT_START, 0, 0);
	happens(EVENT_ATTEMPT, 0, 0);
	ck_assert_int_eq(view_left_ns(&view, START_NS + NS_PER_S), 3 * NS_PER_S);
	for (int s = 5; s < 112; s++) {
		ev = at(EVENT_PROGRESS, 0, s);
		ev.bytes = s * 100000;
		view_event(&view, &ev);
		view_settle(&view, START_NS + s * NS_PER_S);
		ck_assert_int_eq(view_left_ns(&view, START_NS + s * NS_PER_S), -1);
	}
	view_release(&view);
}
END_TEST

UNIT_MAIN("timeleft", distinct_small_images, distinct_large_images, mixed_images,
	  a_registry_that_throttles, saves_with_and_without_compression,
	  history_that_the_run_contradicts, one_image_beyond_its_history)
