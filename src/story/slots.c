/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/canvas.h"

#include <string.h>

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
	static const char *const kinds[] = { "open", "ok", "failed", "timeout", "stopped" };

	return t->how == HOW_OK && t->attempt > 1 ? "again" : kinds[t->how];
}

/* The title of a single attempt; `reason`: why its job failed, or "". */
static void add_details(struct canvas *c, const struct recorded_try *t, const char *reason)
{
	static const char *const words[] = { "not ended", "done", "failed", "timed out",
					     "stopped" };
	const char *lane = c->run->lanes[t->lane].name;

	buf_addf(c->b, "%s\n%s, attempt %u, slot %u%s%s\n%s\n%s",
		 text_xml(&c->texts, c->run->jobs[t->job].image), text_xml(&c->texts, t->step),
		 t->attempt, t->slot, *lane ? ", " : "", text_xml(&c->texts, lane),
		 text_span(&c->texts, t->begin_ns, t->end_ns), words[t->how]);
	if (t->exit > 0)
		buf_addf(c->b, ", exit status %d", t->exit);
	if (t->signal > 0)
		buf_addf(c->b, ", signal %d", t->signal);
	buf_addf(c->b, "%s%s%s%s", *t->class ? ", " : "", text_xml(&c->texts, t->class),
		 *reason ? "\n" : "", text_lines(&c->texts, reason));
}

static void draw_bar(struct canvas *c, const struct bar *bar, double y, double height)
{
	const struct recorded_try *t = &c->run->tries[bar->first];
	const struct recorded_job *j = &c->run->jobs[t->job];
	bool failed = bar->n == 1 && j->last_try == bar->first + 1 && j->how == HOW_FAILED;
	double room = bar->x1 - bar->x0 - 6, r = height < 12 ? height / 2 - 0.5 : 4;

	if (bar->n == 1) {
		buf_addf(c->b, "<g class=\"bar %s\" data-j=\"%u\"><title>", bar->kind, t->job);
		add_details(c, t, failed ? j->reason : "");
	} else {
		buf_addf(c->b, "<g class=\"bar %s\"><title>%zu attempts, slot %u\n%s", bar->kind,
			 bar->n, t->slot, text_span(&c->texts, bar->begin_ns, bar->end_ns));
	}
	buf_adds(c->b, "</title>");
	canvas_rect(c, bar->x0, y, bar->x1 - bar->x0, height);
	if (height >= LABELLED_ROW && bar->n == 1)
		canvas_name(c, "name", bar->x0 + 3, y + height / 2 + 4, j->image,
			    failed ? room - 2 * r : room);
	if (failed) /* a cross */
		buf_addf(c->b, "<path class=\"mark\" d=\"M%.1f %.1fl%.1f %.1fm0 %.1fl%.1f %.1f\"/>",
			 bar->x1 - 2 * r - 1, y + height / 2 - r, 2 * r, 2 * r, -2 * r, -2 * r,
			 2 * r);
	canvas_close(c);
}

/* Thin ones of one kind, close together, are one bar. */
static bool join(struct bar *bar, const struct bar *next)
{
	if (!bar->thin || !next->thin || strcmp(bar->kind, next->kind) != 0 ||
	    next->x0 > bar->x1 + 1)
		return false;
	bar->n++;
	bar->x1 = next->x1;
	bar->end_ns = next->end_ns;
	return true;
}

static void draw_row(struct canvas *c, unsigned slot, double y, double height)
{
	struct bar bar = { 0 };

	for (size_t i = 0; i < c->run->n_tries; i++) {
		const struct recorded_try *t = &c->run->tries[i];
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
	double row = c->run->slots * ROW > ALL_ROWS ? ALL_ROWS / c->run->slots : ROW;
	char label[32];

	if (row < LOWEST_ROW)
		row = LOWEST_ROW;
	for (unsigned slot = 0; slot < c->run->slots; slot++) {
		double y = c->y + slot * row;

		snprintf(label, sizeof(label), "slot %u", slot);
		if (row >= LABELLED_ROW || slot % 10 == 0)
			canvas_label(c, "dim", y + (row >= LABELLED_ROW ? 14 : 8), label);
		draw_row(c, slot, y + 1, row - (row >= 10 ? 2 : 1));
	}
	c->y += c->run->slots * row + 12;
}
