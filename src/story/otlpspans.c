/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "story/otlpjson.h"

#define BATCH 512
#define STATUS_ERROR 2
#define KIND_INTERNAL 1
#define KIND_CLIENT 3

struct spans {
	const struct otlp *o;
	json_t *spans; /* of the message that is being made */
	int (*send)(void *ctx, const char *message);
	void *ctx;
	int rc;
};

/* splitmix64 of what the span is: the same each time, and nobody else's, as
 * the run's own id is a die's. */
static void make_id(const struct otlp *o, uint64_t job, uint64_t step, char ret_id[17])
{
	uint64_t n = strtoull(o->trace.span, NULL, 16) + (job + 1) * UINT64_C(0x9e3779b97f4a7c15) +
		     step * UINT64_C(0xd1342543de82ef95);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	n ^= n >> 31;
	snprintf(ret_id, 17, "%016" PRIx64, n ? n : 1);
}

static void flush(struct spans *p)
{
	if (json_array_size(p->spans) && !p->rc)
		p->rc = otlp_send(p->o, "resourceSpans", "scopeSpans", "spans", p->spans, p->send,
				  p->ctx);
	json_array_clear(p->spans);
}

struct span {
	const char *id, *parent, *name;
	int kind;
	int64_t begin_ns, end_ns;
	const char *error; /* NULL: none; the status is left unset, as OpenTelemetry advises */
	json_t *events;    /* NULL: none; the reference is taken */
};

/* Returns the array of its attributes, which lives until the next span is added. */
static json_t *add_span(struct spans *p, const struct span *s)
{
	int64_t wall_ns = p->o->run->wall_ns;
	json_t *attributes = json_array(), *status = json_object();
	json_t *span = json_pack(
		"{s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:o}", "traceId", p->o->trace.trace, "spanId",
		s->id, "name", otlp_string(s->name), "kind", s->kind, "startTimeUnixNano",
		otlp_int64(wall_ns + s->begin_ns), "endTimeUnixNano",
		otlp_int64(wall_ns + s->end_ns), "attributes", attributes, "status", status);

	if (*p->o->state)
		json_object_set_new(span, "traceState", otlp_string(p->o->state));
	if (*s->parent)
		json_object_set_new(span, "parentSpanId", otlp_string(s->parent));
	if (s->error) {
		json_object_set_new(status, "message", otlp_string(s->error));
		json_object_set_new(status, "code", json_integer(STATUS_ERROR));
	}
	if (s->events)
		json_object_set_new(span, "events", s->events);
	if (json_array_size(p->spans) == BATCH)
		flush(p);
	json_array_append_new(p->spans, span);
	return attributes;
}

static void add_run(struct spans *p)
{
	const struct recorded_run *run = p->o->run;
	struct buf name = BUF_INIT, error = BUF_INIT;
	json_t *attributes;
	struct span s = { .id = p->o->trace.span, .parent = p->o->parent, .kind = KIND_INTERNAL };

	buf_addf(&name, "hpn %s", run->verb);
	buf_addf(&error, "%u failed, %u cancelled", run->failed, run->cancelled);
	s.name = buf_str(&name);
	s.end_ns = run->end_ns;
	s.error = run->failed || run->cancelled || run->status > 0 ? buf_str(&error) : NULL;
	attributes = add_span(p, &s);
	otlp_text(attributes, "hpn.verb", run->verb);
	otlp_text(attributes, "hpn.runtime", run->runtime);
	otlp_number(attributes, "hpn.workers", run->workers);
	otlp_number(attributes, "hpn.images", (int64_t)run->n_jobs);
	otlp_number(attributes, "hpn.failed", run->failed);
	if (run->status >= 0)
		otlp_number(attributes, "process.exit.code", run->status);
	buf_release(&name);
	buf_release(&error);
}

static void add_try(struct spans *p, size_t index, const char *parent)
{
	static const char *const words[] = { "not ended", NULL, "failed", "timed out", "stopped" };
	const struct recorded_run *run = p->o->run;
	const struct recorded_try *t = &run->tries[index];
	json_t *attributes;
	char id[17];

	make_id(p->o, t->job, UINT64_C(1) << 32 | index, id);
	attributes = add_span(p, &(struct span){ strlen(t->span) == 16 ? t->span : id, parent,
						 t->step, KIND_CLIENT, t->begin_ns, t->end_ns,
						 words[t->how], NULL });
	otlp_number(attributes, "hpn.attempt", t->attempt);
	otlp_number(attributes, "hpn.slot", t->slot);
	otlp_text(attributes, "hpn.image", run->jobs[t->job].image);
	otlp_text(attributes, "server.address", run->lanes[t->lane].name);
	if (t->exit >= 0)
		otlp_number(attributes, "process.exit.code", t->exit);
	if (*t->class)
		otlp_text(attributes, "error.type", t->class);
}

/* The waits that began within a step, as events of its span; NULL: none. */
static json_t *make_events(const struct spans *p, uint32_t job, int64_t begin_ns, int64_t end_ns)
{
	const struct recorded_run *run = p->o->run;
	json_t *events = NULL;

	for (size_t at = run->jobs[job].first_wait; at; at = run->waits[at - 1].next) {
		const struct recorded_wait *w = &run->waits[at - 1];
		json_t *attributes;

		if (w->begin_ns < begin_ns || w->begin_ns > end_ns)
			continue;
		attributes = json_array();
		otlp_real(attributes, "hpn.wait.seconds", (double)(w->end_ns - w->begin_ns) / 1e9);
		otlp_text(attributes, "error.type", w->class);
		otlp_text(attributes, "hpn.reason", w->reason);
		events = events ? events : json_array();
		json_array_append_new(events, json_pack("{s:o, s:s, s:o}", "timeUnixNano",
							otlp_int64(run->wall_ns + w->begin_ns),
							"name", "wait", "attributes", attributes));
	}
	return events;
}

/* The attempts from `first` on that are of one step; the one after them, plus 1. */
static size_t add_step(struct spans *p, size_t first, unsigned step, const char *parent)
{
	const struct recorded_try *tries = p->o->run->tries, *t = &tries[first - 1], *last = t;
	json_t *attributes;
	size_t n = 1;
	char id[17];

	for (; last->next && !strcmp(tries[last->next - 1].step, t->step); n++)
		last = &tries[last->next - 1];
	make_id(p->o, t->job, step, id);
	attributes =
		add_span(p, &(struct span){ id, parent, t->step, KIND_INTERNAL, t->begin_ns,
					    last->end_ns, last->how == HOW_OK ? NULL : "failed",
					    make_events(p, t->job, t->begin_ns, last->end_ns) });
	otlp_number(attributes, "hpn.attempts", (int64_t)n);
	otlp_text(attributes, "hpn.image", p->o->run->jobs[t->job].image);
	for (size_t at = first; at != last->next; at = tries[at - 1].next)
		add_try(p, at - 1, id);
	return last->next;
}

static void add_job(struct spans *p, uint32_t job)
{
	const struct recorded_run *run = p->o->run;
	const struct recorded_job *j = &run->jobs[job];
	bool failed = j->how != HOW_OK && j->end_ns >= 0;
	json_t *attributes;
	unsigned step = 1;
	char id[17];

	if (j->begin_ns < 0)
		return;
	make_id(p->o, job, 0, id);
	attributes =
		add_span(p, &(struct span){ id, p->o->trace.span, j->image, KIND_INTERNAL,
					    j->begin_ns, j->end_ns >= 0 ? j->end_ns : run->end_ns,
					    !failed      ? NULL
					    : *j->reason ? j->reason
							 : otlp_result(j),
					    NULL });
	otlp_text(attributes, "hpn.image", j->image);
	otlp_text(attributes, "server.address", run->lanes[j->lane].name);
	otlp_text(attributes, "hpn.result", otlp_result(j));
	otlp_number(attributes, "hpn.attempts", j->tries);
	for (size_t at = j->first_try; at;)
		at = add_step(p, at, step++, id);
}

int otlp_spans(const struct otlp *o, int (*send)(void *ctx, const char *message), void *ctx)
{
	struct spans p = { .o = o, .spans = json_array(), .send = send, .ctx = ctx };

	add_run(&p);
	for (uint32_t job = 0; job < o->run->n_jobs && !p.rc; job++)
		add_job(&p, job);
	flush(&p);
	json_decref(p.spans);
	return p.rc;
}
