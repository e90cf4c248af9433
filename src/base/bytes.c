/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bytes.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static const char units[] = "KMGT";

/* What follows the number: how often it is to be doubled. */
static int read_unit(const char *s, int *ret_shift)
{
	const char *at = *s ? strchr(units, toupper((unsigned char)*s)) : NULL;

	*ret_shift = at ? 10 * (int)(at - units + 1) : 0;
	s += at != NULL;
	return !*s || strcasecmp(s, "b") == 0 || (at && strcasecmp(s, "ib") == 0) ? 0 : -EINVAL;
}

int bytes_parse(const char *s, int64_t *ret_bytes)
{
	double value = 0, place = 1;
	int shift, digits = 0;

	for (; isdigit((unsigned char)*s); s++, digits++)
		value = value * 10 + (*s - '0');
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++, digits++)
			value += (*s - '0') * (place /= 10);
	if (!digits || read_unit(s, &shift))
		return -EINVAL;
	value *= (double)(INT64_C(1) << shift);
	if (value > 9e18)
		return -ERANGE;
	*ret_bytes = (int64_t)value;
	return 0;
}

void bytes_show(struct buf *b, int64_t bytes)
{
	static const char *const decimal[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		buf_addf(b, "%d B", (int)bytes);
		return;
	}
	for (; value >= 999.95; unit++)
		value /= 1000;
	buf_addf(b, "%.1f %s", value, decimal[unit]);
}
