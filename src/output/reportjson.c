/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/stamp.h"
#include "output/report.h"

/* ---- members: each begins with a comma ---- */

static void add_number(struct buf *b, const char *key, int64_t n)
{
	buf_addf(b, ",\"%s\":%lld", key, (long long)n);
}

static void add_known(struct buf *b, const char *key, int64_t n, int64_t none)
{
	if (n == none)
		buf_addf(b, ",\"%s\":null", key);
	else
		add_number(b, key, n);
}

static void add_text(struct buf *b, const char *key, const char *text)
{
	buf_addc(b, ',');
	json_pair(b, key, text);
}

static void add_seconds(struct buf *b, const char *key, int64_t ns)
{
	buf_addf(b, ",\"%s\":", key);
	stamp_seconds(b, ns);
}

static void add_time(struct buf *b, const struct roster *r, const char *key, int64_t at_ns)
{
	buf_addf(b, ",\"%s\":\"", key);
	stamp_utc(b, r->start_wall_ns + (at_ns - r->start_ns));
	buf_addc(b, '"');
}

/* ---- an image ---- */

static void add_attempt(const struct report *r, struct buf *b, uint32_t job,
			const struct ledger_attempt *a)
{
	const struct roster *ro = r->roster;
	enum cause cause = (enum cause)a->cause;

	buf_addc(b, '{');
	json_pair(b, "step", ro->step(ro->ctx, job, a->step));
	add_number(b, "attempt", a->attempt);
	add_text(b, "result", event_end_word(cause, (enum event_result)a->result));
	add_known(b, "exit", event_exit(cause, a->status), -1);
	add_known(b, "signal", event_signal(cause, a->status), -1);
	add_text(b, "class", ledger_class(r->ledger, a->class));
	add_seconds(b, "t", a->end_ns - a->took_ns - ro->start_ns);
	add_seconds(b, "seconds", a->took_ns);
	buf_addc(b, '}');
}

static void add_attempts(const struct report *r, struct buf *b, uint32_t job)
{
	const struct ledger_attempt *first = ledger_first(r->ledger, job);

	buf_adds(b, ",\"attempts\":[");
	for (const struct ledger_attempt *a = first; a; a = ledger_next(r->ledger, a)) {
		if (a != first)
			buf_addc(b, ',');
		add_attempt(r, b, job, a);
	}
	buf_addc(b, ']');
}

static void add_lines(struct buf *b, const char *text)
{
	buf_adds(b, ",\"output\":[");
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		json_text(b, text, len);
		text += len;
		if (*text++ != '\n')
			break;
		buf_addc(b, ',');
	}
	buf_addc(b, ']');
}

static void add_image(const struct report *r, struct buf *b, uint32_t job)
{
	const struct roster *ro = r->roster;
	const struct ledger_job *j = &r->ledger->job[job];
	const struct ledger_attempt *last =
		j->last == LEDGER_NONE ? NULL : &r->ledger->attempt[j->last];
	int64_t took_ns = ledger_took_ns(r->ledger, job, r->end_ns);
	int64_t begun_ns = j->start_ns < 0 ? r->end_ns : j->start_ns;

	buf_addc(b, '{');
	json_pair(b, "image", ro->name(ro->ctx, job));
	add_text(b, "lane", ro->lane(ro->ctx, ro->lane_of(ro->ctx, job)));
	add_text(b, "result", event_result_word((enum event_result)j->result));
	add_text(b, "reason", j->reason ? j->reason : "");
	add_text(b, "class", j->result == RESULT_OK ? NULL : ledger_class(r->ledger, j->class));
	add_known(b, "exit", last ? event_exit((enum cause)last->cause, last->status) : -1, -1);
	add_seconds(b, "queued_seconds", begun_ns - ro->start_ns);
	add_seconds(b, "seconds", took_ns);
	add_seconds(b, "running_seconds", j->ran_ns);
	add_seconds(b, "waiting_seconds", took_ns - j->ran_ns);
	add_known(b, "bytes", j->bytes, -1);
	add_text(b, "digest", r->texts[job].digest);
	add_text(b, "id", r->texts[job].id);
	add_attempts(r, b, job);
	add_lines(b, r->texts[job].lines);
	buf_addc(b, '}');
}

/* ---- the run ---- */

static void add_counts(const struct report *r, struct buf *b)
{
	const struct ledger *l = r->ledger;

	add_number(b, "jobs", r->roster->jobs);
	add_number(b, "ok", l->ended[RESULT_OK]);
	add_number(b, "failed", l->ended[RESULT_FAILED]);
	add_number(b, "cancelled", l->ended[RESULT_CANCELLED]);
	add_number(b, "retries", l->retries);
	add_number(b, "bytes", l->bytes);
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

	add_seconds(b, "p50", ledger_percentile(times, n, 50));
	add_seconds(b, "p95", ledger_percentile(times, n, 95));
	add_seconds(b, "p99", ledger_percentile(times, n, 99));
	free(times);
}

static void add_activity(const struct report *r, struct buf *b)
{
	const struct ledger *l = r->ledger;

	buf_adds(b, ",\"activity\":[");
	for (unsigned i = 0; i < l->n_points; i++) {
		buf_addf(b, "%s{\"t\":", i ? "," : "");
		stamp_seconds(b, l->point[i].at_ns - r->roster->start_ns);
		add_number(b, "active", l->point[i].active);
		add_number(b, "queued", l->point[i].queued);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void add_run(const struct report *r, struct buf *b)
{
	const struct roster *ro = r->roster;

	buf_adds(b, "{\"schema\":1");
	add_text(b, "hpn", PACKAGE_VERSION);
	add_text(b, "verb", ro->verb);
	add_text(b, "runtime", ro->runtime);
	add_time(b, ro, "start", ro->start_ns);
	add_time(b, ro, "end", r->end_ns);
	add_seconds(b, "seconds", r->end_ns - ro->start_ns);
	add_number(b, "status", r->status);
	add_known(b, "signal", r->signal, 0);
	add_number(b, "workers", ro->workers);
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
	for (uint32_t i = 0; i < r->roster->jobs; i++) {
		buf_adds(&b, i ? ",\n" : "\n");
		add_image(r, &b, i);
		replace_flush(to, &b);
	}
	buf_adds(&b, "]}\n");
	replace_flush(to, &b);
	buf_release(&b);
}
