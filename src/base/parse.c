/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parse.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

int parse_bool(const char *s, int *ret)
{
	static const char words[][6] = { "false", "true", "no", "yes", "off",
					 "on",    "f",    "t",  "0",   "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(s, words[i])) {
			*ret = (int)(i % 2);
			return 0;
		}
	return -EINVAL;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Take a sign off; 1 for minus. */
static int take_sign(const char **s)
{
	int minus = **s == '-';

	if (**s == '-' || **s == '+')
		(*s)++;
	return minus;
}

/* Digits are read to their end even when they are too many, so that a text
 * of another kind is -EINVAL however long its number is. */
static int take_digits(const char **s, int64_t *ret)
{
	int64_t n = 0;
	int over = 0;

	if (!is_digit(**s))
		return -EINVAL;
	for (; is_digit(**s); (*s)++)
		over |= __builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, **s - '0', &n);
	*ret = n;
	return over ? -ERANGE : 0;
}

int parse_int(const char *s, int64_t *ret)
{
	int minus = take_sign(&s), rc;
	int64_t n = 0;

	rc = take_digits(&s, &n);
	if (rc == -EINVAL || *s)
		return -EINVAL;
	if (!rc)
		*ret = minus ? -n : n;
	return rc;
}

/* Take a unit off; its length in nanoseconds, or 0 when there is none. */
static int64_t take_unit(const char **s)
{
	static const struct {
		char name[3];
		int64_t ns;
	} units[] = {
		/* longer names before those that they begin with */
		{ "ns", 1 },       { "us", 1000 },         { "ms", NS_PER_MS },
		{ "s", NS_PER_S }, { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (!strncmp(*s, units[i].name, len)) {
			*s += len;
			return units[i].ns;
		}
	}
	return 0;
}

/* The digits after the point, as a share of one unit. */
static int64_t share(const char *digits, const char *end, int64_t unit)
{
	int64_t sum = 0;

	for (; digits < end && unit; digits++) {
		/* unit is at most 3.6e12, so this cannot overflow */
		sum += unit * (*digits - '0') / 10;
		unit /= 10;
	}
	return sum;
}

/* One number with its unit; a number that is all of the text needs none. */
static int take_part(const char **s, int alone, int64_t *sum)
{
	const char *frac = NULL, *frac_end = NULL, *start = *s;
	int64_t n = 0, unit;
	int rc = take_digits(s, &n);

	if (rc == -EINVAL && **s != '.')
		return rc;
	if (**s == '.') {
		frac = ++*s;
		while (is_digit(**s))
			(*s)++;
		frac_end = *s;
		if (frac_end == start + 1)
			return -EINVAL;
	}
	unit = take_unit(s);
	if (!unit && (!alone || **s))
		return -EINVAL;
	if (!unit)
		unit = NS_PER_S;
	if (rc == -ERANGE || __builtin_mul_overflow(n, unit, &n) ||
	    __builtin_add_overflow(*sum, n, sum) ||
	    (frac && __builtin_add_overflow(*sum, share(frac, frac_end, unit), sum)))
		return -ERANGE;
	return 0;
}

int parse_duration(const char *s, int64_t *ret_ns)
{
	int minus = take_sign(&s), over = 0, rc, alone = 1;
	int64_t sum = 0;

	do {
		rc = take_part(&s, alone, &sum);
		if (rc == -EINVAL)
			return rc;
		over |= rc == -ERANGE;
		alone = 0;
	} while (*s);
	if (over)
		return -ERANGE;
	*ret_ns = minus ? -sum : sum;
	return 0;
}
