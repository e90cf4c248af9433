/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/digest.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "story/text.h"

void digest_title(struct buf *b, const struct recorded_run *run)
{
	const char *things =
		strcmp(run->verb, "load") && strcmp(run->verb, "verify") ? "image" : "file";

	buf_adds(b, "hpn ");
	text_xml(b, run->verb);
	buf_addf(b, ": %zu %s%s", run->n_jobs, things, run->n_jobs == 1 ? "" : "s");
	if (run->failed)
		buf_addf(b, ", %u failed", run->failed);
	if (run->cancelled)
		buf_addf(b, ", %u cancelled", run->cancelled);
	buf_adds(b, ", in ");
	text_time(b, (double)run->end_ns);
}

void digest_where(struct buf *b, const struct recorded_run *run)
{
	time_t sec = (time_t)(run->wall_ns / NS_PER_S);
	char when[40] = "";
	struct tm tm;

	if (*run->runtime) {
		text_xml(b, run->runtime);
		buf_adds(b, ", ");
	}
	if (gmtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_addf(b, "%u at once, %s", run->workers, when);
	if (!run->over)
		buf_adds(b, "; the events end before the run does");
}

static int64_t took_ns(const struct recorded_run *run, uint32_t job)
{
	return recorded_took_ns(run, &run->jobs[job]);
}

/* By insertion: `most` is small. */
size_t digest_slowest(const struct recorded_run *run, uint32_t *ret_jobs, size_t most)
{
	size_t n = 0;

	for (uint32_t job = 0; job < run->n_jobs; job++) {
		size_t at = n;

		if (!run->jobs[job].tries)
			continue;
		while (at > 0 && took_ns(run, ret_jobs[at - 1]) < took_ns(run, job))
			at--;
		if (at >= most)
			continue;
		if (n < most)
			n++;
		memmove(ret_jobs + at + 1, ret_jobs + at, (n - 1 - at) * sizeof(*ret_jobs));
		ret_jobs[at] = job;
	}
	return n;
}

size_t digest_failed(const struct recorded_run *run, uint32_t *ret_jobs, size_t most)
{
	size_t n = 0;

	for (uint32_t job = 0; job < run->n_jobs && n < most; job++)
		if (run->jobs[job].how == HOW_FAILED && run->jobs[job].end_ns >= 0)
			ret_jobs[n++] = job;
	return n;
}
