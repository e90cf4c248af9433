/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/stamp.h"
#include "output/report.h"

static void add_time(struct buf *b, const struct run_info *r, const char *key, int64_t at_ns)
{
	buf_addf(b, ",\"%s\":\"", key);
	stamp_utc(b, r->start_wall_ns + (at_ns - r->start_ns));
	buf_addc(b, '"');
}

/* ---- an image ---- */

static void add_attempt(const struct report *r, struct buf *b, const struct ledger_attempt *a)
{
	enum cause cause = (enum cause)a->cause;

	buf_addc(b, '{');
	json_pair(b, "step", ledger_step(r->ledger, a));
	json_more_number(b, "attempt", a->attempt);
	json_more(b, "result", event_end_word(cause, (enum event_result)a->result));
	json_more_known(b, "exit", event_exit(cause, a->status), -1);
	json_more_known(b, "signal", event_signal(cause, a->status), -1);
	json_more(b, "class", ledger_class(r->ledger, a->class));
	json_more_seconds(b, "t", a->end_ns - a->took_ns - r->info->start_ns);
	json_more_seconds(b, "seconds", a->took_ns);
	buf_addc(b, '}');
}

static void add_attempts(const struct report *r, struct buf *b, uint32_t job)
{
	const struct ledger_attempt *first = ledger_first(r->ledger, job);

	buf_adds(b, ",\"attempts\":[");
	for (const struct ledger_attempt *a = first; a; a = ledger_next(r->ledger, a)) {
		if (a != first)
			buf_addc(b, ',');
		add_attempt(r, b, a);
	}
	buf_addc(b, ']');
}

static void add_lines(struct buf *b, const char *text)
{
	buf_adds(b, ",\"output\":[");
	while (*text) {
		size_t len = strcspn(text, "\n");

		json_text(b, text, len);
		text += len;
		if (*text == '\n') {
			buf_addc(b, ',');
			text++;
			if (!*text) /* nothing after it: an empty line */
				json_text(b, "", 0);
		}
	}
	buf_addc(b, ']');
}

static void add_image(const struct report *r, struct buf *b, uint32_t job)
{
	const struct run_info *info = r->info;
	const struct ledger_job *j = &r->ledger->job[job];
	const struct ledger_attempt *last =
		j->last == LEDGER_NONE ? NULL : &r->ledger->attempt[j->last];
	int64_t took_ns = ledger_took_ns(r->ledger, job, r->end_ns);
	int64_t begun_ns = j->start_ns < 0 ? r->end_ns : j->start_ns;

	buf_addc(b, '{');
	json_pair(b, "image", info->name[job]);
	json_more(b, "lane", info->lane_name[info->lane[job]]);
	json_more(b, "result", event_result_word((enum event_result)j->result));
	json_more(b, "reason", j->reason ? j->reason : "");
	json_more(b, "class", j->result == RESULT_OK ? NULL : ledger_class(r->ledger, j->class));
	json_more_known(b, "exit", last ? event_exit((enum cause)last->cause, last->status) : -1,
			-1);
	json_more_seconds(b, "queued_seconds", begun_ns - info->start_ns);
	json_more_seconds(b, "seconds", took_ns);
	json_more_seconds(b, "running_seconds", j->ran_ns);
	json_more_seconds(b, "waiting_seconds", took_ns - j->ran_ns);
	json_more_known(b, "bytes", j->bytes, -1);
	json_more(b, "digest", r->texts[job].digest);
	json_more(b, "id", r->texts[job].id);
	add_attempts(r, b, job);
	add_lines(b, r->texts[job].lines ? r->texts[job].lines : "");
	buf_addc(b, '}');
}

/* ---- the run ---- */

static void add_counts(const struct report *r, struct buf *b)
{
	const struct ledger *l = r->ledger;

	json_more_number(b, "jobs", r->info->jobs);
	json_more_number(b, "ok", l->ended[RESULT_OK]);
	json_more_number(b, "failed", l->ended[RESULT_FAILED]);
	json_more_number(b, "cancelled", l->ended[RESULT_CANCELLED]);
	json_more_number(b, "retries", l->retries);
	json_more_number(b, "bytes", l->bytes);
	buf_adds(b, ",\"failures\":{");
	for (size_t c = 0, n = 0; c < l->classes.n; c++) {
		uint32_t failed = ledger_failed(l, (uint8_t)c);

		if (!failed)
			continue;
		buf_adds(b, n++ ? "," : "");
		json_text(b, c ? l->classes.v[c] : "unknown",
			  strlen(c ? l->classes.v[c] : "unknown"));
		buf_addf(b, ":%u", failed);
	}
	buf_addc(b, '}');
}

static void add_times(const struct report *r, struct buf *b)
{
	uint32_t n;
	int64_t *times = ledger_times(r->ledger, &n);

	json_more_seconds(b, "p50", ledger_percentile(times, n, 50));
	json_more_seconds(b, "p95", ledger_percentile(times, n, 95));
	json_more_seconds(b, "p99", ledger_percentile(times, n, 99));
	free(times);
}

static void add_activity(const struct report *r, struct buf *b)
{
	const struct ledger *l = r->ledger;

	buf_adds(b, ",\"activity\":[");
	for (unsigned i = 0; i < l->n_points; i++) {
		buf_addf(b, "%s{\"t\":", i ? "," : "");
		stamp_seconds(b, l->point[i].at_ns - r->info->start_ns);
		json_more_number(b, "active", l->point[i].active);
		json_more_number(b, "queued", l->point[i].queued);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void add_run(const struct report *r, struct buf *b)
{
	const struct run_info *info = r->info;

	buf_adds(b, "{\"schema\":1");
	json_more(b, "hpn", PACKAGE_VERSION);
	json_more(b, "verb", info->verb);
	json_more(b, "runtime", info->runtime);
	add_time(b, info, "start", info->start_ns);
	add_time(b, info, "end", r->end_ns);
	json_more_seconds(b, "seconds", r->end_ns - info->start_ns);
	json_more_number(b, "status", r->status);
	json_more_known(b, "signal", r->signal, 0);
	json_more_number(b, "workers", info->workers);
	buf_addf(b, ",\"utilisation\":%.4f", ledger_utilisation(r->ledger, r->end_ns));
	add_counts(r, b);
	add_times(r, b);
	add_activity(r, b);
}

void report_json(const struct report *r, struct replace *to)
{
	struct buf b = BUF_INIT;

	add_run(r, &b);
	buf_adds(&b, ",\"images\":[");
	for (uint32_t i = 0; i < r->info->jobs; i++) {
		buf_adds(&b, i ? ",\n" : "\n");
		add_image(r, &b, i);
		if (b.len >= REPORT_PIECE)
			replace_flush(to, &b);
	}
	buf_adds(&b, "]}\n");
	replace_flush(to, &b);
	buf_release(&b);
}
