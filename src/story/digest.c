/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/digest.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "story/text.h"

const char *digest_title(struct strvec *kept, const struct recorded_run *run)
{
	const char *things =
		strcmp(run->verb, "load") && strcmp(run->verb, "verify") ? "image" : "file";
	const char *verb = text_xml(kept, run->verb), *took = text_time(kept, (double)run->end_ns);
	char failed[24] = "", cancelled[28] = "";

	if (run->failed)
		snprintf(failed, sizeof(failed), ", %u failed", run->failed);
	if (run->cancelled)
		snprintf(cancelled, sizeof(cancelled), ", %u cancelled", run->cancelled);
	strvec_pushf(kept, "hpn %s: %zu %s%s%s%s, in %s", verb, run->n_jobs, things,
		     run->n_jobs == 1 ? "" : "s", failed, cancelled, took);
	return kept->v[kept->n - 1];
}

const char *digest_where(struct strvec *kept, const struct recorded_run *run)
{
	time_t sec = (time_t)(run->wall_ns / NS_PER_S);
	const char *runtime = text_xml(kept, run->runtime);
	char when[40] = "";
	struct tm tm;

	if (gmtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	strvec_pushf(kept, "%s%s%u at once, %s%s", runtime, *runtime ? ", " : "", run->workers,
		     when, run->over ? "" : "; the events end before the run does");
	return kept->v[kept->n - 1];
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
