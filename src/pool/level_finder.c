/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/level_finder.h"

#include <limits.h>

#define FEWEST 4          /* jobs in a round */
#define WORTH 0.4         /* keep a step up that brings this share of its best case */
#define WORTH_MORE 0.7    /* from this share on the next step is longer */
#define BENEFIT 0.2       /* the benefit of the doubt that a step up gets */
#define NO_WORSE 0.9      /* a lower level is as good, after the base got slow */
#define NO_WORSE_YET 0.97 /* a lower level is as good, while the base is not slow */
#define SAG 0.7           /* two rounds in a row below this share are slow */
#define SLUMP 0.5         /* one round below this share is slow */
#define FIRST_REST 2      /* rounds */
#define LONGEST_REST 4    /* rounds */

/* How many jobs make a round. The jobs that a step has added run at the new level
 * from their start to their end, so a short round will do; at the base there is
 * time for a long round, which is more exact. */
static unsigned size_of(const struct level_finder *p)
{
	unsigned n = p->level;

	if (p->mode == FINDER_FIRST)
		n = FEWEST;
	else if (p->mode == FINDER_HOLD)
		n = 2 * p->level;
	else if (p->mode == FINDER_TRY && p->level > p->base)
		n = p->level - p->base;
	return n < FEWEST ? FEWEST : n;
}

static void begin_round(struct level_finder *p)
{
	if (!++p->round)
		p->round = 1;
	p->size = size_of(p);
	p->began = p->ended = p->short_of = 0;
	p->starts = p->took = p->squares = 0;
}

void level_finder_restart(struct level_finder *p, unsigned level)
{
	p->mode = FINDER_FIRST;
	p->level = p->base = p->step = level;
	p->next_rest = FIRST_REST;
	p->slumped = p->down_next = false;
	begin_round(p);
}

void level_finder_init(struct level_finder *p, unsigned level, unsigned most)
{
	*p = (struct level_finder){ .most = most, .full_at = -1 };
	level_finder_restart(p, level);
}

void level_finder_set_most(struct level_finder *p, unsigned most)
{
	p->most = most;
	if (p->level > most)
		level_finder_restart(p, p->base < most ? p->base : most);
}

/* ---- where to ---- */

static void hold(struct level_finder *p, unsigned rest)
{
	p->mode = FINDER_HOLD;
	p->level = p->base;
	p->rest = rest;
	p->step = 1;
	p->sagged = false;
}

/* No better level was found for now; look for one less often. */
static void give_up(struct level_finder *p)
{
	hold(p, p->next_rest);
	if (p->next_rest < LONGEST_REST)
		p->next_rest *= 2;
}

static void try_level(struct level_finder *p, unsigned level)
{
	if (level > p->most)
		level = p->most;
	if (level == p->base || !level) {
		give_up(p);
		return;
	}
	p->mode = FINDER_TRY;
	p->tried = p->level = level;
}

static void try_up(struct level_finder *p, unsigned step)
{
	p->step = step;
	try_level(p, p->base + step);
}

/* Is the gap between two rates wider than `times` the gap that chance makes, since
 * jobs differ? */
static bool is_wide(const struct level_finder *p, double gap, double times)
{
	return gap > 0 && gap * gap > times * times * 2 * p->spread / p->began;
}

/* Has a step up brought this share of what it could have brought at best? */
static bool was_worth(const struct level_finder *p, double share)
{
	double could = (double)p->tried / p->base - 1, did = p->tried_rate / p->base_rate - 1;

	return !is_wide(p, share * could - did, BENEFIT);
}

static bool is_better(const struct level_finder *p)
{
	if (p->tried > p->base)
		return was_worth(p, WORTH);
	return p->tried_rate >= (p->slumped ? NO_WORSE : NO_WORSE_YET) * p->base_rate;
}

static void go_on(struct level_finder *p)
{
	bool up = p->tried > p->base;
	unsigned step = up && was_worth(p, WORTH_MORE) ? p->step * 2 : p->step;

	p->base = p->level = p->tried;
	p->base_rate = p->tried_rate;
	p->next_rest = FIRST_REST;
	if (up) {
		try_up(p, step);
	} else if (p->slumped) {
		try_level(p, p->base / 2);
	} else {
		hold(p, 1);
		p->down_next = true;
	}
}

static void turn_back(struct level_finder *p)
{
	if (p->tried > p->base + 1) {
		try_up(p, (p->tried - p->base) / 2);
	} else if (p->slumped) {
		p->slumped = false;
		try_up(p, p->base > 1 ? p->base / 2 : 1);
	} else {
		give_up(p);
	}
}

/* Go down to half as many jobs; the rounds after that show which way is better. */
static void slump(struct level_finder *p)
{
	p->level = p->base = p->base > 1 ? p->base / 2 : 1;
	p->mode = FINDER_FIRST;
	p->slumped = true;
	p->next_rest = FIRST_REST;
}

/* Is `rate` below `share` of the rate at the base, and not by chance? */
static bool is_under(const struct level_finder *p, double rate, double share, double times)
{
	return rate < share * p->base_rate && is_wide(p, 1 - rate / p->base_rate, times);
}

static bool is_slump(const struct level_finder *p, double rate)
{
	return is_under(p, rate, SLUMP, 3);
}

/* ---- a round is over ---- */

static void judge_first(struct level_finder *p, double rate)
{
	p->base_rate = rate;
	if (p->slumped && p->base > 1) {
		try_level(p, p->base / 2);
		return;
	}
	p->slumped = false;
	try_up(p, p->step);
}

static void judge_hold(struct level_finder *p, double rate)
{
	bool sags = is_under(p, rate, SAG, 2);

	if (is_slump(p, rate) || (sags && p->sagged)) {
		slump(p);
		return;
	}
	p->sagged = sags;
	if (!sags)
		p->base_rate = (p->base_rate + rate) / 2;
	if (p->rest) {
		p->rest--;
		return;
	}
	p->slumped = false;
	p->down_next = !p->down_next;
	if (p->base == p->most || !p->down_next)
		try_level(p, p->base - (p->base + 3) / 4);
	else
		try_up(p, p->step);
}

static void judge_try(struct level_finder *p, double rate)
{
	p->tried_rate = rate;
	if (is_better(p)) {
		go_on(p);
	} else if (p->slumped) {
		turn_back(p);
	} else {
		p->mode = FINDER_CHECK;
		p->level = p->base;
	}
}

static void judge_check(struct level_finder *p, double rate)
{
	if (is_slump(p, rate)) {
		slump(p);
		return;
	}
	p->base_rate = (p->base_rate + rate) / 2;
	if (is_better(p))
		go_on(p);
	else
		turn_back(p);
}

static void judge(struct level_finder *p, double rate)
{
	switch (p->mode) {
	case FINDER_FIRST:
		judge_first(p, rate);
		break;
	case FINDER_HOLD:
		judge_hold(p, rate);
		break;
	case FINDER_TRY:
		judge_try(p, rate);
		break;
	case FINDER_CHECK:
		judge_check(p, rate);
		break;
	}
}

/* ---- what happens ---- */

static double since(const struct level_finder *p, int64_t at_ns)
{
	return (double)(at_ns - p->origin_ns) / 1e9;
}

/* By Little's law, the rate is the number of jobs at once divided by how long one
 * job takes. A job that still runs takes at least as long as it has run so far, so
 * this is an upper bound. */
static double rate_at(const struct level_finder *p, double now)
{
	unsigned running = p->began - p->ended;
	double took = p->took + running * now - p->starts;

	return p->level * p->began / (took > 0 ? took : 1e-9);
}

/* Have all jobs of the round ended, or is the result clear already? */
static bool is_told(const struct level_finder *p, double now)
{
	if (p->ended == p->size)
		return true;
	if (p->mode == FINDER_FIRST || p->began < FEWEST)
		return false;
	if (p->mode == FINDER_TRY)
		return p->began == p->size && rate_at(p, now) < p->base_rate * NO_WORSE;
	return is_slump(p, rate_at(p, now));
}

/* The spread of earlier rounds is used: what has just changed is not chance. */
static void end_round(struct level_finder *p, double now)
{
	double spread = p->took > 0 ? p->squares * p->ended / (p->took * p->took) - 1 : 0;

	if (p->short_of * 4 <= p->ended)
		judge(p, rate_at(p, now));
	p->spread = (p->spread + (spread < 1 ? spread : 1)) / 2;
	begin_round(p);
}

uint16_t level_finder_began(struct level_finder *p, int64_t now_ns)
{
	if (!p->origin_ns)
		p->origin_ns = now_ns;
	if (++p->running >= p->level)
		p->full_at = since(p, now_ns);
	if (p->began == p->size)
		return 0;
	p->began++;
	p->starts += since(p, now_ns);
	return p->round;
}

bool level_finder_ended(struct level_finder *p, int64_t now_ns, int64_t started_ns, uint16_t round,
			bool well)
{
	unsigned before = p->level;
	double took = (double)(now_ns - started_ns) / 1e9;

	p->running--;
	if (round == p->round) {
		p->starts -= since(p, started_ns);
		if (!well) {
			p->began--; /* another job takes its place */
			return false;
		}
		p->ended++;
		p->took += took;
		p->squares += took * took;
		p->short_of += p->full_at < since(p, started_ns);
	}
	if (p->ended && is_told(p, since(p, now_ns)))
		end_round(p, since(p, now_ns));
	return p->level != before;
}
