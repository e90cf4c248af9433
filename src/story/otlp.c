/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "story/otlpjson.h"

#define BATCH 512
#define STATUS_ERROR 2
#define KIND_INTERNAL 1
#define KIND_CLIENT 3

/* ---- spans ---- */

struct spans {
	const struct otlp *o;
	struct buf b;          /* the message that is being made */
	unsigned n;            /* spans in it */
	size_t *tries, *waits; /* by job, then by time */
	int (*send)(void *ctx, const struct buf *message);
	void *ctx;
	int rc;
};

/* splitmix64 of what the span is: the same each time, and nobody else's, as
 * the run's own id is a die's. */
static void make_id(const struct otlp *o, uint64_t job, uint64_t step, char ret_id[17])
{
	uint64_t n = strtoull(o->run.span, NULL, 16) + (job + 1) * UINT64_C(0x9e3779b97f4a7c15) +
		     step * UINT64_C(0xd1342543de82ef95);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	n ^= n >> 31;
	snprintf(ret_id, 17, "%016" PRIx64, n ? n : 1);
}

static void flush(struct spans *p)
{
	if (!p->n || p->rc)
		return;
	buf_adds(&p->b, "]}]}]}");
	p->rc = p->send(p->ctx, &p->b);
	p->n = 0;
	buf_reset(&p->b);
}

static void begin_span(struct spans *p, const char *id, const char *parent, const char *name,
		       int kind)
{
	if (p->n == BATCH)
		flush(p);
	if (!p->n++) {
		buf_adds(&p->b, "{\"resourceSpans\":[{");
		otlp_resource(&p->b, p->o);
		buf_adds(&p->b, ",\"scopeSpans\":[{");
		otlp_scope(&p->b);
		buf_adds(&p->b, ",\"spans\":[");
	} else {
		buf_addc(&p->b, ',');
	}
	buf_addf(&p->b, "{\"traceId\":\"%s\",\"spanId\":\"%s\",", p->o->run.trace, id);
	if (*p->o->state) {
		json_pair(&p->b, "traceState", p->o->state);
		buf_addc(&p->b, ',');
	}
	if (*parent)
		buf_addf(&p->b, "\"parentSpanId\":\"%s\",", parent);
	json_pair(&p->b, "name", name);
	buf_addf(&p->b, ",\"kind\":%d,", kind);
}

static void add_times(struct spans *p, int64_t begin_ns, int64_t end_ns)
{
	otlp_time(&p->b, "startTimeUnixNano", p->o->s->wall_ns + begin_ns);
	buf_addc(&p->b, ',');
	otlp_time(&p->b, "endTimeUnixNano", p->o->s->wall_ns + end_ns);
	buf_adds(&p->b, ",\"attributes\":[");
}

/* Behind the attributes: ok is unset, as a program that worked leaves it. */
static void end_span(struct spans *p, const char *error)
{
	buf_adds(&p->b, "],\"status\":{");
	if (error) {
		json_pair(&p->b, "message", error);
		buf_addf(&p->b, ",\"code\":%d", STATUS_ERROR);
	}
	buf_adds(&p->b, "}}");
}

static void add_run(struct spans *p)
{
	const struct recorded_run *s = p->o->s;
	struct buf text = BUF_INIT;

	buf_addf(&text, "hpn %s", s->verb);
	begin_span(p, p->o->run.span, p->o->parent, buf_str(&text), KIND_INTERNAL);
	add_times(p, 0, s->end_ns);
	otlp_text(&p->b, "hpn.verb", s->verb);
	otlp_text(&p->b, ",hpn.runtime", s->runtime);
	otlp_number(&p->b, ",hpn.workers", s->workers);
	otlp_number(&p->b, ",hpn.images", (int64_t)s->n_jobs);
	otlp_number(&p->b, ",hpn.failed", s->failed);
	if (s->status >= 0)
		otlp_number(&p->b, ",process.exit.code", s->status);
	buf_reset(&text);
	buf_addf(&text, "%u failed, %u cancelled", s->failed, s->cancelled);
	end_span(p, s->failed || s->cancelled || s->status > 0 ? buf_str(&text) : NULL);
	buf_release(&text);
}

static void add_try(struct spans *p, const struct recorded_try *t, size_t index, const char *parent)
{
	static const char *const words[] = { "not ended", NULL, "failed", "timed out", "stopped" };
	char id[17];

	make_id(p->o, t->job, UINT64_C(1) << 32 | index, id);
	begin_span(p, strlen(t->span) == 16 ? t->span : id, parent, t->step, KIND_CLIENT);
	add_times(p, t->begin_ns, t->end_ns);
	otlp_number(&p->b, "hpn.attempt", t->attempt);
	otlp_number(&p->b, ",hpn.slot", t->slot);
	otlp_text(&p->b, ",hpn.image", p->o->s->jobs[t->job].image);
	otlp_text(&p->b, ",server.address", p->o->s->lanes[t->lane].name);
	if (t->exit >= 0)
		otlp_number(&p->b, ",process.exit.code", t->exit);
	if (*t->class)
		otlp_text(&p->b, ",error.type", t->class);
	end_span(p, words[t->how]);
}

static void add_waits(struct spans *p, uint32_t job, int64_t begin_ns, int64_t end_ns, size_t at)
{
	const struct recorded_run *s = p->o->s;
	unsigned n = 0;

	for (; at < s->n_waits && s->waits[p->waits[at]].job == job; at++) {
		const struct recorded_wait *w = &s->waits[p->waits[at]];

		if (w->begin_ns < begin_ns || w->begin_ns > end_ns)
			continue;
		buf_adds(&p->b, n++ ? ",{" : "],\"events\":[{");
		otlp_time(&p->b, "timeUnixNano", s->wall_ns + w->begin_ns);
		buf_adds(&p->b, ",\"name\":\"wait\",\"attributes\":[");
		otlp_real(&p->b, "hpn.wait.seconds", (double)(w->end_ns - w->begin_ns) / 1e9);
		otlp_text(&p->b, ",error.type", w->class);
		otlp_text(&p->b, ",hpn.reason", w->reason);
		buf_adds(&p->b, "]}");
	}
}

/* The attempts from..to are one step's. */
static void add_step(struct spans *p, size_t from, size_t to, unsigned step, const char *parent,
		     size_t wait)
{
	const struct recorded_run *s = p->o->s;
	const struct recorded_try *first = &s->tries[p->tries[from]];
	const struct recorded_try *last = &s->tries[p->tries[to - 1]];
	char id[17];

	make_id(p->o, first->job, step, id);
	begin_span(p, id, parent, first->step, KIND_INTERNAL);
	add_times(p, first->begin_ns, last->end_ns);
	otlp_number(&p->b, "hpn.attempts", (int64_t)(to - from));
	otlp_text(&p->b, ",hpn.image", s->jobs[first->job].image);
	add_waits(p, first->job, first->begin_ns, last->end_ns, wait);
	end_span(p, last->how == HOW_OK ? NULL : "failed");
	for (size_t i = from; i < to; i++)
		add_try(p, &s->tries[p->tries[i]], p->tries[i], id);
}

static void add_steps(struct spans *p, size_t from, size_t to, const char *parent, size_t wait)
{
	const struct recorded_run *s = p->o->s;
	unsigned step = 1;

	for (size_t next; from < to; from = next, step++) {
		const char *name = s->tries[p->tries[from]].step;

		for (next = from + 1; next < to; next++)
			if (strcmp(s->tries[p->tries[next]].step, name) != 0)
				break;
		add_step(p, from, next, step, parent, wait);
	}
}

static void add_job(struct spans *p, uint32_t job, size_t from, size_t to, size_t wait)
{
	const struct recorded_run *s = p->o->s;
	const struct recorded_job *j = &s->jobs[job];
	bool failed = j->how != HOW_OK && j->end_ns >= 0;
	char id[17];

	if (j->begin_ns < 0)
		return;
	make_id(p->o, job, 0, id);
	begin_span(p, id, p->o->run.span, j->image, KIND_INTERNAL);
	add_times(p, j->begin_ns, j->end_ns >= 0 ? j->end_ns : s->end_ns);
	otlp_text(&p->b, "hpn.image", j->image);
	otlp_text(&p->b, ",server.address", s->lanes[j->lane].name);
	otlp_text(&p->b, ",hpn.result", otlp_result(j));
	otlp_number(&p->b, ",hpn.attempts", j->tries);
	end_span(p, failed ? (*j->reason ? j->reason : otlp_result(j)) : NULL);
	add_steps(p, from, to, id, wait);
}

/* Numbers 0..n, sorted by the job of each, by counting; order within stays. */
static size_t *by_job(const struct recorded_run *s, size_t n,
		      uint32_t (*job_of)(const struct recorded_run *, size_t))
{
	size_t *start = mem_array(s->n_jobs + 1, sizeof(*start));
	size_t *sorted = mem_array(n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		start[job_of(s, i) + 1]++;
	for (size_t j = 0; j < s->n_jobs; j++)
		start[j + 1] += start[j];
	for (size_t i = 0; i < n; i++)
		sorted[start[job_of(s, i)]++] = i;
	free(start);
	return sorted;
}

static uint32_t job_of_try(const struct recorded_run *s, size_t i)
{
	return s->tries[i].job;
}

static uint32_t job_of_wait(const struct recorded_run *s, size_t i)
{
	return s->waits[i].job;
}

int otlp_spans(const struct otlp *o, int (*send)(void *ctx, const struct buf *message), void *ctx)
{
	const struct recorded_run *s = o->s;
	struct spans p = { .o = o, .send = send, .ctx = ctx };
	size_t from = 0, to, wait = 0;

	p.tries = by_job(s, s->n_tries, job_of_try);
	p.waits = by_job(s, s->n_waits, job_of_wait);
	add_run(&p);
	for (uint32_t job = 0; job < s->n_jobs && !p.rc; job++, from = to) {
		for (to = from; to < s->n_tries && s->tries[p.tries[to]].job == job;)
			to++;
		while (wait < s->n_waits && s->waits[p.waits[wait]].job < job)
			wait++;
		add_job(&p, job, from, to, wait);
	}
	flush(&p);
	buf_release(&p.b);
	free(p.tries);
	free(p.waits);
	return p.rc;
}
