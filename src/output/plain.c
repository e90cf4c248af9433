/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "output/clean.h"

/* In `prefixed` mode a line longer than this is broken rather than held. */
#define LONGEST_LINE 65536

/* The line that a child is in the middle of, for each of its two streams. */
struct line {
	struct clean clean;
	struct buf text;
};

struct speaker {
	struct line line[2];
	struct ci_line guard; /* of the line that is open */
	struct buf notes;     /* of `numbered`, until the result is known */
	int last;             /* the stream that wrote last */
	bool midline;         /* and whether it left a line open on the screen */
};

struct plain {
	struct mux *mux;
	struct plain_options opt;
	struct speaker **speakers; /* for jobs whose child has said something */
	bool *folded;              /* jobs whose group is open */
	struct buf out;
	struct buf guarded;
};

struct plain *plain_new(struct mux *mux, const struct plain_options *options)
{
	struct plain *p = mem_alloc(sizeof(*p));

	p->mux = mux;
	p->opt = *options;
	p->speakers = mem_array(options->total, sizeof(struct speaker *));
	p->folded = mem_array(options->total, sizeof(bool));
	return p;
}

static void drop_speaker(struct plain *p, uint32_t job)
{
	struct speaker *s = p->speakers[job];

	if (!s)
		return;
	buf_release(&s->line[0].text);
	buf_release(&s->line[1].text);
	buf_release(&s->notes);
	free(s);
	p->speakers[job] = NULL;
}

void plain_free(struct plain *p)
{
	for (uint32_t i = 0; p && i < p->opt.total; i++)
		drop_speaker(p, i);
	if (!p)
		return;
	free(p->speakers);
	free(p->folded);
	buf_release(&p->out);
	buf_release(&p->guarded);
	free(p);
}

static void begin_line(struct plain *p, const char *name)
{
	if (p->opt.prefixed)
		buf_addf(&p->out, "%s | ", name);
}

static void send(struct plain *p, uint32_t job)
{
	struct speaker *s = p->speakers[job];
	struct ci_line none = { 0 };

	if (p->opt.guarded) {
		ci_defuse(s ? &s->guard : &none, buf_str(&p->out), p->out.len, &p->guarded);
		mux_add(p->mux, job, buf_str(&p->guarded), p->guarded.len);
		buf_reset(&p->guarded);
	} else {
		mux_add(p->mux, job, buf_str(&p->out), p->out.len);
	}
	buf_reset(&p->out);
}

/* ---- what a child writes ---- */

/* Whole lines at once, each with the name in front; the rest is kept. */
static void say_prefixed(struct plain *p, const char *name, struct line *l, bool end)
{
	const char *text = buf_str(&l->text), *nl;
	size_t at = 0;

	while ((nl = memchr(text + at, '\n', l->text.len - at))) {
		begin_line(p, name);
		buf_add(&p->out, text + at, (size_t)(nl - text) + 1 - at);
		at = (size_t)(nl - text) + 1;
	}
	if (l->text.len > at && (end || l->text.len - at > LONGEST_LINE)) {
		begin_line(p, name);
		buf_add(&p->out, text + at, l->text.len - at);
		buf_addc(&p->out, '\n');
		at = l->text.len;
	}
	buf_eat(&l->text, at);
}

/* As it comes, two spaces before each line; the streams do not share a line. */
static void say_indented(struct plain *p, struct speaker *s, int stream)
{
	struct line *l = &s->line[stream];
	const char *text = buf_str(&l->text);
	size_t at = 0;

	if (s->midline && s->last != stream) {
		buf_addc(&p->out, '\n');
		s->midline = false;
	}
	while (at < l->text.len) {
		const char *nl = memchr(text + at, '\n', l->text.len - at);
		size_t end = nl ? (size_t)(nl - text) + 1 : l->text.len;

		if (!s->midline && text[at] != '\n')
			buf_adds(&p->out, "  ");
		buf_add(&p->out, text + at, end - at);
		s->midline = !nl;
		at = end;
	}
	s->last = stream;
	buf_reset(&l->text);
}

static struct speaker *speaker_of(struct plain *p, uint32_t job)
{
	if (!p->speakers[job])
		p->speakers[job] = mem_alloc(sizeof(struct speaker));
	return p->speakers[job];
}

static void on_output(struct plain *p, const struct event *ev)
{
	struct speaker *s = speaker_of(p, ev->job);
	struct line *l = &s->line[ev->stream];

	clean_add(&l->clean, ev->data, ev->len, &l->text);
	if (p->opt.prefixed)
		say_prefixed(p, ev->name, l, false);
	else if (l->text.len)
		say_indented(p, s, ev->stream);
	send(p, ev->job);
}

/* The child has ended: what it left open is a line, too. */
static void end_output(struct plain *p, const struct event *ev)
{
	struct speaker *s = p->speakers[ev->job];

	if (!s || p->opt.numbered)
		return;
	for (int i = 0; i < 2; i++) {
		clean_end(&s->line[i].clean, &s->line[i].text);
		if (p->opt.prefixed)
			say_prefixed(p, ev->name, &s->line[i], true);
		else if (s->line[i].text.len)
			say_indented(p, s, i);
	}
	if (s->midline)
		buf_addc(&p->out, '\n');
	drop_speaker(p, ev->job);
}

/* ---- what hpn says ---- */

static void say_more(struct plain *p, const char *name, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len) {
			begin_line(p, name);
			buf_adds(&p->out, "  ");
			buf_add(&p->out, text, len);
			buf_addc(&p->out, '\n');
		}
		text += len + (text[len] == '\n');
	}
}

static struct ci_mark mark_of(const struct plain *p, const struct event *ev)
{
	return (struct ci_mark){ p->opt.ci, p->opt.ci_secret, ev->job, clock_wall_ns() };
}

/* The first line of an image is the title of its group. */
static void fold(struct plain *p, const struct event *ev)
{
	struct ci_mark m = mark_of(p, ev);
	struct buf title = BUF_INIT;

	buf_add(&title, buf_str(&p->out), p->out.len - 1);
	buf_reset(&p->out);
	ci_open(&m, buf_str(&title), &p->out);
	buf_release(&title);
	p->folded[ev->job] = true;
}

/* What failed is said once more, where it is seen. */
static void unfold(struct plain *p, const struct event *ev)
{
	struct ci_mark m = mark_of(p, ev);
	struct buf what = BUF_INIT;

	if (p->folded[ev->job])
		ci_close(&m, &p->out);
	if (ev->result == RESULT_FAILED) {
		buf_addf(&what, "Failed to %s %s", ev->words->verb, ev->subject);
		ci_error(&m, buf_str(&what), ev->data, &p->out);
		buf_release(&what);
	}
}

static void add_number(struct plain *p, const struct event *ev)
{
	buf_addf(&p->out, "[%u/%u] ", ev->job + 1, p->opt.total);
}

static void on_start(struct plain *p, const struct event *ev)
{
	if (p->opt.brief)
		return;
	begin_line(p, ev->name);
	add_number(p, ev);
	buf_addf(&p->out, "%s %s...\n", ev->words->doing, ev->subject);
	if (p->opt.ci && !p->folded[ev->job])
		fold(p, ev);
	send(p, ev->job);
}

static void say_failed(struct plain *p, const struct event *ev)
{
	size_t first = strcspn(ev->data, "\n");

	begin_line(p, ev->name);
	buf_adds(&p->out, "❌ ");
	if (p->opt.numbered)
		add_number(p, ev);
	/* An image that was interrupted has not failed, and is not counted so. */
	if (ev->result == RESULT_FAILED)
		buf_addf(&p->out, "Failed to %s %s: ", ev->words->verb, ev->subject);
	else
		buf_addf(&p->out, "Not %s %s: ", ev->words->done, ev->subject);
	buf_add(&p->out, ev->data, first);
	buf_addc(&p->out, '\n');
	say_more(p, ev->name, ev->data + first);
}

static void say_done(struct plain *p, const struct event *ev)
{
	bool already = ev->cause == CAUSE_SKIPPED;

	if (p->opt.quiet)
		return;
	begin_line(p, ev->name);
	buf_adds(&p->out, "✅ ");
	if (p->opt.numbered) { /* few words: names are long, and terminals narrow */
		add_number(p, ev);
		buf_adds(&p->out, already ? "already " : "");
	} else {
		buf_adds(&p->out, already ? "Already " : "Successfully ");
	}
	buf_addf(&p->out, "%s %s\n", ev->words->done, ev->subject);
}

static void on_stage_end(struct plain *p, const struct event *ev)
{
	end_output(p, ev);
	if (!p->opt.brief)
		say_done(p, ev);
	send(p, ev->job);
}

static void add_notes(struct plain *p, const struct event *ev)
{
	struct speaker *s = p->speakers[ev->job];

	if (!s)
		return;
	buf_add(&p->out, buf_str(&s->notes), s->notes.len);
	drop_speaker(p, ev->job);
}

static void on_finish(struct plain *p, const struct event *ev)
{
	end_output(p, ev);
	if (ev->result == RESULT_OK)
		say_done(p, ev);
	else if (ev->result == RESULT_FAILED || *ev->data)
		say_failed(p, ev);
	if (p->opt.numbered)
		add_notes(p, ev);
	if (p->opt.ci)
		unfold(p, ev);
	send(p, ev->job);
	mux_close(p->mux, ev->job);
}

static void on_note(struct plain *p, const struct event *ev)
{
	end_output(p, ev);
	say_more(p, ev->name, ev->data);
	if (p->opt.numbered) {
		buf_add(&speaker_of(p, ev->job)->notes, buf_str(&p->out), p->out.len);
		buf_reset(&p->out);
	}
	send(p, ev->job);
}

/* A second child goes on where the first one left off: on a new line. */
static void on_wait(struct plain *p, const struct event *ev)
{
	end_output(p, ev);
	begin_line(p, ev->name);
	buf_addf(&p->out, "  Trying again in %.1f s: %.*s\n", (double)ev->wait_ns / 1e9,
		 (int)strcspn(ev->data, "\n"), ev->data);
	send(p, ev->job);
}

static bool is_shown(const struct plain *p, const struct event *ev)
{
	return ev->len && (p->opt.chatter || (p->opt.answers && ev->stream == 0));
}

static void pass_on(struct plain *p, const struct event *ev)
{
	if (ev->kind == EVENT_OUTPUT && ev->stream == 0)
		mux_add(p->mux, ev->job, ev->data, ev->len);
	else if (ev->kind == EVENT_FINISH)
		mux_close(p->mux, ev->job);
}

void plain_event(struct plain *p, const struct event *ev)
{
	if (p->opt.raw) {
		pass_on(p, ev);
		return;
	}
	if ((ev->kind == EVENT_START || ev->kind == EVENT_STAGE_START) && !p->opt.quiet)
		on_start(p, ev);
	else if (ev->kind == EVENT_STAGE_END)
		on_stage_end(p, ev);
	else if (ev->kind == EVENT_NOTE && !ev->class && !p->opt.quiet)
		on_note(p, ev);
	else if (ev->kind == EVENT_OUTPUT && is_shown(p, ev))
		on_output(p, ev);
	else if (ev->kind == EVENT_WAIT && p->opt.chatter)
		on_wait(p, ev);
	else if (ev->kind == EVENT_FINISH)
		on_finish(p, ev);
}
