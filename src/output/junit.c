/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As Jenkins, GitLab and others read it; there is no standard, only habit. */
#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "output/report.h"

/* XML has no way at all to hold most control characters. */
static void add_char(struct buf *b, const char *s, size_t n, uint32_t c)
{
	if (c == '&')
		buf_adds(b, "&amp;");
	else if (c == '<')
		buf_adds(b, "&lt;");
	else if (c == '>')
		buf_adds(b, "&gt;");
	else if (c == '"')
		buf_adds(b, "&quot;");
	else if (c == '\n' || c == '\t')
		buf_addf(b, "&#%u;", (unsigned)c);
	else if (!n || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff)
		buf_adds(b, "\xef\xbf\xbd");
	else
		buf_add(b, s, n);
}

static void add_xml(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	while (len) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, len, &c);

		add_char(b, s, n, c);
		s += n ? n : 1;
		len -= n ? n : 1;
	}
}

static void add_attr(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, " %s=\"", name);
	add_xml(b, value);
	buf_addc(b, '"');
}

static void add_seconds(struct buf *b, const char *name, int64_t ns)
{
	buf_addf(b, " %s=\"", name);
	stamp_seconds(b, ns);
	buf_addc(b, '"');
}

static void add_counts(const struct report *r, struct buf *b)
{
	const struct ledger *l = r->ledger;

	buf_addf(b, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\"", r->info->jobs,
		 l->ended[RESULT_FAILED], l->ended[RESULT_CANCELLED]);
	add_seconds(b, "time", r->end_ns - r->info->start_ns);
}

static void add_failure(const struct report *r, struct buf *b, uint32_t job)
{
	const struct ledger_job *j = &r->ledger->job[job];
	const char *class = ledger_class(r->ledger, j->class), *reason = j->reason;

	buf_adds(b, "<failure");
	add_attr(b, "message", reason ? reason : "");
	add_attr(b, "type", class ? class : "unknown");
	buf_addc(b, '>');
	add_xml(b, reason ? reason : "");
	buf_addf(b, "&#10;attempts: %u", (unsigned)j->attempts);
	buf_adds(b, "</failure>");
}

static void add_case(const struct report *r, struct buf *b, uint32_t job)
{
	const struct run_info *info = r->info;
	const struct ledger_job *j = &r->ledger->job[job];
	const char *lane = info->lane_name[info->lane[job]];

	buf_adds(b, "<testcase");
	add_attr(b, "name", info->name[job]);
	buf_addf(b, " classname=\"hpn.%s%s", info->verb, *lane ? "." : "");
	add_xml(b, lane);
	buf_addc(b, '"');
	add_seconds(b, "time", ledger_took_ns(r->ledger, job, r->end_ns));
	buf_addc(b, '>');
	if (j->result == RESULT_FAILED) {
		add_failure(r, b, job);
	} else if (j->result == RESULT_CANCELLED) {
		buf_adds(b, "<skipped");
		add_attr(b, "message", j->reason ? j->reason : "cancelled");
		buf_adds(b, "/>");
	}
	if (r->texts[job].lines) {
		buf_adds(b, "<system-out>");
		add_xml(b, r->texts[job].lines);
		buf_adds(b, "</system-out>");
	}
	buf_adds(b, "</testcase>\n");
}

static void add_suite(const struct report *r, struct buf *b)
{
	struct buf stamp = BUF_INIT;

	buf_addf(b, "<testsuite name=\"hpn %s\"", r->info->verb);
	add_counts(r, b);
	stamp_utc(&stamp, r->info->start_wall_ns);
	buf_addf(b, " timestamp=\"%.19s\">\n<properties>", buf_str(&stamp));
	buf_release(&stamp);
	buf_adds(b, "<property name=\"runtime\"");
	add_attr(b, "value", r->info->runtime);
	buf_addf(b, "/><property name=\"retries\" value=\"%u\"/></properties>\n",
		 r->ledger->retries);
}

void report_junit(const struct report *r, struct replace *to)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hpn\"");
	add_counts(r, &b);
	buf_adds(&b, ">\n");
	add_suite(r, &b);
	for (uint32_t i = 0; i < r->info->jobs; i++) {
		add_case(r, &b, i);
		if (b.len >= REPORT_PIECE)
			replace_flush(to, &b);
	}
	buf_adds(&b, "</testsuite>\n</testsuites>\n");
	replace_flush(to, &b);
	buf_release(&b);
}
