/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/text.h"

#define MOST_LANES 16
#define CHART 30.0
#define TRACK 6.0
#define MOST_TRACKS 6
#define GAP 12.0

struct chart {
	uint32_t lane;                  /* RECORDED_ALL: the run */
	unsigned level[CANVAS_COLUMNS]; /* the most that ran, px by px */
	unsigned most;                  /* that ran at once */
	unsigned top;                   /* of the scale */
};

static bool is_in(const struct chart *chart, uint32_t lane)
{
	return chart->lane == RECORDED_ALL || chart->lane == lane;
}

/* ---- how many ran ---- */

static void sum_up(const struct canvas *c, struct chart *chart)
{
	const struct recorded_run *run = c->run;
	unsigned now = 0;
	int x = 0;

	for (size_t i = 0; i <= run->n_changes; i++) {
		const struct recorded_change *change = i < run->n_changes ? &run->changes[i] : NULL;
		double until = CANVAS_COLUMNS;

		if (change && !is_in(chart, change->lane))
			continue;
		if (change)
			until = canvas_x(c, change->at_ns) - CANVAS_LEFT;
		for (;; x++) {
			if (x < CANVAS_COLUMNS && chart->level[x] < now)
				chart->level[x] = now;
			if (x + 1 > until)
				break;
		}
		if (change)
			now = change->begins ? now + 1 : now - 1;
		if (chart->most < now)
			chart->most = now;
	}
}

static void draw_level(struct canvas *c, const struct chart *chart)
{
	double base = c->y + CHART;
	unsigned before = 0;

	buf_addf(c->b, "<path class=\"run\" d=\"M%d %.1f", CANVAS_LEFT, base);
	for (int x = 0; x < CANVAS_COLUMNS; x++)
		if (chart->level[x] != before) {
			before = chart->level[x];
			buf_addf(c->b, "H%dV%.1f", CANVAS_LEFT + x,
				 base - before * CHART / chart->top);
		}
	buf_addf(c->b, "H%dV%.1fZ\"/>\n", CANVAS_RIGHT, base);
}

/* ---- limits ---- */

/* The limit of the chart's lane from `*at` on, which is moved past it; NULL: no more. */
static const struct recorded_limit *next_limit(const struct canvas *c, const struct chart *chart,
					       size_t *at)
{
	while (*at < c->run->n_limits)
		if (c->run->limits[(*at)++].lane == chart->lane)
			return &c->run->limits[*at - 1];
	return NULL;
}

static void draw_limit(struct canvas *c, const struct chart *chart)
{
	int now = chart->lane == RECORDED_ALL ? (int)c->run->workers : -1;
	double from = CANVAS_LEFT, to, scale = CHART / chart->top, base = c->y + CHART;
	const struct recorded_limit *l;
	size_t at = 0;

	buf_adds(c->b, "<path class=\"limit\" d=\"M0 0");
	do {
		l = next_limit(c, chart, &at);
		to = l ? canvas_x(c, l->at_ns) : CANVAS_RIGHT;
		if (now >= 0)
			buf_addf(c->b, "M%.1f %.1fH%.1f", from, base - now * scale, to);
		if (l && now >= 0 && l->workers >= 0)
			buf_addf(c->b, "V%.1f", base - l->workers * scale);
		now = l ? l->workers : now;
		from = to;
	} while (l);
	buf_adds(c->b, "\"/>\n");
}

/* Held, broken and so on last until the next limit; raised and lowered are seen
 * in the line. */
static void draw_states(struct canvas *c, const struct chart *chart)
{
	const struct recorded_limit *l, *next;
	size_t at = 0;

	for (l = next_limit(c, chart, &at); l; l = next) {
		int64_t end_ns;
		double x0, x1;

		next = next_limit(c, chart, &at);
		if (!*l->state || !strcmp(l->state, "open") || !strcmp(l->state, "raised") ||
		    !strcmp(l->state, "lowered"))
			continue;
		end_ns = next ? next->at_ns : c->run->end_ns;
		x0 = canvas_x(c, l->at_ns);
		x1 = canvas_x(c, end_ns);
		buf_addf(c->b, "<g class=\"state\"><title>%s\n%s</title>",
			 text_xml(&c->texts, l->state), text_span(&c->texts, l->at_ns, end_ns));
		canvas_rect(c, x0, c->y, x1 - x0, CHART);
		canvas_name(c, "", x0 + 3, c->y + 11, l->state, x1 - x0 - 6);
		canvas_close(c);
	}
}

/* ---- waits ---- */

static void draw_wait(struct canvas *c, const struct recorded_wait *w, double x0, double x1,
		      double y)
{
	buf_addf(c->b,
		 "<g class=\"bar wait\" data-j=\"%u\"><title>%s\nwaits to be tried again: %s\n"
		 "%s\n%s</title>",
		 w->job, text_xml(&c->texts, c->run->jobs[w->job].image),
		 text_xml(&c->texts, w->class), text_span(&c->texts, w->begin_ns, w->end_ns),
		 text_lines(&c->texts, w->reason));
	canvas_rect(c, x0, y, x1 - x0, TRACK - 1);
	canvas_close(c);
}

/* Each into the first track that is free; how many tracks, and how many waits
 * had no place. */
static unsigned draw_waits(struct canvas *c, const struct chart *chart, size_t *ret_rest)
{
	double until[MOST_TRACKS] = { 0 };
	unsigned used = 0;

	*ret_rest = 0;
	for (size_t i = 0; i < c->run->n_waits && chart->lane != RECORDED_ALL; i++) {
		const struct recorded_wait *w = &c->run->waits[i];
		double x0 = canvas_x(c, w->begin_ns), x1 = canvas_x(c, w->end_ns);
		unsigned track = 0;

		if (!is_in(chart, c->run->jobs[w->job].lane))
			continue;
		while (track < MOST_TRACKS && until[track] > x0)
			track++;
		if (track == MOST_TRACKS) {
			(*ret_rest)++;
			continue;
		}
		draw_wait(c, w, x0, x1, c->y + CHART + 3 + track * TRACK);
		until[track] = x1 > x0 + 1 ? x1 : x0 + 1;
		used = track >= used ? track + 1 : used;
	}
	return used;
}

/* ---- a lane ---- */

/* `l` NULL: the run. */
static void draw_chart(struct canvas *c, const struct recorded_lane *l)
{
	const struct recorded_run *run = c->run;
	struct chart drawn = { .lane = l ? (uint32_t)(l - run->lanes) : RECORDED_ALL },
		     *chart = &drawn;
	const char *name = !l ? "all" : *l->name ? l->name : "(no registry)";
	const struct recorded_limit *limit;
	char words[64];
	size_t at = 0, rest;
	unsigned tracks;

	sum_up(c, chart);
	chart->top = chart->most ? chart->most : 1;
	if (!l && chart->top < run->workers)
		chart->top = run->workers;
	while ((limit = next_limit(c, chart, &at)))
		if (limit->workers > (int)chart->top)
			chart->top = (unsigned)limit->workers;
	buf_addf(c->b,
		 "<g class=\"lane\"><title>%s\n%zu in the list, %u failed\nat most %u at once"
		 "</title>",
		 text_xml(&c->texts, name), l ? l->jobs : run->n_jobs, l ? l->failed : run->failed,
		 chart->most);
	canvas_rect(c, CANVAS_LEFT, c->y, CANVAS_COLUMNS, CHART);
	canvas_close(c);
	draw_level(c, chart);
	draw_states(c, chart);
	draw_limit(c, chart);
	tracks = draw_waits(c, chart, &rest);
	canvas_label(c, "", c->y + 12, name);
	snprintf(words, sizeof(words), "most at once: %u", chart->most);
	canvas_label(c, "dim", c->y + 25, words);
	snprintf(words, sizeof(words), "and %zu more waits", rest);
	if (rest)
		canvas_label(c, "dim", c->y + CHART + 10, words);
	c->y += CHART + 3 + tracks * TRACK + GAP;
}

struct ranked {
	const struct recorded_lane *lane;
};

/* Those with the most jobs first, and among equals as in the list. */
static int by_jobs(const void *a, const void *b)
{
	const struct recorded_lane *x = ((const struct ranked *)a)->lane;
	const struct recorded_lane *y = ((const struct ranked *)b)->lane;

	if (x->jobs != y->jobs)
		return x->jobs > y->jobs ? -1 : 1;
	return x < y ? -1 : x > y;
}

void canvas_lanes(struct canvas *c)
{
	struct ranked *lanes = mem_array(c->run->n_lanes, sizeof(*lanes));
	size_t n = 0;
	char words[64];

	for (size_t i = 0; i < c->run->n_lanes; i++)
		if (c->run->lanes[i].jobs)
			lanes[n++].lane = &c->run->lanes[i];
	if (n)
		qsort(lanes, n, sizeof(*lanes), by_jobs);
	draw_chart(c, NULL);
	for (size_t i = 0; i < n && i < MOST_LANES; i++)
		draw_chart(c, lanes[i].lane);
	if (n > MOST_LANES) {
		snprintf(words, sizeof(words), "and %zu more registries", n - MOST_LANES);
		canvas_label(c, "dim", c->y + 10, words);
		c->y += 20;
	}
	free(lanes);
}
