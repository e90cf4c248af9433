/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far each image is, as EVENT_PROGRESS: from what the runtime prints, by the
 * expressions of its descriptor, and of a save from the size of the file that is
 * being written. It is there only when another watcher wants to know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "image/name_map.h"
#include "output/clean.h"
#include "run/step.h"
#include "state/artefact.h"
#include "watch/watcher.h"

/* What is beyond these is not looked at: no runtime means it, and matching it
 * would cost. */
#define MOST_LINES 4096
#define LONGEST_LINE 400
#define MOST_PARTS 256

struct part {
	uint64_t name; /* its hash */
	bool done;
};

/* One attempt that runs. */
struct track {
	uint32_t job;
	unsigned step, attempt;
	struct clean clean[2];
	struct buf line[2];
	unsigned lines;
	struct part part[MOST_PARTS];
	unsigned parts, done;
	char *file;        /* that the child writes; NULL: none */
	const char *final; /* what that file becomes */
	int64_t bytes;
	int64_t total; /* what the file will hold, about; -1: not known */
	struct track *next;
};

struct progress {
	struct watch_at at;
	struct track *first;
	int64_t every_ns, next_ns; /* when files are looked at */
};

static void *open_progress(const struct watch_at *at, void *state)
{
	const struct settings *set = at->plan->set;
	struct progress *p;

	(void)state;
	if (!at->screen && !*set->events && !*set->reports)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->at = *at;
	p->every_ns = at->screen ? NS_PER_S / 5 : NS_PER_S;
	return p;
}

static struct track **find(struct progress *p, uint32_t job)
{
	struct track **t = &p->first;

	while (*t && (*t)->job != job)
		t = &(*t)->next;
	return t;
}

static void drop(struct track **at)
{
	struct track *t = *at;

	*at = t->next;
	buf_release(&t->line[0]);
	buf_release(&t->line[1]);
	free(t->file);
	free(t);
}

static int close_progress(void *state, const struct watch_end *end)
{
	struct progress *p = state;

	while (p->first)
		drop(&p->first);
	free(p);
	return end->status;
}

static void tell(struct progress *p, const struct track *t, const char *doing, size_t len)
{
	struct event ev = { .kind = EVENT_PROGRESS,
			    .job = t->job,
			    .step = t->step,
			    .attempt = t->attempt,
			    .data = doing,
			    .len = len,
			    .bytes = t->bytes,
			    .total = t->total,
			    .parts = t->done,
			    .of_parts = t->parts };

	ev.at_ns = p->at.tell->loop->now_ns;
	tell_event(p->at.tell, &ev);
}

/* ---- what the runtime prints ---- */

/* The first group of the first that matches. */
static bool match(const struct rt_patterns *ps, const char *line, regmatch_t *ret)
{
	regmatch_t m[2];

	for (size_t i = 0; i < ps->n; i++)
		if (pattern_match(&ps->v[i], line, 2, m) && m[1].rm_so >= 0) {
			*ret = m[1];
			return true;
		}
	return false;
}

static void note_part(struct track *t, uint64_t name, bool done)
{
	unsigned i = 0;

	while (i < t->parts && t->part[i].name != name)
		i++;
	if (i == MOST_PARTS)
		return;
	if (i == t->parts)
		t->part[t->parts++] = (struct part){ .name = name };
	if (done && !t->part[i].done)
		t->done++;
	t->part[i].done |= done;
}

static void tell_parts(struct progress *p, const struct track *t)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%u of %u layers", t->done, t->parts);

	tell(p, t, text, (size_t)n);
}

static void read_line(struct progress *p, struct track *t, const char *line)
{
	const struct runtime *rt = p->at.plan->rt;
	unsigned parts = t->parts, done = t->done;
	regmatch_t m;
	bool is_done = match(&rt->part_done, line, &m);

	if (is_done || match(&rt->part, line, &m))
		note_part(t, name_map_hash(line + m.rm_so, (size_t)(m.rm_eo - m.rm_so)), is_done);
	if (t->parts != parts || t->done != done)
		tell_parts(p, t);
	else if (match(&rt->doing, line, &m))
		tell(p, t, line + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
}

static void read_output(struct progress *p, struct track *t, const struct event *ev)
{
	struct buf *b = &t->line[ev->stream];
	size_t at = 0;
	char *nl;

	if (t->lines >= MOST_LINES)
		return;
	clean_add(&t->clean[ev->stream], ev->data, ev->len, b);
	while (b->data && t->lines < MOST_LINES && (nl = memchr(b->data + at, '\n', b->len - at))) {
		*nl = '\0';
		if (nl - (b->data + at) <= LONGEST_LINE)
			read_line(p, t, b->data + at);
		t->lines++;
		at = (size_t)(nl - b->data) + 1;
	}
	buf_eat(b, at);
	if (b->len > LONGEST_LINE || t->lines == MOST_LINES) {
		t->lines++;
		buf_reset(b);
	}
}

/* ---- what a save has written ---- */

static void look_at_file(struct progress *p, struct track *t)
{
	int64_t before = t->bytes, now = artefact_bytes(t->file);

	if (now >= 0)
		t->bytes = now;
	if (t->bytes != before)
		tell(p, t, "", 0);
}

static int64_t tick(void *state, int64_t now_ns)
{
	struct progress *p = state;
	bool files = false;

	for (const struct track *t = p->first; t; t = t->next)
		files |= t->file != NULL;
	if (!files)
		return -1;
	if (now_ns < p->next_ns)
		return p->next_ns;
	for (struct track *t = p->first; t; t = t->next)
		if (t->file)
			look_at_file(p, t);
	p->next_ns = now_ns + p->every_ns;
	return p->next_ns;
}

/* ---- the run ---- */

/* As the runtime has told it before the run; an archive has about this size. */
static int64_t size_of_image(const struct plan *p, uint32_t job)
{
	const struct local_image *image = plan_image(p, job);

	return image && !strcmp(p->set->compress, "none") ? image->bytes : -1;
}

static void begin(struct progress *p, const struct event *ev)
{
	struct step st = step_at(p->at.plan, p->at.images, ev->job, ev->step);
	struct track *t = mem_alloc(sizeof(*t));
	struct buf path = BUF_INIT;

	t->job = ev->job;
	t->step = ev->step;
	t->attempt = ev->attempt;
	t->bytes = t->total = -1;
	t->next = p->first;
	p->first = t;
	if (!st.stage->verb->output || st.does == STEP_OWN)
		return;
	st.stage->verb->output(p->at.plan, &st, &path);
	t->file = buf_detach(&path);
	t->final = st.path;
	t->total = size_of_image(p->at.plan, ev->job);
}

/* An archive has its last size by now, and its name unless it is still checked. */
static void end(struct progress *p, struct track **at, const struct event *ev)
{
	struct track *t = *at;
	struct stat st;

	if (t->file && ev->result == RESULT_OK && (!stat(t->file, &st) || !stat(t->final, &st))) {
		t->bytes = t->total = st.st_size;
		tell(p, t, "", 0);
	}
	drop(at);
}

static void event(void *state, const struct event *ev)
{
	struct progress *p = state;
	struct track **t;

	if (ev->job == NO_JOB)
		return;
	t = find(p, ev->job);
	if (*t && (ev->kind == EVENT_END || ev->kind == EVENT_FINISH))
		end(p, t, ev);
	else if (!*t && ev->kind == EVENT_ATTEMPT)
		begin(p, ev);
	else if (*t && ev->kind == EVENT_OUTPUT && p->at.plan->rt)
		read_output(p, *t, ev);
}

const struct watcher watch_progress = {
	.open = open_progress, .event = event, .tick = tick, .close = close_progress
};
