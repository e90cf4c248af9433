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

struct ranked {
	uint32_t lane; /* RECORDED_ALL: the whole run */
	uint32_t jobs, failed;
};

struct group {
	uint32_t lane, jobs, failed;
	unsigned level[CANVAS_COLUMNS]; /* the most that ran, px by px */
	unsigned most;                  /* that ran at once */
	unsigned top;                   /* of the scale */
};

static bool is_in(const struct group *g, uint32_t lane)
{
	return g->lane == RECORDED_ALL || g->lane == lane;
}

/* ---- how many ran ---- */

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int column(const struct canvas *c, int64_t ns)
{
	int x = (int)(canvas_x(c, ns) - CANVAS_LEFT);

	return x < CANVAS_COLUMNS ? x : CANVAS_COLUMNS - 1;
}

/* Twice the times, and odd for a beginning, so that an end at the same time
 * comes before it. */
static void sum_up(const struct canvas *c, struct group *g)
{
	const struct recorded_run *run = c->run;
	int64_t *times = mem_array(2 * run->n_tries, sizeof(*times));
	unsigned now = 0;
	size_t n = 0;

	for (size_t i = 0; i < run->n_tries; i++)
		if (is_in(g, run->tries[i].lane)) {
			int64_t begin_ns = run->tries[i].begin_ns, end_ns = run->tries[i].end_ns;

			times[n++] = 2 * begin_ns + 1;
			times[n++] = 2 * (end_ns > begin_ns ? end_ns : begin_ns + 1);
		}
	if (n)
		qsort(times, n, sizeof(*times), by_time);
	for (size_t i = 0; i < n; i++) {
		int last = column(c, i + 1 < n ? times[i + 1] / 2 : run->end_ns);

		now = times[i] & 1 ? now + 1 : now - 1;
		for (int x = column(c, times[i] / 2); x <= last; x++)
			if (g->level[x] < now)
				g->level[x] = now;
		if (g->most < now)
			g->most = now;
	}
	free(times);
}

static void draw_level(struct canvas *c, const struct group *g)
{
	double base = c->y + CHART;
	unsigned before = 0;

	buf_addf(c->b, "<path class=\"run\" d=\"M%d %.1f", CANVAS_LEFT, base);
	for (int x = 0; x < CANVAS_COLUMNS; x++)
		if (g->level[x] != before) {
			before = g->level[x];
			buf_addf(c->b, "H%dV%.1f", CANVAS_LEFT + x, base - before * CHART / g->top);
		}
	buf_addf(c->b, "H%dV%.1fZ\"/>\n", CANVAS_RIGHT, base);
}

/* ---- limits ---- */

static const struct recorded_limit *next_limit(const struct recorded_run *run, uint32_t lane,
					       size_t *at)
{
	while (*at < run->n_limits)
		if (run->limits[(*at)++].lane == lane)
			return &run->limits[*at - 1];
	return NULL;
}

static unsigned highest_limit(const struct recorded_run *run, uint32_t lane)
{
	unsigned most = lane == RECORDED_ALL ? run->workers : 0;
	const struct recorded_limit *l;

	for (size_t at = 0; (l = next_limit(run, lane, &at));)
		if (l->workers > (int)most)
			most = (unsigned)l->workers;
	return most;
}

static void draw_limit(struct canvas *c, const struct group *g)
{
	int now = g->lane == RECORDED_ALL ? (int)c->run->workers : -1;
	const struct recorded_limit *l;
	size_t at = 0;
	double from = CANVAS_LEFT;

	buf_adds(c->b, "<path class=\"limit\" d=\"M0 0");
	do {
		double to, y = c->y + CHART - now * CHART / g->top;

		l = next_limit(c->run, g->lane, &at);
		to = l ? canvas_x(c, l->at_ns) : CANVAS_RIGHT;
		if (now >= 0)
			buf_addf(c->b, "M%.1f %.1fH%.1f", from, y, to);
		if (l && now >= 0 && l->workers >= 0)
			buf_addf(c->b, "V%.1f", c->y + CHART - l->workers * CHART / g->top);
		now = l ? l->workers : now;
		from = to;
	} while (l);
	buf_adds(c->b, "\"/>\n");
}

/* Held, broken and so on last until the next limit; raised and lowered are seen
 * in the line. */
static bool is_state(const char *state)
{
	return *state && strcmp(state, "open") && strcmp(state, "raised") &&
	       strcmp(state, "lowered");
}

static void draw_state(struct canvas *c, const struct recorded_limit *l, int64_t end_ns)
{
	double x0 = canvas_x(c, l->at_ns), x1 = canvas_x(c, end_ns);

	buf_addf(c->b, "<g class=\"state\"><title>");
	text_xml(c->b, l->state);
	buf_adds(c->b, "\n");
	text_span(c->b, l->at_ns, end_ns);
	buf_adds(c->b, "</title>");
	canvas_rect(c, x0, c->y, x1 - x0, CHART);
	canvas_name(c, "", x0 + 3, c->y + 11, l->state, x1 - x0 - 6);
	buf_adds(c->b, "</g>\n");
}

static void draw_states(struct canvas *c, const struct group *g)
{
	const struct recorded_limit *l, *next;
	size_t at = 0;

	for (l = next_limit(c->run, g->lane, &at); l; l = next) {
		next = next_limit(c->run, g->lane, &at);
		if (is_state(l->state))
			draw_state(c, l, next ? next->at_ns : c->run->end_ns);
	}
}

/* ---- waits ---- */

static void draw_wait(struct canvas *c, const struct recorded_wait *w, double y)
{
	double x0 = canvas_x(c, w->begin_ns), x1 = canvas_x(c, w->end_ns);

	buf_addf(c->b, "<g class=\"bar wait\" data-j=\"%u\"><title>", w->job);
	text_xml(c->b, c->run->jobs[w->job].image);
	buf_adds(c->b, "\nwaits to be tried again: ");
	text_xml(c->b, w->class);
	buf_adds(c->b, "\n");
	text_span(c->b, w->begin_ns, w->end_ns);
	buf_adds(c->b, "\n");
	text_lines(c->b, w->reason);
	buf_adds(c->b, "</title>");
	canvas_rect(c, x0, y, x1 - x0, TRACK - 1);
	buf_adds(c->b, "</g>\n");
}

/* Each into the first track that is free; how many tracks, and how many waits
 * had no place. */
static unsigned draw_waits(struct canvas *c, const struct group *g, size_t *ret_rest)
{
	double until[MOST_TRACKS] = { 0 };
	unsigned used = 0;

	*ret_rest = 0;
	for (size_t i = 0; i < c->run->n_waits && g->lane != RECORDED_ALL; i++) {
		const struct recorded_wait *w = &c->run->waits[i];
		double x0 = canvas_x(c, w->begin_ns), x1 = canvas_x(c, w->end_ns);
		unsigned track = 0;

		if (!is_in(g, c->run->jobs[w->job].lane))
			continue;
		while (track < MOST_TRACKS && until[track] > x0)
			track++;
		if (track == MOST_TRACKS) {
			(*ret_rest)++;
			continue;
		}
		draw_wait(c, w, c->y + CHART + 3 + track * TRACK);
		until[track] = x1 > x0 + 1 ? x1 : x0 + 1;
		used = track >= used ? track + 1 : used;
	}
	return used;
}

/* ---- a lane ---- */

static const char *name_of(const struct canvas *c, const struct group *g)
{
	if (g->lane == RECORDED_ALL)
		return "all";
	return *c->run->lanes[g->lane].name ? c->run->lanes[g->lane].name : "(no registry)";
}

static void draw_frame(struct canvas *c, const struct group *g)
{
	buf_adds(c->b, "<g class=\"lane\"><title>");
	text_xml(c->b, name_of(c, g));
	buf_addf(c->b, "\n%u in the list, %u failed\nat most %u at once", g->jobs, g->failed,
		 g->most);
	buf_adds(c->b, "</title>");
	canvas_rect(c, CANVAS_LEFT, c->y, CANVAS_COLUMNS, CHART);
	buf_adds(c->b, "</g>\n");
}

static void draw_group(struct canvas *c, const struct ranked *r)
{
	struct group group = { .lane = r->lane, .jobs = r->jobs, .failed = r->failed }, *g = &group;
	char words[96];
	unsigned tracks;
	size_t rest;

	sum_up(c, g);
	g->top = highest_limit(c->run, g->lane);
	if (g->top < g->most)
		g->top = g->most;
	g->top = g->top ? g->top : 1;
	draw_frame(c, g);
	draw_level(c, g);
	draw_states(c, g);
	draw_limit(c, g);
	tracks = draw_waits(c, g, &rest);
	canvas_label(c, "", c->y + 12, name_of(c, g));
	snprintf(words, sizeof(words), "most at once: %u", g->most);
	canvas_label(c, "dim", c->y + 25, words);
	snprintf(words, sizeof(words), "and %zu more waits", rest);
	if (rest)
		canvas_label(c, "dim", c->y + CHART + 10, words);
	c->y += CHART + 3 + tracks * TRACK + GAP;
}

/* Those with the most jobs first, and among equals as in the list. */
static int by_jobs(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->jobs != y->jobs)
		return x->jobs > y->jobs ? -1 : 1;
	return x->lane < y->lane ? -1 : x->lane > y->lane;
}

void canvas_lanes(struct canvas *c)
{
	const struct recorded_run *run = c->run;
	struct ranked *g = mem_array(run->n_lanes + 1, sizeof(*g));
	size_t n = 0;
	char words[64];

	g[n++] = (struct ranked){ RECORDED_ALL, (uint32_t)run->n_jobs, run->failed };
	for (uint32_t i = 0; i < run->n_lanes; i++)
		if (run->lanes[i].jobs)
			g[n++] = (struct ranked){ i, run->lanes[i].jobs, run->lanes[i].failed };
	qsort(g + 1, n - 1, sizeof(*g), by_jobs);
	for (size_t i = 0; i < n && i <= MOST_LANES; i++)
		draw_group(c, &g[i]);
	if (n > MOST_LANES + 1) {
		snprintf(words, sizeof(words), "and %zu more registries", n - 1 - MOST_LANES);
		canvas_label(c, "dim", c->y + 10, words);
		c->y += 20;
	}
	free(g);
}
