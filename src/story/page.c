/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/page.h"

#include <stdlib.h>

#include "base/mem.h"
#include "story/digest.h"
#include "story/picture.h"
#include "story/template.h"
#include "story/text.h"

#define SLOWEST 20
#define MOST_FAILED 500

static void add_row(struct buf *b, const struct recorded_run *run, uint32_t job)
{
	const struct recorded_job *j = &run->jobs[job];

	buf_addf(b, "<tr data-j=\"%u\"><td class=\"n\">%u</td><td>", job, job + 1);
	text_xml(b, j->image);
	buf_adds(b, "</td><td>");
	text_xml(b, run->lanes[j->lane].name);
	buf_addf(b, "</td><td class=\"n\">%u</td><td class=\"n\">", j->tries);
	text_time(b, (double)j->run_ns);
	buf_adds(b, "</td><td class=\"n\">");
	text_time(b, (double)(recorded_took_ns(run, j) - j->run_ns));
	buf_adds(b, "</td><td class=\"why\">");
	text_lines(b, j->reason);
	buf_adds(b, "</td></tr>\n");
}

static void add_table(struct buf *b, const struct recorded_run *run, const char *id,
		      const char *title, const uint32_t *jobs, size_t n)
{
	if (!n)
		return;
	buf_addf(b,
		 "<h2>%s</h2>\n<table id=\"%s\"><thead><tr><th class=\"n\">#</th><th>Image</th>"
		 "<th>Registry</th><th class=\"n\">Attempts</th><th class=\"n\">Running</th>"
		 "<th class=\"n\">Waiting</th><th>Reason</th></tr></thead><tbody>\n",
		 title, id);
	for (size_t i = 0; i < n; i++)
		add_row(b, run, jobs[i]);
	buf_adds(b, "</tbody></table>\n");
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
static void add_sums(struct buf *b, const struct recorded_run *run)
{
	double ran_ns = 0, waited_ns = 0;

	for (size_t i = 0; i < run->n_jobs; i++)
		ran_ns += (double)run->jobs[i].run_ns;
	for (size_t i = 0; i < run->n_waits; i++)
		waited_ns += (double)(run->waits[i].end_ns - run->waits[i].begin_ns);
	buf_addf(b, "Attempts: %zu; the sum of their times is ", run->n_tries);
	text_time(b, ran_ns);
	buf_addf(b, ". Waits before another attempt: %zu, ", run->n_waits);
	text_time(b, waited_ns);
	buf_adds(b, " in all.");
}

void page_write(struct buf *b, const struct recorded_run *run)
{
	struct buf title = BUF_INIT, where = BUF_INIT, sums = BUF_INIT, picture = BUF_INIT;
	struct buf tables = BUF_INIT;

	digest_title(&title, run);
	digest_where(&where, run);
	add_sums(&sums, run);
	picture_draw(&picture, run, false);
	add_tables(&tables, run);
	template_fill(b, template_page,
		      (const struct part[]){ { "title", buf_str(&title) },
					     { "where", buf_str(&where) },
					     { "sums", buf_str(&sums) },
					     { "picture", buf_str(&picture) },
					     { "tables", buf_str(&tables) },
					     { NULL, NULL } });
	buf_release(&title);
	buf_release(&where);
	buf_release(&sums);
	buf_release(&picture);
	buf_release(&tables);
}
