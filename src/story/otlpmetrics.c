/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlpjson.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

#define BOUNDS 10

struct metrics {
	const struct otlp *o;
	struct buf *b;
	unsigned n, points;
	const char *end; /* behind the points of the one that is open */
};

/* Temporality 2 is cumulative: from the start of this run on. */
static const double bounds[BOUNDS] = { 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800 };

static void close_metric(struct metrics *m)
{
	buf_adds(m->b, m->end);
	m->end = "";
	m->points = 0;
}

static void open_metric(struct metrics *m, const char *name, const char *unit, const char *what,
			const char *kind, const char *end)
{
	close_metric(m);
	buf_adds(m->b, m->n++ ? ",{" : "{");
	json_pair(m->b, "name", name);
	buf_addc(m->b, ',');
	json_pair(m->b, "description", what);
	buf_addc(m->b, ',');
	json_pair(m->b, "unit", unit);
	buf_addf(m->b, ",\"%s\":{\"dataPoints\":[", kind);
	m->end = end;
}

static void open_sum(struct metrics *m, const char *name, const char *unit, const char *what)
{
	open_metric(m, name, unit, what, "sum",
		    "],\"aggregationTemporality\":2,\"isMonotonic\":true}}");
}

static void open_gauge(struct metrics *m, const char *name, const char *unit, const char *what)
{
	open_metric(m, name, unit, what, "gauge", "]}}");
}

static void open_histogram(struct metrics *m, const char *name, const char *what)
{
	open_metric(m, name, "s", what, "histogram", "],\"aggregationTemporality\":2}}");
}

/* A point up to its value; the run's verb, and one attribute more or NULL. */
static void begin_point(struct metrics *m, const char *key, const char *value)
{
	const struct recorded_run *s = m->o->s;

	buf_adds(m->b, m->points++ ? ",{\"attributes\":[" : "{\"attributes\":[");
	otlp_text(m->b, "hpn.verb", s->verb);
	if (key)
		otlp_text(m->b, key, value);
	buf_adds(m->b, "],");
	otlp_time(m->b, "startTimeUnixNano", s->wall_ns);
	buf_addc(m->b, ',');
	otlp_time(m->b, "timeUnixNano", s->wall_ns + s->end_ns);
}

static void add_int(struct metrics *m, const char *key, const char *value, int64_t n)
{
	begin_point(m, key, value);
	buf_addf(m->b, ",\"asInt\":\"%" PRId64 "\"}", n);
}

static void add_real(struct metrics *m, double n)
{
	begin_point(m, NULL, NULL);
	buf_addf(m->b, ",\"asDouble\":%.6f}", n);
}

static void add_images(struct metrics *m)
{
	const struct recorded_run *s = m->o->s;

	open_sum(m, "hpn.images", "{image}", "Images of the list by how they ended");
	add_int(m, ",hpn.result", "ok", s->ok);
	add_int(m, ",hpn.result", "failed", s->failed);
	add_int(m, ",hpn.result", "cancelled", s->cancelled);
}

static void add_attempts(struct metrics *m)
{
	static const char *const words[] = { "not ended", "ok", "failed", "timeout", "stopped" };
	const struct recorded_run *s = m->o->s;
	int64_t n[5] = { 0 }, retries = 0, wait_ns = 0;

	for (size_t i = 0; i < s->n_tries; i++) {
		n[s->tries[i].how]++;
		retries += s->tries[i].attempt > 1;
	}
	for (size_t i = 0; i < s->n_waits; i++)
		wait_ns += s->waits[i].end_ns - s->waits[i].begin_ns;
	open_sum(m, "hpn.attempts", "{attempt}", "Attempts by how they ended");
	for (int i = 1; i < 5; i++)
		add_int(m, ",hpn.result", words[i], n[i]);
	open_sum(m, "hpn.retries", "{attempt}", "Attempts that were not the first");
	add_int(m, NULL, NULL, retries);
	open_sum(m, "hpn.wait.time", "s", "Time that images waited to be tried again");
	add_real(m, (double)wait_ns / 1e9);
}

static const char *class_of(const struct recorded_run *s, const struct recorded_job *j)
{
	const char *class = j->last_try ? s->tries[j->last_try - 1].class : "";

	return *class ? class : "other";
}

/* Each class once, where it comes first; there are few of them. */
static void add_failures(struct metrics *m)
{
	const struct recorded_run *s = m->o->s;
	struct strvec seen = STRVEC_INIT;

	if (!s->failed)
		return;
	open_sum(m, "hpn.failures", "{image}", "Failed images by the class of the last failure");
	for (size_t i = 0; i < s->n_jobs && seen.n < 64; i++) {
		const char *class = class_of(s, &s->jobs[i]);
		int64_t n = 0;
		size_t k = 0;

		while (k < seen.n && strcmp(seen.v[k], class) != 0)
			k++;
		if (s->jobs[i].how != HOW_FAILED || k < seen.n)
			continue;
		strvec_push(&seen, class);
		for (size_t j = i; j < s->n_jobs; j++)
			n += s->jobs[j].how == HOW_FAILED &&
			     !strcmp(class_of(s, &s->jobs[j]), class);
		add_int(m, ",error.type", class, n);
	}
	strvec_release(&seen);
}

static void add_durations(struct metrics *m, enum recorded_how how, const char *result)
{
	const struct recorded_run *s = m->o->s;
	uint64_t count[BOUNDS + 1] = { 0 }, n = 0;
	double sum = 0;

	for (size_t i = 0; i < s->n_jobs; i++) {
		const struct recorded_job *j = &s->jobs[i];
		double took = (double)(j->end_ns - j->begin_ns) / 1e9;
		int k = 0;

		if (j->how != how || j->end_ns < 0 || j->begin_ns < 0)
			continue;
		while (k < BOUNDS && took > bounds[k])
			k++;
		count[k]++;
		sum += took;
		n++;
	}
	if (!n)
		return;
	begin_point(m, ",hpn.result", result);
	buf_addf(m->b, ",\"count\":\"%" PRIu64 "\",\"sum\":%.6f,\"bucketCounts\":[", n, sum);
	for (int k = 0; k <= BOUNDS; k++)
		buf_addf(m->b, "%s\"%" PRIu64 "\"", k ? "," : "", count[k]);
	buf_adds(m->b, "],\"explicitBounds\":[");
	for (int k = 0; k < BOUNDS; k++)
		buf_addf(m->b, "%s%g", k ? "," : "", bounds[k]);
	buf_adds(m->b, "]}");
}

static void add_run(struct metrics *m)
{
	const struct recorded_run *s = m->o->s;
	unsigned workers = s->workers;

	for (size_t i = 0; i < s->n_limits; i++)
		if (s->limits[i].lane == RECORDED_ALL && s->limits[i].workers >= 0)
			workers = (unsigned)s->limits[i].workers;
	open_gauge(m, "hpn.run.duration", "s", "From the first image to the end");
	add_real(m, (double)s->end_ns / 1e9);
	open_gauge(m, "hpn.workers.limit", "{image}", "Images at once, at the end");
	add_int(m, NULL, NULL, workers);
	open_gauge(m, "hpn.workers.used", "{image}", "The most images that ran at once");
	add_int(m, NULL, NULL, s->slots);
}

/* The last that was said of each lane; lanes are found by their first limit. */
static void add_lanes(struct metrics *m)
{
	const struct recorded_run *s = m->o->s;

	for (size_t i = 0, n = 0; i < s->n_limits; i++) {
		const struct recorded_limit *l = &s->limits[i];
		bool later = l->lane == RECORDED_ALL || l->workers < 0;

		for (size_t k = i + 1; k < s->n_limits && !later; k++)
			later = s->limits[k].lane == l->lane;
		if (later)
			continue;
		if (!n++)
			open_gauge(m, "hpn.lane.limit", "{image}",
				   "Images of a registry at once, at the end");
		add_int(m, ",server.address", s->lanes[l->lane].name, l->workers);
	}
}

int otlp_metrics(const struct otlp *o, int (*send)(void *ctx, const struct buf *message), void *ctx)
{
	struct buf b = BUF_INIT;
	struct metrics m = { .o = o, .b = &b, .end = "" };
	int rc;

	buf_adds(&b, "{\"resourceMetrics\":[{");
	otlp_resource(&b, o);
	buf_adds(&b, ",\"scopeMetrics\":[{");
	otlp_scope(&b);
	buf_adds(&b, ",\"metrics\":[");
	add_images(&m);
	add_attempts(&m);
	add_failures(&m);
	open_histogram(&m, "hpn.image.duration", "From an image's start to its end");
	add_durations(&m, HOW_OK, "ok");
	add_durations(&m, HOW_FAILED, "failed");
	add_run(&m);
	add_lanes(&m);
	close_metric(&m);
	buf_adds(&b, "]}]}]}");
	rc = send(ctx, &b);
	buf_release(&b);
	return rc;
}
