/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/timeline.h"

#include <jansson.h>
#include <stdlib.h>

#define PID 1

struct trace {
	struct buf *b;
	const struct recorded_run *run;
	size_t n; /* events */
};

static void add(struct trace *t, json_t *event)
{
	char *text = json_dumps(event, JSON_COMPACT);

	buf_adds(t->b, t->n++ ? ",\n" : "\n");
	buf_adds(t->b, text);
	free(text);
	json_decref(event);
}

/* Thread 0 is the idle thread to some readers. */
static int thread_of(unsigned slot)
{
	return (int)slot + 1;
}

static void add_names(struct trace *t)
{
	add(t, json_pack("{s:s, s:s, s:i, s:{s:o}}", "name", "process_name", "ph", "M", "pid", PID,
			 "args", "name", json_sprintf("hpn %s", t->run->verb)));
	for (unsigned slot = 0; slot < t->run->slots; slot++) {
		add(t, json_pack("{s:s, s:s, s:i, s:i, s:{s:o}}", "name", "thread_name", "ph", "M",
				 "pid", PID, "tid", thread_of(slot), "args", "name",
				 json_sprintf("slot %u", slot)));
		add(t, json_pack("{s:s, s:s, s:i, s:i, s:{s:i}}", "name", "thread_sort_index", "ph",
				 "M", "pid", PID, "tid", thread_of(slot), "args", "sort_index",
				 (int)slot));
	}
}

/* Why an attempt failed: of the last one the job says so, of each other one the
 * wait that came after it. */
static const char *reason_of(const struct recorded_run *run, size_t index)
{
	const struct recorded_try *t = &run->tries[index];
	const struct recorded_job *j = &run->jobs[t->job];

	if (j->last_try == index + 1)
		return j->reason;
	for (size_t at = j->first_wait; at; at = run->waits[at - 1].next)
		if (run->waits[at - 1].begin_ns >= t->end_ns)
			return run->waits[at - 1].reason;
	return "";
}

static void add_try(struct trace *trace, size_t index)
{
	static const char *const words[] = { "not ended", "ok", "failed", "timeout", "stopped" };
	const struct recorded_run *run = trace->run;
	const struct recorded_try *t = &run->tries[index];
	json_t *args = json_pack("{s:s, s:i, s:s, s:s, s:s?, s:s}", "step", t->step, "attempt",
				 (int)t->attempt, "registry", run->lanes[t->lane].name, "result",
				 words[t->how], "class", *t->class ? t->class : NULL, "reason",
				 t->how == HOW_OK ? "" : reason_of(run, index));

	if (t->exit >= 0)
		json_object_set_new(args, "exit", json_integer(t->exit));
	if (t->signal >= 0)
		json_object_set_new(args, "signal", json_integer(t->signal));
	add(trace, json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:o}", "name",
			     run->jobs[t->job].image, "cat", t->step, "ph", "X", "pid", PID, "tid",
			     thread_of(t->slot), "ts", (json_int_t)(t->begin_ns / 1000), "dur",
			     (json_int_t)((t->end_ns - t->begin_ns) / 1000), "args", args));
}

static void add_wait(struct trace *t, size_t index)
{
	const struct recorded_wait *w = &t->run->waits[index];
	const char *image = t->run->jobs[w->job].image;

	add(t, json_pack("{s:s, s:s, s:s, s:I, s:i, s:I, s:{s:s, s:s}}", "name", image, "cat",
			 "wait", "ph", "b", "id", (json_int_t)index, "pid", PID, "ts",
			 (json_int_t)(w->begin_ns / 1000), "args", "class", w->class, "reason",
			 w->reason));
	add(t,
	    json_pack("{s:s, s:s, s:s, s:I, s:i, s:I}", "name", image, "cat", "wait", "ph", "e",
		      "id", (json_int_t)index, "pid", PID, "ts", (json_int_t)(w->end_ns / 1000)));
}

/* A lane without a limit of its own has no counter. */
static void add_limit(struct trace *t, uint32_t lane, int64_t at_ns, int workers)
{
	const char *name = lane == RECORDED_ALL ? "the run" : t->run->lanes[lane].name;

	if (workers >= 0)
		add(t, json_pack("{s:o, s:s, s:i, s:I, s:{s:i}}", "name",
				 json_sprintf("limit of %s", name), "ph", "C", "pid", PID, "ts",
				 (json_int_t)(at_ns / 1000), "args", "workers", workers));
}

void timeline_trace(struct buf *b, const struct recorded_run *run)
{
	struct trace t = { .b = b, .run = run };

	buf_adds(b, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
	add_names(&t);
	add_limit(&t, RECORDED_ALL, 0, (int)run->workers);
	for (size_t i = 0; i < run->n_limits; i++)
		add_limit(&t, run->limits[i].lane, run->limits[i].at_ns, run->limits[i].workers);
	for (size_t i = 0; i < run->n_tries; i++)
		add_try(&t, i);
	for (size_t i = 0; i < run->n_waits; i++)
		add_wait(&t, i);
	buf_adds(b, "\n]}\n");
}
