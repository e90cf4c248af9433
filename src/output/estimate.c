/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/estimate.h"

#include <stdlib.h>

#define MOST_PLAYED 512 /* images; what more there are is added by their mean */
#define GAMES 8

void estimate_took(struct estimate *e, int64_t took_ns)
{
	if (e->n_samples < ESTIMATE_SAMPLES)
		e->sample_ns[e->n_samples++] = took_ns;
}

void estimate_known(struct estimate *e, int64_t takes_ns)
{
	if (e->n_known < ESTIMATE_KNOWN)
		e->known_ns[e->n_known++] = takes_ns;
	else
		e->more_known_ns += takes_ns;
}

void estimate_open(struct estimate *e, int64_t age_ns, int64_t done, int64_t total,
		   int64_t usual_ns)
{
	int64_t left_ns = -1;

	if (done > 0 && total > 0 && age_ns > 0)
		left_ns = (int64_t)((double)age_ns * (double)(total - done) / (double)done);
	else if (usual_ns >= 0)
		left_ns = usual_ns - age_ns;
	if (e->places < ESTIMATE_PLACES)
		e->left_ns[e->places++] = left_ns >= 0 ? left_ns : -1 - age_ns;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The nth of a sequence of numbers from 0 to 1 that fills this range evenly. */
static double even(uint32_t nth)
{
	double x = nth * 0.6180339887498949;

	return x - (double)(uint64_t)x;
}

/* What an image of this age still needs, if it is like those that took longer.
 * Where none has, as one of an unknown kind: in proportion to its age. */
static int64_t rest_ns(const int64_t *sorted, uint32_t n, int64_t age_ns, double share)
{
	uint32_t shorter = 0;

	while (shorter < n && sorted[shorter] <= age_ns)
		shorter++;
	if (shorter == n)
		return (int64_t)((0.25 + share / 2) * (double)age_ns);
	return sorted[shorter + (uint32_t)(share * (n - shorter))] - age_ns;
}

/* Take the place that is free first. */
static void take_place(int64_t *free_ns, uint32_t places, int64_t took_ns)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i < places; i++)
		if (free_ns[i] < free_ns[first])
			first = i;
	free_ns[first] += took_ns;
}

static int64_t play(const struct estimate *e, const int64_t *sorted, uint32_t n, uint32_t game)
{
	int64_t free_ns[ESTIMATE_PLACES] = { 0 }, last_ns = 0;
	uint32_t places = e->places ? e->places : 1, turn = game * 1000;

	for (uint32_t i = 0; i < e->places; i++)
		free_ns[i] = e->left_ns[i] >= 0
				     ? e->left_ns[i]
				     : rest_ns(sorted, n, -1 - e->left_ns[i], even(++turn));
	for (uint32_t i = e->n_known; i-- > 0;) /* longest first, as they will be started */
		take_place(free_ns, places, e->known_ns[i]);
	for (uint32_t i = 0; i < e->waiting && i < MOST_PLAYED; i++)
		take_place(free_ns, places, sorted[(uint32_t)(even(++turn) * n)]);
	for (uint32_t i = 0; i < places; i++)
		last_ns = free_ns[i] > last_ns ? free_ns[i] : last_ns;
	return last_ns;
}

/* Images that are too many to be played, shared by the places. */
static int64_t more_ns(const struct estimate *e, const int64_t *sorted, uint32_t n)
{
	double sum_ns = 0;

	for (uint32_t i = 0; i < n; i++)
		sum_ns += (double)sorted[i];
	sum_ns = e->waiting > MOST_PLAYED ? sum_ns / n * (e->waiting - MOST_PLAYED) : 0;
	sum_ns += (double)e->more_known_ns;
	return (int64_t)(sum_ns / (e->places ? e->places : 1));
}

int64_t estimate_left_ns(struct estimate *e)
{
	int64_t *sorted = e->sample_ns, sum_ns = 0;
	uint32_t n = e->n_samples, unsure = 0;

	for (uint32_t i = 0; i < e->places; i++)
		unsure += e->left_ns[i] < 0;
	if (!n && (unsure || e->waiting))
		return -1;
	qsort(sorted, n, sizeof(*sorted), compare);
	/* the long ones are over last: those that are open belong to the samples */
	for (uint32_t i = 0, all = n; i < e->places && n < 2 * ESTIMATE_SAMPLES; i++)
		if (e->left_ns[i] < 0) {
			int64_t age_ns = -1 - e->left_ns[i];

			sorted[n++] = age_ns + rest_ns(sorted, all, age_ns, 0.5);
		}
	qsort(sorted, n, sizeof(*sorted), compare);
	qsort(e->known_ns, e->n_known, sizeof(*e->known_ns), compare);
	for (uint32_t game = 0; game < GAMES; game++)
		sum_ns += play(e, sorted, n, game);
	return sum_ns / GAMES + more_ns(e, sorted, n);
}
