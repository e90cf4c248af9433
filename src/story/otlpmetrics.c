/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlpjson.h"

#include <string.h>

#define BOUNDS 10
#define CUMULATIVE 2 /* from the start of this run on */
#define MOST_CLASSES 64

struct metrics {
	const struct otlp *o;
	json_t *list;
	json_t *points; /* of the last one */
};

static const double bounds[BOUNDS] = { 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800 };

/* A metric; `kind` is sum, gauge or histogram. */
static void open_metric(struct metrics *m, const char *kind, const char *name, const char *unit,
			const char *what)
{
	json_t *body = json_object();

	m->points = json_array();
	json_object_set_new(body, "dataPoints", m->points);
	if (strcmp(kind, "gauge") != 0)
		json_object_set_new(body, "aggregationTemporality", json_integer(CUMULATIVE));
	if (!strcmp(kind, "sum"))
		json_object_set_new(body, "isMonotonic", json_true());
	json_array_append_new(m->list, json_pack("{s:s, s:s, s:s, s:o}", "name", name,
						 "description", what, "unit", unit, kind, body));
}

/* A point without a value, with the run's verb and one attribute more or NULL. */
static json_t *add_point(struct metrics *m, const char *key, const char *value)
{
	const struct recorded_run *run = m->o->run;
	json_t *attributes = json_array();
	json_t *point = json_pack("{s:o, s:o, s:o}", "attributes", attributes, "startTimeUnixNano",
				  otlp_int64(run->wall_ns), "timeUnixNano",
				  otlp_int64(run->wall_ns + run->end_ns));

	otlp_text(attributes, "hpn.verb", run->verb);
	if (key)
		otlp_text(attributes, key, value);
	json_array_append_new(m->points, point);
	return point;
}

static void add_int(struct metrics *m, const char *key, const char *value, int64_t n)
{
	json_object_set_new(add_point(m, key, value), "asInt", otlp_int64(n));
}

static void add_real(struct metrics *m, double n)
{
	json_object_set_new(add_point(m, NULL, NULL), "asDouble", json_real(n));
}

/* A point for each member of an object, whose reference is taken. */
static void add_counts(struct metrics *m, const char *key, json_t *counts)
{
	for (void *at = json_object_iter(counts); at; at = json_object_iter_next(counts, at))
		add_int(m, key, json_object_iter_key(at),
			json_integer_value(json_object_iter_value(at)));
	json_decref(counts);
}

static void add_images(struct metrics *m)
{
	const struct recorded_run *run = m->o->run;

	open_metric(m, "sum", "hpn.images", "{image}", "Images of the list by how they ended");
	add_int(m, "hpn.result", "ok", run->ok);
	add_int(m, "hpn.result", "failed", run->failed);
	add_int(m, "hpn.result", "cancelled", run->cancelled);
}

static void add_attempts(struct metrics *m)
{
	static const char *const words[] = { "not ended", "ok", "failed", "timeout", "stopped" };
	const struct recorded_run *run = m->o->run;
	int64_t n[5] = { 0 }, retries = 0;
	double waited = 0;

	for (size_t i = 0; i < run->n_tries; i++) {
		n[run->tries[i].how]++;
		retries += run->tries[i].attempt > 1;
	}
	for (size_t i = 0; i < run->n_waits; i++)
		waited += (double)(run->waits[i].end_ns - run->waits[i].begin_ns) / 1e9;
	open_metric(m, "sum", "hpn.attempts", "{attempt}", "Attempts by how they ended");
	for (int i = 1; i < 5; i++)
		add_int(m, "hpn.result", words[i], n[i]);
	open_metric(m, "sum", "hpn.retries", "{attempt}", "Attempts that were not the first");
	add_int(m, NULL, NULL, retries);
	open_metric(m, "sum", "hpn.wait.time", "s", "Time that images waited to be tried again");
	add_real(m, waited);
}

static const char *class_of(const struct recorded_run *run, const struct recorded_job *j)
{
	const char *class = j->last_try ? run->tries[j->last_try - 1].class : "";

	return *class ? class : "other";
}

static void add_failures(struct metrics *m)
{
	const struct recorded_run *run = m->o->run;
	json_t *counts = json_object(), *n;
	const char *class;

	for (size_t i = 0; i < run->n_jobs; i++) {
		if (run->jobs[i].how != HOW_FAILED)
			continue;
		class = class_of(run, &run->jobs[i]);
		n = json_object_get(counts, class);
		if (n)
			json_integer_set(n, json_integer_value(n) + 1);
		else if (json_object_size(counts) < MOST_CLASSES)
			json_object_set_new(counts, class, json_integer(1));
	}
	if (json_object_size(counts))
		open_metric(m, "sum", "hpn.failures", "{image}",
			    "Failed images by the class of the last failure");
	add_counts(m, "error.type", counts);
}

static void add_durations(struct metrics *m, enum recorded_how how, const char *result)
{
	const struct recorded_run *run = m->o->run;
	int64_t count[BOUNDS + 1] = { 0 }, n = 0;
	json_t *counts, *limits, *point;
	double sum = 0;

	for (size_t i = 0; i < run->n_jobs; i++) {
		const struct recorded_job *j = &run->jobs[i];
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
	counts = json_array();
	limits = json_array();
	for (int k = 0; k <= BOUNDS; k++)
		json_array_append_new(counts, otlp_int64(count[k]));
	for (int k = 0; k < BOUNDS; k++)
		json_array_append_new(limits, json_real(bounds[k]));
	point = add_point(m, "hpn.result", result);
	json_object_set_new(point, "count", otlp_int64(n));
	json_object_set_new(point, "sum", json_real(sum));
	json_object_set_new(point, "bucketCounts", counts);
	json_object_set_new(point, "explicitBounds", limits);
}

static void add_run(struct metrics *m)
{
	const struct recorded_run *run = m->o->run;
	unsigned workers = run->workers;

	for (size_t i = 0; i < run->n_limits; i++)
		if (run->limits[i].lane == RECORDED_ALL && run->limits[i].workers >= 0)
			workers = (unsigned)run->limits[i].workers;
	open_metric(m, "gauge", "hpn.run.duration", "s", "From the first image to the end");
	add_real(m, (double)run->end_ns / 1e9);
	open_metric(m, "gauge", "hpn.workers.limit", "{image}", "Images at once, at the end");
	add_int(m, NULL, NULL, workers);
	open_metric(m, "gauge", "hpn.workers.used", "{image}", "The most images that ran at once");
	add_int(m, NULL, NULL, run->slots);
}

/* The limit of each lane at the end, where it has one. */
static void add_lanes(struct metrics *m)
{
	const struct recorded_run *run = m->o->run;
	json_t *last = json_object();

	for (size_t i = 0; i < run->n_limits; i++) {
		const struct recorded_limit *l = &run->limits[i];

		if (l->lane != RECORDED_ALL && l->workers >= 0)
			json_object_set_new(last, run->lanes[l->lane].name,
					    json_integer(l->workers));
		else if (l->lane != RECORDED_ALL)
			json_object_del(last, run->lanes[l->lane].name);
	}
	if (json_object_size(last))
		open_metric(m, "gauge", "hpn.lane.limit", "{image}",
			    "Images of a registry at once, at the end");
	add_counts(m, "server.address", last);
}

int otlp_metrics(const struct otlp *o, int (*send)(void *ctx, const char *message), void *ctx)
{
	struct metrics m = { .o = o, .list = json_array() };
	int rc;

	add_images(&m);
	add_attempts(&m);
	add_failures(&m);
	open_metric(&m, "histogram", "hpn.image.duration", "s", "From an image's start to its end");
	add_durations(&m, HOW_OK, "ok");
	add_durations(&m, HOW_FAILED, "failed");
	add_run(&m);
	add_lanes(&m);
	rc = otlp_send(o, "resourceMetrics", "scopeMetrics", "metrics", m.list, send, ctx);
	json_decref(m.list);
	return rc;
}
