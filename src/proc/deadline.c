/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/deadline.h"

#include <stdlib.h>

#include "base/mem.h"

static void put(struct deadlines *all, size_t i, struct deadline *d)
{
	all->heap[i] = d;
	d->pos = i + 1;
}

static void sift_up(struct deadlines *all, size_t i)
{
	struct deadline *d = all->heap[i];

	while (i > 0 && d->at_ns < all->heap[(i - 1) / 2]->at_ns) {
		put(all, i, all->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(all, i, d);
}

static void sift_down(struct deadlines *all, size_t i)
{
	struct deadline *d = all->heap[i];

	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid + 1 < all->n && all->heap[kid + 1]->at_ns < all->heap[kid]->at_ns)
			kid++;
		if (kid >= all->n || d->at_ns <= all->heap[kid]->at_ns)
			break;
		put(all, i, all->heap[kid]);
		i = kid;
	}
	put(all, i, d);
}

void deadline_clear(struct deadlines *all, struct deadline *d)
{
	size_t i = d->pos - 1;
	struct deadline *last;

	if (!d->pos)
		return;
	d->pos = 0;
	last = all->heap[--all->n];
	if (last == d)
		return;
	put(all, i, last);
	sift_up(all, i);
	sift_down(all, last->pos - 1);
}

void deadline_set(struct deadlines *all, struct deadline *d, int64_t at_ns)
{
	deadline_clear(all, d);
	d->at_ns = at_ns;
	if (all->n == all->cap) {
		all->cap = all->cap ? all->cap * 2 : 16;
		all->heap = mem_grow(all->heap, all->cap, sizeof(struct deadline *));
	}
	put(all, all->n, d);
	sift_up(all, all->n++);
}

struct deadline *deadlines_due(struct deadlines *all, int64_t now_ns)
{
	struct deadline *d = all->n ? all->heap[0] : NULL;

	if (!d || d->at_ns > now_ns)
		return NULL;
	deadline_clear(all, d);
	return d;
}

void deadlines_fire(struct deadlines *all, int64_t now_ns)
{
	struct deadline *d;

	while ((d = deadlines_due(all, now_ns)))
		if (d->due)
			d->due(d->owner, d);
}

int64_t deadlines_wait_ns(const struct deadlines *all, int64_t now_ns)
{
	if (!all->n)
		return -1;
	return all->heap[0]->at_ns > now_ns ? all->heap[0]->at_ns - now_ns : 0;
}

void deadlines_shift(struct deadlines *all, int64_t by_ns)
{
	all->shifted_ns += by_ns;
	for (size_t i = 0; i < all->n; i++)
		all->heap[i]->at_ns += by_ns;
}

void deadlines_release(struct deadlines *all)
{
	while (all->n)
		deadline_clear(all, all->heap[all->n - 1]);
	free(all->heap);
	*all = (struct deadlines){ 0 };
}
