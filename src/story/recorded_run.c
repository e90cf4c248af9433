/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/recorded_run.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#define MOST_SLOTS 4096
#define MOST_SECONDS 1e9
#define MOST_WALL_SECONDS INT64_C(8000000000) /* with a run behind it, ns fit 64 bits */

struct reader {
	struct recorded_run *run;
	json_t *lanes; /* name: index */
	json_t *line;
	const char *event; /* of the line */
	int64_t now_ns;
	struct err *err;
};

/* Room for one more behind n. */
static void *more(void *p, size_t n, size_t size)
{
	return n & (n - 1) || (n && n < 16) ? p : mem_grow(p, n < 16 ? 16 : 2 * n, size);
}

/* ---- members of a line ---- */

static int bad(const struct reader *r, const char *key, const char *wanted)
{
	err_set(r->err, "%.40s: \"%s\" is %s; wanted: %s", r->event, key,
		json_object_get(r->line, key) ? "something else" : "missing", wanted);
	return -1;
}

static const char *keep(struct recorded_run *run, const char *text)
{
	if (!text || !*text)
		return "";
	strvec_push(&run->texts, text);
	return run->texts.v[run->texts.n - 1];
}

/* null is "" */
static int take_text(const struct reader *r, const char *key, const char **ret)
{
	json_t *v = json_object_get(r->line, key);

	if (!json_is_string(v) && !json_is_null(v))
		return bad(r, key, "a text");
	*ret = keep(r->run, json_string_value(v));
	return 0;
}

static int take_int(const struct reader *r, const char *key, int64_t min, int64_t max, int64_t *ret)
{
	json_t *v = json_object_get(r->line, key);

	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
		return bad(r, key, "a whole number in its range");
	*ret = json_integer_value(v);
	return 0;
}

/* A number or null, which is -1. */
static int take_number(const struct reader *r, const char *key, int *ret)
{
	int64_t n = -1;

	if (!json_is_null(json_object_get(r->line, key)) && take_int(r, key, 0, INT32_MAX, &n))
		return -1;
	*ret = (int)n;
	return 0;
}

static int take_seconds(const struct reader *r, const char *key, int64_t *ret_ns)
{
	json_t *v = json_object_get(r->line, key);
	double seconds = json_number_value(v);

	if (!json_is_number(v) || seconds < -MOST_SECONDS || seconds > MOST_SECONDS)
		return bad(r, key, "seconds");
	*ret_ns = (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5)) * 1000;
	return 0;
}

static int take_job(const struct reader *r, uint32_t *ret)
{
	int64_t n;

	if (take_int(r, "job", 0, (int64_t)r->run->n_jobs - 1, &n))
		return -1;
	*ret = (uint32_t)n;
	return 0;
}

static uint32_t lane_by_name(struct reader *r, const char *name)
{
	struct recorded_run *run = r->run;
	json_t *known = json_object_get(r->lanes, name);

	if (known)
		return (uint32_t)json_integer_value(known);
	run->lanes = more(run->lanes, run->n_lanes, sizeof(*run->lanes));
	run->lanes[run->n_lanes] = (struct recorded_lane){ .name = name };
	json_object_set_new(r->lanes, name, json_integer((json_int_t)run->n_lanes));
	return (uint32_t)run->n_lanes++;
}

static int take_lane(struct reader *r, uint32_t *ret)
{
	const char *name;

	if (take_text(r, "lane", &name))
		return -1;
	*ret = lane_by_name(r, name);
	return 0;
}

/* "2026-11-21T09:54:06.123456Z" */
static int take_wall(struct reader *r)
{
	const char *text = json_string_value(json_object_get(r->line, "time"));
	struct tm tm = { 0 };
	char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	time_t sec = rest ? timegm(&tm) : -1;
	double part = rest && *rest == '.' ? strtod(rest, &rest) : 0;

	if (!rest || strcmp(rest, "Z") || sec < 0 || sec > MOST_WALL_SECONDS || part >= 1)
		return bad(r, "time", "a time such as 2026-11-21T09:54:06.123456Z");
	r->run->wall_ns = (int64_t)sec * NS_PER_S + (int64_t)(part * 1e6 + 0.5) * 1000;
	return 0;
}

/* ---- the events ---- */

static int on_run_start(struct reader *r)
{
	struct recorded_run *run = r->run;
	int64_t workers;

	if (take_text(r, "hpn", &run->hpn) || take_text(r, "verb", &run->verb) ||
	    take_text(r, "runtime", &run->runtime) ||
	    take_int(r, "workers", 1, MOST_SLOTS, &workers) || take_wall(r))
		return -1;
	run->workers = (unsigned)workers;
	run->traceparent = keep(run, json_string_value(json_object_get(r->line, "traceparent")));
	return 0;
}

static int on_second_start(struct reader *r)
{
	return err_set(r->err, "another run begins here; give one run a file of its own");
}

static int on_queued(struct reader *r)
{
	struct recorded_run *run = r->run;
	struct recorded_job j = { .begin_ns = -1, .end_ns = -1, .reason = "" };
	int64_t n;

	if (take_int(r, "job", (int64_t)run->n_jobs, (int64_t)run->n_jobs, &n) ||
	    take_text(r, "image", &j.image) || take_lane(r, &j.lane))
		return -1;
	run->lanes[j.lane].jobs++;
	run->jobs = more(run->jobs, run->n_jobs, sizeof(*run->jobs));
	run->jobs[run->n_jobs++] = j;
	return 0;
}

static int on_start(struct reader *r)
{
	uint32_t job;

	if (take_job(r, &job))
		return -1;
	if (r->run->jobs[job].begin_ns < 0)
		r->run->jobs[job].begin_ns = r->now_ns;
	return 0;
}

/* What was to come next has come. A wait may have been cut short; behind its
 * end the job has waited for a slot. */
static void end_wait(struct reader *r, struct recorded_job *j)
{
	struct recorded_wait *w;

	if (!j->waiting)
		return;
	w = &r->run->waits[j->last_wait - 1];
	if (r->now_ns < w->end_ns)
		w->end_ns = r->now_ns;
	j->waiting = false;
}

static void add_change(struct reader *r, const struct recorded_try *t, bool begins)
{
	struct recorded_run *run = r->run;

	run->changes = more(run->changes, run->n_changes, sizeof(*run->changes));
	run->changes[run->n_changes++] =
		(struct recorded_change){ .at_ns = r->now_ns, .lane = t->lane, .begins = begins };
}

static int on_attempt(struct reader *r)
{
	struct recorded_run *run = r->run;
	struct recorded_try t = { .begin_ns = r->now_ns, .class = "", .exit = -1, .signal = -1 };
	int64_t slot, attempt;
	struct recorded_job *j;

	if (take_job(r, &t.job) || take_text(r, "step", &t.step) || take_lane(r, &t.lane) ||
	    take_int(r, "slot", 0, MOST_SLOTS - 1, &slot) ||
	    take_int(r, "attempt", 1, INT32_MAX, &attempt))
		return -1;
	j = &run->jobs[t.job];
	if (j->open)
		return err_set(r->err, "attempt: the one before it has not ended");
	if (j->begin_ns < 0)
		j->begin_ns = r->now_ns;
	t.slot = (unsigned)slot;
	t.attempt = (unsigned)attempt;
	t.span = keep(run, json_string_value(json_object_get(r->line, "span")));
	end_wait(r, j);
	run->tries = more(run->tries, run->n_tries, sizeof(*run->tries));
	run->tries[run->n_tries++] = t;
	*(j->last_try ? &run->tries[j->last_try - 1].next : &j->first_try) = run->n_tries;
	j->last_try = run->n_tries;
	j->open = true;
	j->tries++;
	add_change(r, &t, true);
	if (t.slot >= run->slots)
		run->slots = t.slot + 1;
	return 0;
}

static int take_how(const struct reader *r, enum recorded_how *ret)
{
	static const struct {
		const char *word;
		enum recorded_how how;
	} known[] = { { "ok", HOW_OK },
		      { "failed", HOW_FAILED },
		      { "timeout", HOW_TIMEOUT },
		      { "stopped", HOW_STOPPED },
		      { "cancelled", HOW_STOPPED } };
	const char *word = json_string_value(json_object_get(r->line, "result"));

	for (size_t i = 0; word && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(word, known[i].word) == 0) {
			*ret = known[i].how;
			return 0;
		}
	return bad(r, "result", "ok, failed, timeout, stopped or cancelled");
}

static void close_try(struct reader *r, struct recorded_job *j)
{
	struct recorded_try *t = &r->run->tries[j->last_try - 1];

	t->end_ns = r->now_ns;
	j->run_ns += t->end_ns - t->begin_ns;
	j->open = false;
	add_change(r, t, false);
}

static int on_end(struct reader *r)
{
	struct recorded_job *j;
	struct recorded_try *t;
	uint32_t job;

	if (take_job(r, &job))
		return -1;
	j = &r->run->jobs[job];
	if (!j->open)
		return err_set(r->err, "end: no attempt of job %u was running", job);
	t = &r->run->tries[j->last_try - 1];
	close_try(r, j);
	if (take_how(r, &t->how) || take_number(r, "exit", &t->exit) ||
	    take_number(r, "signal", &t->signal))
		return -1;
	return take_text(r, "class", &t->class);
}

static int on_wait(struct reader *r)
{
	struct recorded_run *run = r->run;
	struct recorded_wait w = { .begin_ns = r->now_ns };
	struct recorded_job *j;

	if (take_job(r, &w.job) || take_seconds(r, "seconds", &w.end_ns) ||
	    take_text(r, "class", &w.class) || take_text(r, "reason", &w.reason))
		return -1;
	w.end_ns = w.end_ns < 0 ? w.begin_ns : w.end_ns + w.begin_ns;
	j = &run->jobs[w.job];
	end_wait(r, j);
	run->waits = more(run->waits, run->n_waits, sizeof(*run->waits));
	run->waits[run->n_waits++] = w;
	*(j->last_wait ? &run->waits[j->last_wait - 1].next : &j->first_wait) = run->n_waits;
	j->last_wait = run->n_waits;
	j->waiting = true;
	return 0;
}

static int on_finish(struct reader *r)
{
	struct recorded_run *run = r->run;
	struct recorded_job *j;
	enum recorded_how how;
	uint32_t job;

	if (take_job(r, &job) || take_how(r, &how))
		return -1;
	j = &run->jobs[job];
	if (j->end_ns >= 0)
		return err_set(r->err, "finish: job %u has finished before", job);
	end_wait(r, j);
	if (j->open)
		close_try(r, j);
	j->how = how;
	j->end_ns = r->now_ns;
	run->ok += how == HOW_OK;
	run->failed += how == HOW_FAILED;
	run->cancelled += how == HOW_STOPPED;
	run->lanes[j->lane].failed += how == HOW_FAILED;
	return take_text(r, "reason", &j->reason);
}

static int on_limit(struct reader *r)
{
	struct recorded_run *run = r->run;
	struct recorded_limit l = { .lane = RECORDED_ALL, .at_ns = r->now_ns };

	if (take_number(r, "workers", &l.workers) || take_text(r, "state", &l.state) ||
	    (!json_is_null(json_object_get(r->line, "lane")) && take_lane(r, &l.lane)))
		return -1;
	run->limits = more(run->limits, run->n_limits, sizeof(*run->limits));
	run->limits[run->n_limits++] = l;
	return 0;
}

static int on_run_end(struct reader *r)
{
	r->run->over = true;
	if (take_number(r, "signal", &r->run->signal))
		return -1;
	return take_number(r, "status", &r->run->status);
}

static int on_first(struct reader *r)
{
	int64_t schema;

	if (strcmp(r->event, "run_start") != 0)
		return err_set(r->err, "these are no events of hpn: the first is no run_start");
	if (take_int(r, "schema", 1, INT32_MAX, &schema))
		return -1;
	if (schema != 1)
		return err_set(r->err, "schema %d is newer than this hpn; it reads schema 1",
			       (int)schema);
	return on_run_start(r);
}

/* Events that are not known here are for others. */
static int dispatch(struct reader *r, bool first)
{
	static const struct {
		const char *event;
		int (*take)(struct reader *r);
	} known[] = {
		{ "run_start", on_second_start },
		{ "queued", on_queued },
		{ "start", on_start },
		{ "attempt", on_attempt },
		{ "end", on_end },
		{ "wait", on_wait },
		{ "finish", on_finish },
		{ "limit", on_limit },
		{ "run_end", on_run_end },
	};

	if (first)
		return on_first(r);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(r->event, known[i].event) == 0)
			return known[i].take(r);
	return 0;
}

static int take_line(struct reader *r, bool first)
{
	int64_t t_ns;

	r->event = json_string_value(json_object_get(r->line, "event"));
	if (!r->event)
		return err_set(r->err, "this is no event of hpn: it has no \"event\"");
	if (take_seconds(r, "t", &t_ns))
		return -1;
	if (t_ns > r->now_ns)
		r->now_ns = t_ns;
	return dispatch(r, first);
}

/* What was still going on when the events end. */
static void close_open(struct reader *r)
{
	struct recorded_run *run = r->run;

	run->end_ns = r->now_ns;
	for (size_t i = 0; i < run->n_jobs; i++) {
		end_wait(r, &run->jobs[i]);
		if (run->jobs[i].open)
			close_try(r, &run->jobs[i]);
	}
}

static int read_lines(struct reader *r, FILE *in, const char *name)
{
	char *text = NULL;
	size_t room = 0, number = 0;
	int rc = 0, ch;
	ssize_t len;

	while (!rc && (len = getline(&text, &room, in)) >= 0) {
		number++;
		r->line = json_loadb(text, (size_t)len, JSON_ALLOW_NUL, NULL);
		ch = r->line ? 0 : getc(in);
		if (r->line)
			rc = take_line(r, number == 1);
		else if (ch == EOF && number > 1)
			r->run->torn = number;
		else
			rc = err_set(r->err, "this is no event of hpn: no JSON");
		json_decref(r->line);
	}
	if (!rc && ferror(in))
		rc = err_sys(r->err, errno, "cannot read it");
	else if (!rc && !number)
		rc = err_set(r->err, "these are no events of hpn: nothing is in it");
	if (rc)
		err_wrap(r->err, "%s:%zu", name, number);
	free(text);
	return rc;
}

int recorded_run_read(FILE *in, const char *name, struct recorded_run *ret_run, struct err *err)
{
	struct reader r = { .run = ret_run, .err = err };
	int rc;

	json_set_alloc_funcs(mem_alloc, free);
	r.lanes = json_object();
	*ret_run = (struct recorded_run){ .hpn = "", .verb = "", .runtime = "", .traceparent = "" };
	ret_run->status = ret_run->signal = -1;
	rc = read_lines(&r, in, name);
	close_open(&r);
	json_decref(r.lanes);
	return rc;
}

int64_t recorded_took_ns(const struct recorded_run *run, const struct recorded_job *j)
{
	if (j->begin_ns < 0)
		return 0;
	return (j->end_ns < 0 ? run->end_ns : j->end_ns) - j->begin_ns;
}

void recorded_run_release(struct recorded_run *run)
{
	free(run->jobs);
	free(run->lanes);
	free(run->tries);
	free(run->waits);
	free(run->limits);
	free(run->changes);
	strvec_release(&run->texts);
}
