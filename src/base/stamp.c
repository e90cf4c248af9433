/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stamp.h"

#include <time.h>

#include "base/clock.h"

/* Exactly that many digits; printf() would be most of what a line costs. */
static void add_digits(struct buf *b, int n, unsigned value)
{
	char *to = buf_room(b, (size_t)n);

	for (int i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	to[n] = '\0';
	b->len += (size_t)n;
}

static void add_part(struct buf *b, char before, int n, int value)
{
	buf_addc(b, before);
	add_digits(b, n, (unsigned)value);
}

void stamp_utc(struct buf *b, int64_t wall_ns)
{
	time_t secs = (time_t)(wall_ns / NS_PER_S);
	struct tm tm = { 0 };

	gmtime_r(&secs, &tm);
	add_digits(b, 4, (unsigned)(tm.tm_year + 1900));
	add_part(b, '-', 2, tm.tm_mon + 1);
	add_part(b, '-', 2, tm.tm_mday);
	add_part(b, 'T', 2, tm.tm_hour);
	add_part(b, ':', 2, tm.tm_min);
	add_part(b, ':', 2, tm.tm_sec);
	add_part(b, '.', 6, (int)(wall_ns % NS_PER_S / 1000));
	buf_addc(b, 'Z');
}

void stamp_seconds(struct buf *b, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	buf_addn(b, ns / NS_PER_S);
	add_part(b, '.', 6, (int)(ns % NS_PER_S / 1000));
}
