/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/recap.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "output/ci.h"
#include "output/reason.h"

#define SLOWEST 3
#define LEAST_NS (5 * NS_PER_S) /* in less there is nothing to gain */

static double seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

/* The slowest of those that take less than `under_ns`, or as long and stand
 * after `after`. */
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
			break;
		under_ns = l->job[job].ran_ns;
		name = l->info->name[job];
		buf_adds(b, i ? ", " : "Slowest: ");
		utf8_show(b, name, strlen(name), 200);
		buf_addf(b, " %.1f s", seconds(under_ns));
	}
	if (under_ns != INT64_MAX)
		buf_addc(b, '\n');
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

/* All workers were busy nearly all the time, and there was more to do. Where their
 * number has changed, somebody has looked for a better one already. */
static bool was_full(const struct ledger *l, int64_t took_ns)
{
	unsigned workers = l->workers;

	return !l->adjusted && l->info->jobs >= 3 * workers && took_ns >= LEAST_NS &&
	       (double)l->ran_ns > 0.9 * (double)workers * (double)took_ns;
}

static void add_advice(const struct ledger *l, int64_t took_ns, struct buf *b)
{
	uint32_t throttled = failed_as(l, "throttled");
	bool docker = !strcmp(l->info->runtime, "docker");

	if (throttled)
		buf_addf(b,
			 "Try: fewer workers (-j), or a login at the registry; it refused %u"
			 " time%s because of too many requests\n",
			 throttled, throttled == 1 ? "" : "s");
	else if (was_full(l, took_ns) && docker && strstr(l->info->verb, "pull"))
		buf_adds(b, "Try: 'hpn doctor', which shows how many layers docker downloads at a"
			    " time (max-concurrent-downloads)\n");
	else if (was_full(l, took_ns))
		buf_addf(b,
			 "Try: -j %u, since all %u workers were busy all the time; 'hpn doctor'"
			 " says what else may slow it down\n",
			 2 * l->workers, l->workers);
}

/* Names are whatever a list has in it, and are printed as they are. */
static void add_name(const char *name, struct buf *b)
{
	struct ci_line line = { .colons = 2 };

	if (ci_find() == CI_GITHUB)
		ci_defuse(&line, name, strlen(name), b);
	else
		buf_adds(b, name);
}

void recap_failed(const struct ledger *l, const char *plural, bool reasons, struct buf *b)
{
	if (!l->ended[RESULT_FAILED])
		return;
	buf_addf(b, "\nFailed %s:\n", plural);
	for (uint32_t i = 0; i < l->info->jobs; i++) {
		const struct ledger_job *j = &l->job[i];
		const char *why;
		size_t len;

		if (j->finish_ns < 0 || j->result != RESULT_FAILED)
			continue;
		buf_adds(b, "  - ");
		add_name(l->info->name[i], b);
		if (reasons && j->reason) {
			why = reason_without_name(j->reason, l->info->name[i], &len);
			buf_adds(b, ": ");
			utf8_show(b, why, len, SIZE_MAX);
		}
		buf_addc(b, '\n');
	}
}

void recap_text(const struct ledger *l, int64_t now_ns, struct buf *b)
{
	int64_t took_ns = now_ns - l->info->start_ns;

	if (took_ns <= 0 || l->ran_ns <= 0)
		return;
	buf_addf(b, "\nTook %.1f s", seconds(took_ns));
	if (l->ran_ns > took_ns)
		buf_addf(b, "; %.1f at a time on average", (double)l->ran_ns / (double)took_ns);
	buf_addc(b, '\n');
	if (l->info->jobs > SLOWEST)
		add_slowest(l, b);
	add_advice(l, took_ns, b);
}
