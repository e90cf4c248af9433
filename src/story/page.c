/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/page.h"

#include <stdlib.h>

#include "base/mem.h"
#include "story/digest.h"
#include "story/picture.h"
#include "story/text.h"

#define SLOWEST 20
#define MOST_FAILED 500

/* Details at the pointer, and all bars of one image brought out. Without it
 * the browser shows the titles itself. */
#define SCRIPT \
	"(function(){'use strict';" \
	"var svg=document.querySelector('svg.hpn'),tip=document.getElementById('tip'),now=null;" \
	"function bars(j){return document.querySelectorAll('[data-j=\"'+j+'\"]');}" \
	"function words(g){var t=g.querySelector(':scope>title');" \
	"if(t){g.words=t.textContent;t.remove();}return g.words||'';}" \
	"function leave(){if(!now)return;svg.classList.remove('dimmed');" \
	"document.querySelectorAll('.on').forEach(function(e){e.classList.remove('on');});" \
	"tip.hidden=true;now=null;}" \
	"function enter(g){if(g===now)return;leave();now=g;" \
	"if(g.dataset.j!==undefined){svg.classList.add('dimmed');" \
	"bars(g.dataset.j).forEach(function(e){e.classList.add('on');});}" \
	"tip.textContent=words(g);tip.hidden=!tip.textContent;}" \
	"document.addEventListener('mousemove',function(e){" \
	"var g=e.target.closest?e.target.closest('g.bar,g.lane,g.state,tr[data-j]'):null;" \
	"if(!g){leave();return;}enter(g);" \
	"var w=document.documentElement.clientWidth,x=e.clientX+14;" \
	"if(x+tip.offsetWidth>w)x=Math.max(0,w-tip.offsetWidth);" \
	"tip.style.left=x+'px';tip.style.top=e.clientY+16+'px';});" \
	"document.addEventListener('mouseleave',leave);})();"

/* Its base64 SHA-256; see tests/e2e/timeline. */
#define SCRIPT_SUM "FN9imKAmvY0giHxvNSZQKNgToadrbETSMUw3rkLTX0M="

static const char head[] =
	"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
	" style-src 'unsafe-inline'; script-src 'sha256-" SCRIPT_SUM "'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n";

static const char style[] =
	"body{margin:16px;font:14px sans-serif;background:#fff;color:#1b1f24}"
	".wide{overflow-x:auto}svg.hpn{width:100%;min-width:800px;height:auto;display:block}"
	"h1{font-size:20px;margin:0 0 4px}h2{font-size:15px;margin:18px 0 6px}p{margin:0 0 10px}"
	"table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;"
	"padding:2px 14px 2px 0;border-bottom:1px solid #d8dee4}"
	"td.n,th.n{text-align:right;white-space:nowrap}"
	"td.why{white-space:pre-line;overflow-wrap:anywhere}tr.on{background:#ddf4ff}"
	"#tip{position:fixed;max-width:60ch;padding:6px 9px;background:#1b1f24;color:#fff;"
	"white-space:pre-line;overflow-wrap:anywhere;font-size:12px;pointer-events:none}\n"
	"@media screen and (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}"
	"th,td{border-color:#2b323b}tr.on{background:#12314f}"
	"#tip{background:#e6edf3;color:#0d1117}}"
	"\n@media print{@page{size:landscape;margin:10mm}body{margin:0}#tip{display:none}"
	".wide{overflow:visible}svg.hpn{min-width:0;break-inside:avoid}tr{break-inside:avoid}}\n";

static void add_cell_time(struct buf *b, int64_t ns)
{
	buf_adds(b, "<td class=\"n\">");
	text_time(b, ns);
	buf_adds(b, "</td>");
}

static void add_row(struct buf *b, const struct recorded_run *s, uint32_t job)
{
	const struct recorded_job *j = &s->jobs[job];

	buf_addf(b, "<tr data-j=\"%u\"><td class=\"n\">%u</td><td>", job, job + 1);
	text_xml(b, j->image);
	buf_adds(b, "</td><td>");
	text_xml(b, s->lanes[j->lane].name);
	buf_addf(b, "</td><td class=\"n\">%u</td>", j->tries);
	add_cell_time(b, j->run_ns);
	add_cell_time(b, j->wait_ns);
	buf_adds(b, "<td class=\"why\">");
	text_lines(b, j->reason);
	buf_adds(b, "</td></tr>\n");
}

static void add_table(struct buf *b, const struct recorded_run *s, const char *id,
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
		add_row(b, s, jobs[i]);
	buf_adds(b, "</tbody></table>\n");
}

static void add_tables(struct buf *b, const struct recorded_run *s)
{
	uint32_t *jobs = mem_array(MOST_FAILED, sizeof(*jobs));
	size_t n = digest_failed(s, jobs, MOST_FAILED);

	add_table(b, s, "failed", "Failed", jobs, n);
	if (n < s->failed)
		buf_addf(b, "<p>and %zu more</p>\n", s->failed - n);
	n = digest_slowest(s, jobs, SLOWEST);
	add_table(b, s, "slowest", "Slowest", jobs, n);
	free(jobs);
}

/* "1 min 12 s of work in 20.1 s by 4 slots; 3 attempts failed ..." */
static void add_sums(struct buf *b, const struct recorded_run *s)
{
	int64_t run_ns = 0, wait_ns = 0;

	for (size_t i = 0; i < s->n_jobs; i++) {
		run_ns += s->jobs[i].run_ns;
		wait_ns += s->jobs[i].wait_ns;
	}
	buf_adds(b, "<p>One by one: ");
	text_time(b, run_ns);
	buf_addf(b, ". Attempts: %zu. Waits before another attempt: %zu, ", s->n_tries, s->n_waits);
	text_time(b, wait_ns);
	buf_adds(b, " in all.</p>\n");
}

void page_write(struct buf *b, const struct recorded_run *s)
{
	buf_adds(b, head);
	buf_adds(b, "<title>");
	digest_title(b, s);
	buf_addf(b, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
	digest_title(b, s);
	buf_adds(b, "</h1>\n<p>");
	digest_where(b, s);
	buf_adds(b, "</p>\n");
	add_sums(b, s);
	buf_adds(b, "<div class=\"wide\">\n");
	picture_draw(b, s, false);
	buf_adds(b, "</div>\n");
	add_tables(b, s);
	buf_adds(b,
		 "<div id=\"tip\" hidden></div>\n<script>" SCRIPT "</script>\n</body>\n</html>\n");
}
