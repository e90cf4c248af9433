/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stamp.h"

#include <time.h>

#include "base/clock.h"

void stamp_utc(struct buf *b, int64_t wall_ns)
{
	time_t secs = (time_t)(wall_ns / NS_PER_S);
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&secs, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_addf(b, "%s.%06dZ", text, (int)(wall_ns % NS_PER_S / 1000));
}

void stamp_seconds(struct buf *b, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	buf_addf(b, "%lld.%06d", (long long)(ns / NS_PER_S), (int)(ns % NS_PER_S / 1000));
}
