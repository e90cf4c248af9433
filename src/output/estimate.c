/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/estimate.h"

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void estimate_running(struct estimate *e, int64_t ran_ns, int64_t done, int64_t total,
		      int64_t usual_ns)
{
	int64_t left_ns = -1;

	e->running++;
	if (done > 0 && total > 0 && ran_ns > 0)
		left_ns = (int64_t)((double)ran_ns * (double)(total - done) / (double)done);
	else if (usual_ns >= 0)
		left_ns = usual_ns - ran_ns;
	if (left_ns < 0 && usual_ns < 0) {
		e->unsure++;
		e->unsure_ns += ran_ns;
		return;
	}
	left_ns = larger(left_ns, 0);
	e->running_ns += left_ns;
	e->longest_ns = larger(e->longest_ns, left_ns);
}

int64_t estimate_left_ns(const struct estimate *e)
{
	int64_t mean_ns = e->over ? e->over_ns / e->over : -1;
	int64_t sum_ns = e->running_ns + e->known_ns, longest_ns = e->longest_ns;
	uint32_t left = e->waiting + e->running;
	unsigned workers = e->workers < left ? e->workers : left;

	if (!left && !e->known_ns)
		return 0;
	if (mean_ns < 0 && (e->waiting || e->unsure))
		return -1;
	sum_ns += mean_ns * e->waiting;
	if (e->unsure) {
		/* One that has run for longer than most is not about to end. */
		int64_t each_ns = larger(mean_ns - e->unsure_ns / e->unsure, mean_ns / 4);

		sum_ns += each_ns * e->unsure;
		longest_ns = larger(longest_ns, each_ns);
	}
	if (e->waiting)
		longest_ns = larger(longest_ns, mean_ns);
	return larger(longest_ns, sum_ns / (workers ? workers : 1));
}
