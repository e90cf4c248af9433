/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/attempt_limits.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* How often to look: the median moves, and a file that grows is not heard. */
#define LOOK_NS NS_PER_S

/* Much longer than others: that many times, and long enough to be noticed. */
#define SLOW_TIMES 3
#define SLOW_NS (10 * NS_PER_S)

struct waiting {
	int64_t bytes;    /* when it was last looked at */
	int64_t grown_ns; /* into the attempt, when that was seen to change */
	int64_t limit_ns; /* that has ended it */
	bool stalled;     /* limit_ns is one of silence */
	bool told;        /* that it is slow */
};

void attempt_limits_init(struct attempt_limits *p, const struct attempt_rules *limits,
			 uint32_t jobs)
{
	*p = (struct attempt_limits){ .limits = *limits, .job = mem_array(jobs, sizeof(*p->job)) };
}

void attempt_limits_release(struct attempt_limits *p)
{
	free(p->job);
	p->job = NULL;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t attempt_limits_begin(struct attempt_limits *p, uint32_t job)
{
	int64_t first_ns = LOOK_NS;

	p->job[job] = (struct waiting){ .told = p->job[job].told };
	if (!p->limits.percent)
		first_ns = least(first_ns, p->limits.timeout_ns);
	if (p->limits.stall_ns)
		first_ns = least(first_ns, p->limits.stall_ns);
	return first_ns;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int64_t attempt_limits_median_ns(struct attempt_limits *p, unsigned kind)
{
	struct sample *s = &p->of_kind[kind];
	int64_t sorted[ATTEMPT_SAMPLE];

	if (s->n < ATTEMPT_FEW)
		return 0;
	if (!s->known) {
		memcpy(sorted, s->took_ns, s->n * sizeof(*sorted));
		qsort(sorted, s->n, sizeof(*sorted), compare);
		s->median_ns = sorted[s->n / 2];
		s->known = true;
	}
	return s->median_ns;
}

void attempt_limits_did(struct attempt_limits *p, unsigned kind, int64_t took_ns)
{
	struct sample *s = &p->of_kind[kind];

	s->took_ns[s->next] = took_ns;
	s->next = (s->next + 1) % ATTEMPT_SAMPLE;
	if (s->n < ATTEMPT_SAMPLE)
		s->n++;
	s->known = false;
}

static int64_t limit_ns(struct attempt_limits *p, unsigned kind)
{
	int64_t median_ns = p->limits.percent ? attempt_limits_median_ns(p, kind) : 0;

	if (!median_ns)
		return p->limits.timeout_ns;
	return (int64_t)((double)median_ns * p->limits.percent / 100) + 1;
}

/* Since it wrote something, to a pipe or to its file. */
static int64_t silent_ns(struct waiting *w, const struct pool_look *look, int64_t bytes)
{
	if (bytes >= 0 && bytes != w->bytes) {
		w->bytes = bytes;
		w->grown_ns = look->took_ns;
	}
	return least(look->quiet_ns, look->took_ns - w->grown_ns);
}

static bool is_slow(struct attempt_limits *p, unsigned kind, struct waiting *w,
		    const struct pool_look *look, int64_t usual_ns)
{
	int64_t median_ns = attempt_limits_median_ns(p, kind);

	if (usual_ns < median_ns)
		usual_ns = median_ns;
	if (w->told || !median_ns || look->took_ns < SLOW_NS ||
	    look->took_ns / SLOW_TIMES < usual_ns)
		return false;
	w->told = true;
	return true;
}

int64_t attempt_limits_look(struct attempt_limits *p, unsigned kind, const struct pool_look *look,
			    int64_t bytes, int64_t usual_ns, bool *ret_slow)
{
	struct waiting *w = &p->job[look->job];
	int64_t left_ns = limit_ns(p, kind) - look->took_ns;
	int64_t quiet_ns = silent_ns(w, look, bytes);
	int64_t hush_ns = p->limits.stall_ns ? p->limits.stall_ns - quiet_ns : LOOK_NS;

	*ret_slow = false;
	if (left_ns <= 0 || hush_ns <= 0) {
		w->stalled = left_ns > 0;
		w->limit_ns = w->stalled ? p->limits.stall_ns : limit_ns(p, kind);
		return 0;
	}
	*ret_slow = is_slow(p, kind, w, look, usual_ns);
	return least(least(left_ns, hush_ns), LOOK_NS);
}

void attempt_limits_why(const struct attempt_limits *p, uint32_t job, struct buf *b)
{
	const struct waiting *w = &p->job[job];

	buf_addf(b, w->stalled ? "stalled: nothing for %.6g s" : "timed out after %.6g s",
		 (double)w->limit_ns / NS_PER_S);
}

bool attempt_limits_stalled(const struct attempt_limits *p, uint32_t job)
{
	return p->job[job].stalled;
}
