/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are these the events of hpn-events(5)?
 *
 *	eventcheck man PAGE      the examples there: of each event at least one
 *	eventcheck run FILE      the lines of one whole run
 *
 * Says what is wrong on standard output, and ends with 1 then. The table below
 * is the schema once more, so that neither the page nor the program can change
 * alone.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_JOBS 20000

/*
 * NAME:TYPE for each key, in order, after event, t and time. s: text, i: a
 * whole number from 0, r: seconds, a: an array of texts; ? behind it: or null;
 * NAME=A|B: one of these texts ("" is none of them).
 */
static const struct {
	const char *event, *keys;
} schema[] = {
	{ "run_start", "schema:i hpn:s verb:s runtime:s jobs:i workers:i pid:i traceparent:s?" },
	{ "queued", "job:i image:s lane:s" },
	{ "start", "job:i" },
	{ "attempt", "job:i step:s attempt:i slot:i lane:s argv:a span:s?" },
	{ "output", "job:i stream=stdout|stderr text:s" },
	{ "progress", "job:i step:s bytes:i? total:i? doing:s" },
	{ "note", "job:i text:s" },
	{ "end", "job:i step:s attempt:i slot:i lane:s result=ok|failed|timeout|stopped"
		 " exit:i? signal:i? class:s? seconds:r" },
	{ "wait", "job:i seconds:r class:s? reason:s" },
	{ "finish", "job:i image:s result=ok|failed|cancelled reason:s attempts:i seconds:r" },
	{ "limit", "lane:s? workers:i? state:s" },
	{ "run_end", "ok:i failed:i cancelled:i seconds:r status:i signal:i?" },
};

#define EVENTS (sizeof(schema) / sizeof(schema[0]))

static unsigned wrong, seen[EVENTS];
static long at; /* the line or the example */

static void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void complain(const char *fmt, ...)
{
	va_list ap;

	printf("%ld: ", at);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	wrong++;
}

/* ---- one object ---- */

static bool is_one_of(const char *text, const char *choices, size_t len)
{
	size_t n = strlen(text);

	for (size_t i = 0; n && i + n <= len; i++)
		if (!strncmp(choices + i, text, n) && (i == 0 || choices[i - 1] == '|') &&
		    (i + n == len || choices[i + n] == '|'))
			return true;
	return false;
}

static bool is_texts(const json_t *v)
{
	if (!json_is_array(v) || !json_array_size(v))
		return false;
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!json_is_string(json_array_get(v, i)))
			return false;
	return true;
}

/* spec: what stands behind the key's name, `len` bytes */
static bool fits(const json_t *v, const char *spec, size_t len)
{
	if (spec[0] == '=')
		return json_is_string(v) && is_one_of(json_string_value(v), spec + 1, len - 1);
	if (spec[len - 1] == '?' && json_is_null(v))
		return true;
	switch (spec[1]) {
	case 's':
		return json_is_string(v);
	case 'i':
		return json_is_integer(v) && json_integer_value(v) >= 0;
	case 'r':
		return json_is_real(v) && json_real_value(v) >= 0;
	case 'a':
		return is_texts(v);
	}
	return false;
}

static void check_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	size_t i = 0;

	while (form[i] && s[i] && (form[i] == '0' ? s[i] >= '0' && s[i] <= '9' : s[i] == form[i]))
		i++;
	if (form[i] || s[i])
		complain("no time: %s", s);
}

static void check_keys(json_t *o, const char *keys)
{
	void *it = json_object_iter(o);

	for (const char *k = keys; *k;) {
		size_t len = strcspn(k, " "), name = strcspn(k, ":=");

		if (!it || strncmp(json_object_iter_key(it), k, name) != 0 ||
		    json_object_iter_key(it)[name]) {
			complain("%.*s should stand where %s is", (int)name, k,
				 it ? json_object_iter_key(it) : "the end");
			return;
		}
		if (!fits(json_object_iter_value(it), k + name, len - name))
			complain("%.*s is not as it should be: %.*s", (int)name, k, (int)len, k);
		it = json_object_iter_next(o, it);
		k += len + (k[len] == ' ');
	}
	if (it)
		complain("not in the schema: %s", json_object_iter_key(it));
}

/* The number of its event, or EVENTS. */
static size_t check_object(json_t *o)
{
	const char *event = json_string_value(json_object_get(o, "event"));
	char keys[400];

	for (size_t i = 0; event && i < EVENTS; i++) {
		if (strcmp(schema[i].event, event) != 0)
			continue;
		seen[i]++;
		snprintf(keys, sizeof(keys), "event:s t:r time:s %s", schema[i].keys);
		check_keys(o, keys);
		if (json_is_string(json_object_get(o, "time")))
			check_time(json_string_value(json_object_get(o, "time")));
		return i;
	}
	complain("no event of the schema: %s", event ? event : "(none)");
	return EVENTS;
}

/* ---- the page ---- */

/* A line of mdoc's literal text: \e is a backslash. */
static void add_literal(char *to, size_t size, const char *line)
{
	size_t n = strlen(to);

	for (; *line && n + 1 < size; line++) {
		if (line[0] == '\\' && line[1] == 'e') {
			line++;
			to[n++] = '\\';
		} else if (*line != '\n') {
			to[n++] = *line;
		}
	}
	to[n] = '\0';
}

static void check_example(const char *text)
{
	json_error_t error;
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!o)
		complain("%s: %s", error.text, text);
	else
		check_object(o);
	json_decref(o);
}

static void check_page(FILE *f)
{
	char line[1000], text[4000] = "";
	bool literal = false;

	for (long n = 1; fgets(line, sizeof(line), f); n++) {
		if (!strncmp(line, ".Bd -literal", 12)) {
			literal = true;
			at = n + 1;
		} else if (literal && !strncmp(line, ".Ed", 3)) {
			check_example(text);
			text[0] = '\0';
			literal = false;
		} else if (literal) {
			add_literal(text, sizeof(text), line);
		}
	}
	for (size_t i = 0; i < EVENTS; i++)
		if (!seen[i])
			complain("no example of %s", schema[i].event);
}

/* ---- a run ---- */

struct job {
	bool queued, started, running, over;
	json_int_t attempts;
};

static struct job jobs[MOST_JOBS];
static json_int_t n_jobs, ended[3];

static struct job *job_of(json_t *o)
{
	json_int_t n = json_integer_value(json_object_get(o, "job"));

	if (n >= n_jobs) {
		complain("no such job");
		return &jobs[MOST_JOBS - 1];
	}
	return &jobs[n];
}

static void expect(bool holds, const char *what)
{
	if (!holds)
		complain("not so: %s", what);
}

static void follow_finish(json_t *o, struct job *j)
{
	static const char *const words[] = { "ok", "failed", "cancelled" };
	const char *result = json_string_value(json_object_get(o, "result"));

	expect(j->queued && !j->over && !j->running, "it is over once, and nothing runs then");
	expect(json_integer_value(json_object_get(o, "attempts")) == j->attempts,
	       "as many attempts as were told of");
	j->over = true;
	for (int i = 0; result && i < 3; i++)
		ended[i] += !strcmp(words[i], result);
}

static void follow_job(const char *event, json_t *o)
{
	struct job *j = job_of(o);

	if (!strcmp(event, "queued")) {
		expect(!j->queued && (j == jobs || j[-1].queued), "jobs are queued in order");
		j->queued = true;
	} else if (!strcmp(event, "start")) {
		expect(j->queued && !j->started, "a job starts once");
		j->started = true;
	} else if (!strcmp(event, "attempt")) {
		expect(j->started && !j->running && !j->over, "one child at a time");
		j->running = true;
		j->attempts++;
	} else if (!strcmp(event, "end")) {
		expect(j->running, "what ends was running");
		j->running = false;
	} else if (!strcmp(event, "output")) {
		expect(j->running, "what writes is running");
	} else if (!strcmp(event, "finish")) {
		follow_finish(o, j);
	}
}

static void follow_end(json_t *o)
{
	static const char *const words[] = { "ok", "failed", "cancelled" };

	for (int i = 0; i < 3; i++)
		expect(json_integer_value(json_object_get(o, words[i])) == ended[i], words[i]);
	for (json_int_t i = 0; i < n_jobs; i++)
		if (!jobs[i].over)
			complain("job %d has no end", (int)i);
}

static double follow(json_t *o, double before)
{
	const char *event = json_string_value(json_object_get(o, "event"));
	double t = json_real_value(json_object_get(o, "t"));

	if (check_object(o) == EVENTS)
		return before;
	expect(t >= before, "time goes on");
	expect((at == 1) == !strcmp(event, "run_start"), "run_start is the first line, once");
	if (at == 1)
		n_jobs = json_integer_value(json_object_get(o, "jobs"));
	if (n_jobs >= MOST_JOBS)
		n_jobs = 0;
	if (json_object_get(o, "job"))
		follow_job(event, o);
	if (!strcmp(event, "run_end"))
		follow_end(o);
	return t;
}

static void check_run(FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	json_error_t error;
	double t = 0;

	for (at = 1; getline(&line, &size, f) > 0; at++) {
		json_t *o = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

		if (!strchr(line, '\n'))
			complain("no line feed");
		if (!o)
			complain("%s: %s", error.text, line);
		else
			t = follow(o, t);
		json_decref(o);
	}
	free(line);
	expect(seen[EVENTS - 1] == 1, "run_end is there once");
}

int main(int argc, char **argv)
{
	FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;

	if (!f) {
		fprintf(stderr, "usage: eventcheck man|run FILE\n");
		return 2;
	}
	if (!strcmp(argv[1], "man"))
		check_page(f);
	else
		check_run(f);
	fclose(f);
	return wrong > 0;
}
