/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/rank.h"

#include "base/mem.h"

#define SIZES 64 /* the powers of two of an int64_t; 0 is an unknown cost */
#define TIERS 3

static unsigned size_of(int64_t cost)
{
	unsigned size = 0;

	for (; cost > 0; cost >>= 1)
		size++;
	return size;
}

/* The median of the known sizes; 0 when no size is known. */
static unsigned middle(const struct rank_job *jobs, uint32_t n)
{
	uint32_t of_size[SIZES] = { 0 }, known = 0, below = 0;
	unsigned size = 0;

	for (uint32_t i = 0; i < n; i++)
		of_size[size_of(jobs[i].cost)]++;
	known = n - of_size[0];
	while (known && below <= known / 2)
		below += of_size[++size];
	return size;
}

/* The place of a job in the order; 0 is the first place. */
static unsigned place_of(const struct rank_job *job, unsigned unknown)
{
	unsigned tier = job->priority > 0 ? 0 : job->priority < 0 ? 2 : 1;
	unsigned size = job->cost > 0 ? size_of(job->cost) : unknown;

	return tier * SIZES + (SIZES - 1 - size);
}

struct ranking rank_jobs(const struct rank_job *jobs, uint32_t n)
{
	uint32_t begin[TIERS * SIZES + 1] = { 0 };
	unsigned unknown = middle(jobs, n);
	struct ranking ret = { .job = mem_array(n, sizeof(*ret.job)) };

	for (uint32_t i = 0; i < n; i++)
		begin[place_of(&jobs[i], unknown) + 1]++;
	for (unsigned i = 0; i < TIERS * SIZES; i++)
		begin[i + 1] += begin[i];
	ret.high_end = begin[SIZES];
	ret.low_begin = begin[2 * SIZES];
	for (uint32_t i = 0; i < n; i++)
		ret.job[begin[place_of(&jobs[i], unknown)]++] = i;
	return ret;
}
