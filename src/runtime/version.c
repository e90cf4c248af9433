/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/version.h"

#include <stddef.h>

#define PARTS 4
#define MAX_PART 999999999 /* dates are versions, too: 20240229 */

struct version {
	long part[PARTS];
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_number(const char **s, long *ret)
{
	*ret = 0;
	if (!is_digit(**s))
		return false;
	for (; is_digit(**s); (*s)++) {
		*ret = *ret * 10 + (**s - '0');
		if (*ret > MAX_PART)
			return false;
	}
	return true;
}

static bool parse(const char *s, struct version *ret)
{
	size_t n = 0;
	long sum = 0;

	*ret = (struct version){ 0 };
	if (!s)
		return false;
	s += *s == 'v';
	do {
		if (n == PARTS || !take_number(&s, &ret->part[n]))
			return false;
		sum += ret->part[n++];
	} while (*s == '.' && s++);
	return sum > 0;
}

bool version_is_valid(const char *text)
{
	struct version v;

	return parse(text, &v);
}

/* Negative, 0 or positive, as of strcmp(). */
static int compare(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < PARTS; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

bool version_at_least(const char *a, const char *b)
{
	struct version va, vb;

	return parse(a, &va) && parse(b, &vb) && compare(&va, &vb) >= 0;
}

bool version_below(const char *a, const char *b)
{
	struct version va, vb;

	return parse(a, &va) && parse(b, &vb) && compare(&va, &vb) < 0;
}
