/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/canvas.h"

#include "story/text.h"

#define ROW 20.0
#define ALL_ROWS 800.0 /* more than this, and rows become lower */
#define LOWEST_ROW 3.0
#define LABELLED_ROW 14.0

/* Attempts that are drawn as one: a single one, or many that are too short to
 * be told apart. */
struct bar {
	size_t n, first; /* of tries */
	double x0, x1;
	int64_t begin_ns, end_ns;
	const char *kind;
	bool thin; /* each is shorter than a pixel */
};

static const char *kind_of(const struct recorded_try *t)
{
	switch (t->how) {
	case HOW_OK:
		return t->attempt > 1 ? "again" : "ok";
	case HOW_FAILED:
		return "failed";
	case HOW_TIMEOUT:
		return "timeout";
	case HOW_STOPPED:
		return "stopped";
	default:
		return "open";
	}
}

/* The attempt that decided that its job failed. */
static bool is_final_failure(const struct recorded_run *s, size_t i)
{
	const struct recorded_job *j = &s->jobs[s->tries[i].job];

	return j->last_try == i + 1 && j->how == HOW_FAILED;
}

static void add_end(struct buf *b, const struct recorded_try *t)
{
	static const char *const words[] = { "not ended", "done", "failed", "timed out",
					     "stopped" };

	buf_addf(b, "\n%s", words[t->how]);
	if (t->exit > 0)
		buf_addf(b, ", exit status %d", t->exit);
	if (t->signal > 0)
		buf_addf(b, ", signal %d", t->signal);
	if (*t->class) {
		buf_adds(b, ", ");
		text_xml(b, t->class);
	}
}

static void add_title(struct canvas *c, const struct bar *bar)
{
	const struct recorded_run *s = c->s;
	const struct recorded_try *t = &s->tries[bar->first];

	buf_adds(c->b, "<title>");
	if (bar->n > 1) {
		buf_addf(c->b, "%zu attempts, slot %u\n", bar->n, t->slot);
		canvas_span(c->b, bar->begin_ns, bar->end_ns);
	} else {
		text_xml(c->b, s->jobs[t->job].image);
		buf_adds(c->b, "\n");
		text_xml(c->b, t->step);
		buf_addf(c->b, ", attempt %u, slot %u", t->attempt, t->slot);
		if (*s->lanes[t->lane].name) {
			buf_adds(c->b, ", ");
			text_xml(c->b, s->lanes[t->lane].name);
		}
		buf_adds(c->b, "\n");
		canvas_span(c->b, t->begin_ns, t->end_ns);
		add_end(c->b, t);
		if (is_final_failure(s, bar->first)) {
			buf_adds(c->b, "\n");
			text_lines(c->b, s->jobs[t->job].reason);
		}
	}
	buf_adds(c->b, "</title>");
}

static void add_name(struct canvas *c, const struct bar *bar, double room, double y, double height)
{
	struct buf name = BUF_INIT;

	text_name(&name, c->s->jobs[c->s->tries[bar->first].job].image, room, CANVAS_TEXT);
	if (name.len)
		buf_addf(c->b, "<text class=\"name\" x=\"%.1f\" y=\"%.1f\">%s</text>", bar->x0 + 3,
			 y + height / 2 + 4, buf_str(&name));
	buf_release(&name);
}

/* A cross at the end of an attempt after which its job had failed. */
static void add_mark(struct canvas *c, double x, double y, double r)
{
	buf_addf(c->b, "<path class=\"mark\" d=\"M%.1f %.1fl%.1f %.1fm0 %.1fl%.1f %.1f\"/>",
		 x - 2 * r - 1, y - r, 2 * r, 2 * r, -2 * r, -2 * r, 2 * r);
}

static void draw_bar(struct canvas *c, const struct bar *bar, double y, double height)
{
	double room = bar->x1 - bar->x0 - 6, r = height < 12 ? height / 2 - 0.5 : 4;
	bool failed = bar->n == 1 && is_final_failure(c->s, bar->first);

	buf_addf(c->b, "<g class=\"bar %s\"", bar->kind);
	if (bar->n == 1)
		buf_addf(c->b, " data-j=\"%u\"", c->s->tries[bar->first].job);
	buf_adds(c->b, ">");
	add_title(c, bar);
	canvas_rect(c, bar->x0, y, bar->x1 - bar->x0, height);
	if (height >= LABELLED_ROW && bar->n == 1)
		add_name(c, bar, failed ? room - 2 * r : room, y, height);
	if (failed)
		add_mark(c, bar->x1, y + height / 2, r);
	buf_adds(c->b, "</g>\n");
}

/* Thin ones of one kind, close together, are one bar. */
static bool join(struct bar *bar, const struct bar *next)
{
	if (!bar->thin || !next->thin || bar->kind != next->kind || next->x0 > bar->x1 + 1)
		return false;
	bar->n++;
	bar->x1 = next->x1;
	bar->end_ns = next->end_ns;
	return true;
}

static void draw_row(struct canvas *c, unsigned slot, double y, double height)
{
	const struct recorded_run *s = c->s;
	struct bar bar = { 0 };

	for (size_t i = 0; i < s->n_tries; i++) {
		const struct recorded_try *t = &s->tries[i];
		double x0 = canvas_x(c, t->begin_ns), x1 = canvas_x(c, t->end_ns);
		struct bar next = { 1, i, x0, x1, t->begin_ns, t->end_ns, kind_of(t), x1 - x0 < 1 };

		if (t->slot != slot || join(&bar, &next))
			continue;
		if (bar.n)
			draw_bar(c, &bar, y, height);
		bar = next;
	}
	if (bar.n)
		draw_bar(c, &bar, y, height);
}

void canvas_slots(struct canvas *c)
{
	double row = c->s->slots * ROW > ALL_ROWS ? ALL_ROWS / c->s->slots : ROW;
	char label[32];

	if (row < LOWEST_ROW)
		row = LOWEST_ROW;
	for (unsigned slot = 0; slot < c->s->slots; slot++) {
		double y = c->y + slot * row;

		snprintf(label, sizeof(label), "slot %u", slot);
		if (row >= LABELLED_ROW || slot % 10 == 0)
			canvas_label(c, y + (row >= LABELLED_ROW ? 14 : 8), "dim", label);
		draw_row(c, slot, y + 1, row - (row >= 10 ? 2 : 1));
	}
	c->y += c->s->slots * row + 12;
}
