/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/recap.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

#define SLOWEST 3
#define LEAST_NS (5 * NS_PER_S) /* in less there is nothing to gain */

static double seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

/* The slowest of those that take less than `under_ns`, or as long and stand
 * behind `after`. */
static uint32_t next_slowest(const struct ledger *l, int64_t under_ns, uint32_t after)
{
	uint32_t best = LEDGER_NONE;

	for (uint32_t i = 0; i < l->info->jobs; i++) {
		int64_t ns = l->job[i].ran_ns;

		if (ns <= 0 || ns > under_ns || (ns == under_ns && i <= after))
			continue;
		if (best == LEDGER_NONE || ns > l->job[best].ran_ns)
			best = i;
	}
	return best;
}

static void add_slowest(const struct ledger *l, struct buf *b)
{
	int64_t under_ns = INT64_MAX;
	uint32_t job = 0;

	for (unsigned i = 0; i < SLOWEST; i++) {
		const char *name;

		job = next_slowest(l, under_ns, job);
		if (job == LEDGER_NONE)
			return;
		under_ns = l->job[job].ran_ns;
		name = l->info->name[job];
		buf_adds(b, i ? ", " : "Slowest: ");
		utf8_show(b, name, strlen(name), 200);
		buf_addf(b, " %.1f s", seconds(under_ns));
	}
}

static uint32_t failed_as(const struct ledger *l, const char *class)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->n_attempts; i++) {
		const char *name = ledger_class(l, l->attempt[i].class);

		n += name && !strcmp(name, class);
	}
	return n;
}

/* All workers were busy nearly all the time, and there was more to do. */
static bool was_full(const struct ledger *l, int64_t took_ns)
{
	unsigned workers = l->info->workers;

	return l->info->jobs >= 3 * workers && took_ns >= LEAST_NS &&
	       (double)l->ran_ns > 0.9 * (double)workers * (double)took_ns;
}

static void add_advice(const struct ledger *l, int64_t took_ns, struct buf *b)
{
	unsigned workers = l->info->workers;
	uint32_t throttled = failed_as(l, "throttled");

	if (throttled)
		buf_addf(b,
			 "Try: fewer workers (-j), or a login at the registry; it refused %u"
			 " time%s because of too many requests\n",
			 throttled, throttled == 1 ? "" : "s");
	else if (was_full(l, took_ns))
		buf_addf(b,
			 "Try: -j %u, since all %u workers were busy all the time; 'hpn doctor'"
			 " says what else may slow it down\n",
			 2 * workers, workers);
}

void recap_text(const struct ledger *l, int64_t now_ns, struct buf *b)
{
	int64_t took_ns = now_ns - l->info->start_ns;

	if (took_ns <= 0 || l->ran_ns <= 0)
		return;
	buf_addf(b, "\nTook %.1f s", seconds(took_ns));
	if (l->ran_ns > took_ns)
		buf_addf(b, "; the parts add up to %.1f s: %.1f times as fast as one by one",
			 seconds(l->ran_ns), (double)l->ran_ns / (double)took_ns);
	buf_addc(b, '\n');
	if (l->info->jobs > SLOWEST) {
		add_slowest(l, b);
		buf_addc(b, '\n');
	}
	add_advice(l, took_ns, b);
}
