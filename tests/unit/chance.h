/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random choices that are the same in every run, for property tests. */
#ifndef HPN_TESTS_CHANCE_H
#define HPN_TESTS_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state; /* any seed */
};

static inline uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 … n-1 */
static inline size_t chance_below(struct chance *c, size_t n)
{
	return (size_t)(chance_next(c) % n);
}

#endif
