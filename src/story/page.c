/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/timeline.h"

#include <stdlib.h>

#include "base/mem.h"
#include "story/digest.h"
#include "story/template.h"
#include "story/text.h"

#define SLOWEST 20
#define MOST_FAILED 500

static void add_table(struct buf *b, const struct recorded_run *run, const char *id,
		      const char *title, const uint32_t *jobs, size_t n)
{
	struct strvec texts = STRVEC_INIT;

	if (!n)
		return;
	buf_addf(b,
		 "<h2>%s</h2>\n<table id=\"%s\"><thead><tr><th class=\"n\">#</th><th>Image</th>"
		 "<th>Registry</th><th class=\"n\">Attempts</th><th class=\"n\">Running</th>"
		 "<th class=\"n\">Waiting</th><th>Reason</th></tr></thead><tbody>\n",
		 title, id);
	for (size_t i = 0; i < n; i++) {
		const struct recorded_job *j = &run->jobs[jobs[i]];
		int64_t took_ns = recorded_took_ns(run, j);

		buf_addf(b,
			 "<tr data-j=\"%u\"><td class=\"n\">%u</td><td>%s</td><td>%s</td>"
			 "<td class=\"n\">%u</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
			 "<td class=\"why\">%s</td></tr>\n",
			 jobs[i], jobs[i] + 1, text_xml(&texts, j->image),
			 text_xml(&texts, run->lanes[j->lane].name), j->tries,
			 text_time(&texts, (double)j->run_ns),
			 text_time(&texts, (double)(took_ns - j->run_ns)),
			 text_lines(&texts, j->reason));
	}
	buf_adds(b, "</tbody></table>\n");
	strvec_release(&texts);
}

static void add_tables(struct buf *b, const struct recorded_run *run)
{
	uint32_t *jobs = mem_array(MOST_FAILED, sizeof(*jobs));
	size_t n = digest_failed(run, jobs, MOST_FAILED);

	add_table(b, run, "failed", "Failed", jobs, n);
	if (n < run->failed)
		buf_addf(b, "<p>and %zu more</p>\n", run->failed - n);
	add_table(b, run, "slowest", "Slowest", jobs, digest_slowest(run, jobs, SLOWEST));
	free(jobs);
}

/* Attempts that run at once slow each other down: the sum of their times is not
 * what the run would have taken one by one. */
static const char *sums(struct strvec *texts, const struct recorded_run *run)
{
	const char *ran, *waited;
	double ran_ns = 0, waited_ns = 0;

	for (size_t i = 0; i < run->n_jobs; i++)
		ran_ns += (double)run->jobs[i].run_ns;
	for (size_t i = 0; i < run->n_waits; i++)
		waited_ns += (double)(run->waits[i].end_ns - run->waits[i].begin_ns);
	ran = text_time(texts, ran_ns);
	waited = text_time(texts, waited_ns);
	strvec_pushf(texts,
		     "Attempts: %zu; the sum of their times is %s."
		     " Waits before another attempt: %zu, %s in all.",
		     run->n_tries, ran, run->n_waits, waited);
	return texts->v[texts->n - 1];
}

void timeline_page(struct buf *b, const struct recorded_run *run)
{
	struct strvec texts = STRVEC_INIT;
	struct buf picture = BUF_INIT, tables = BUF_INIT;

	timeline_svg(&picture, run, false);
	add_tables(&tables, run);
	template_fill(b, template_page,
		      (const struct part[]){ { "title", digest_title(&texts, run) },
					     { "where", digest_where(&texts, run) },
					     { "sums", sums(&texts, run) },
					     { "picture", buf_str(&picture) },
					     { "tables", buf_str(&tables) },
					     { NULL, NULL } });
	buf_release(&picture);
	buf_release(&tables);
	strvec_release(&texts);
}
