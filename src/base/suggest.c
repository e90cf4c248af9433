/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/suggest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define MAX_WORD 63

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t suggest_distance(const char *word, const char *known)
{
	/* Three rows of the usual table: the one before the last is needed for
	 * swapped neighbours. */
	size_t rows[3][MAX_WORD + 1], lw = strlen(word), lk = strlen(known);

	if (lw > MAX_WORD || lk > MAX_WORD)
		return SIZE_MAX;
	if (lw >= 2 && lw < lk && !strncasecmp(word, known, lw))
		return 1;
	for (size_t k = 0; k <= lk; k++)
		rows[0][k] = k;
	for (size_t w = 1; w <= lw; w++) {
		size_t *now = rows[w % 3], *last = rows[(w + 2) % 3];
		const size_t *older = rows[(w + 1) % 3];

		now[0] = w;
		for (size_t k = 1; k <= lk; k++) {
			size_t change = last[k - 1] + !same(word[w - 1], known[k - 1]);

			now[k] = min2(change, min2(last[k], now[k - 1]) + 1);
			if (w > 1 && k > 1 && same(word[w - 1], known[k - 2]) &&
			    same(word[w - 2], known[k - 1]))
				now[k] = min2(now[k], older[k - 2] + 1);
		}
	}
	return rows[lw % 3][lk];
}

int suggest_close(const char *word, size_t distance)
{
	return distance <= (strlen(word) + 2) / 3;
}

const char *suggest_nearest(const char *word, const char *const *known, size_t n)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		size_t d = suggest_distance(word, known[i]);

		if (d < best_distance) {
			best = known[i];
			best_distance = d;
		}
	}
	return suggest_close(word, best_distance) ? best : NULL;
}
