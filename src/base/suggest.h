/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suggest.h - "did you mean ...?"
 */
#ifndef HPN_BASE_SUGGEST_H
#define HPN_BASE_SUGGEST_H

#include <stddef.h>

/*
 * How far `word` is from `known`: the number of letters added, dropped,
 * changed, or swapped with their neighbour, without regard to case. A word
 * that is the beginning of `known` (two letters or more) is at 1. Words of
 * over 63 bytes are far from everything.
 */
size_t suggest_distance(const char *word, const char *known);

/* Whether a word at this distance is worth a suggestion. */
int suggest_close(const char *word, size_t distance);

/* The nearest of `n` words if it is close, else NULL; the first of equals. */
const char *suggest_nearest(const char *word, const char *const *known, size_t n);

#endif
