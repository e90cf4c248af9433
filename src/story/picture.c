/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/picture.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "story/canvas.h"
#include "story/digest.h"
#include "story/template.h"
#include "story/text.h"

#define HEADING 46 /* px above the picture, when it is alone */
#define FIRST_ROW 48
#define MOST_TICKS 10
#define LISTED 10

/* ---- for the parts ---- */

void canvas_rect(struct canvas *c, double x, double y, double width, double height)
{
	buf_addf(c->b, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>", x, y,
		 width < 1 ? 1 : width, height);
}

void canvas_name(struct canvas *c, const char *class, double x, double y, const char *name,
		 double room)
{
	struct buf shown = BUF_INIT;

	text_name(&shown, name, room);
	if (shown.len)
		buf_addf(c->b, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", class, x, y,
			 shown.data);
	buf_release(&shown);
}

void canvas_label(struct canvas *c, const char *class, double y, const char *name)
{
	canvas_name(c, class, 6, y, name, CANVAS_LEFT - 14);
	buf_adds(c->b, "\n");
}

/* ---- what surrounds them ---- */

static void add_heading(struct buf *b, const struct recorded_run *run)
{
	buf_addf(b, "<text class=\"head\" x=\"6\" y=\"%d\">", 18 - HEADING);
	digest_title(b, run);
	buf_addf(b, "</text>\n<text class=\"dim\" x=\"6\" y=\"%d\">", 36 - HEADING);
	digest_where(b, run);
	buf_adds(b, "</text>");
}

static int64_t tick_ns(int64_t end_ns)
{
	static const int ms[] = { 1,       2,       5,        10,      20,     50,     100,
				  200,     500,     1000,     2000,    5000,   10000,  15000,
				  30000,   60000,   120000,   300000,  600000, 900000, 1800000,
				  3600000, 7200000, 10800000, 21600000 };
	int64_t tick = NS_PER_MS;

	for (size_t i = 1; i < sizeof(ms) / sizeof(ms[0]) && end_ns / tick > MOST_TICKS; i++)
		tick = ms[i] * NS_PER_MS;
	while (end_ns / tick > MOST_TICKS)
		tick *= 2;
	return tick;
}

static void add_tick_words(struct buf *b, int64_t ns, int64_t end_ns)
{
	int64_t s = ns / NS_PER_S;

	if (end_ns < 120 * NS_PER_S)
		buf_addf(b, "%g s", (double)ns / 1e9);
	else if (end_ns < 3600 * NS_PER_S)
		buf_addf(b, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	else
		buf_addf(b, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}

static void add_grid(const struct canvas *c, struct buf *b)
{
	int64_t end_ns = c->run->end_ns, tick = tick_ns(end_ns);

	for (int64_t ns = 0; ns <= end_ns; ns += tick) {
		double x = canvas_x(c, ns);
		const char *anchor = x > CANVAS_RIGHT - 30 ? "end" : ns ? "middle" : "start";

		buf_addf(b, "<path class=\"grid\" d=\"M%.1f %dV%.1f\"/>", x, FIRST_ROW - 4,
			 c->y - 6);
		buf_addf(b, "<text class=\"dim tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x,
			 FIRST_ROW - 8, anchor);
		add_tick_words(b, ns, end_ns);
		buf_adds(b, "</text>\n");
	}
}

static void add_list(struct canvas *c, const char *title, const uint32_t *jobs, size_t n)
{
	if (!n)
		return;
	c->y += 18;
	buf_addf(c->b, "<text x=\"6\" y=\"%.1f\">%s</text>\n", c->y, title);
	for (size_t i = 0; i < n; i++) {
		const struct recorded_job *j = &c->run->jobs[jobs[i]];

		c->y += 15;
		buf_addf(c->b, "<text class=\"dim\" x=\"20\" y=\"%.1f\">", c->y);
		text_time(c->b, (double)recorded_took_ns(c->run, j));
		buf_adds(c->b, "</text>");
		canvas_name(c, "", 100, c->y, j->image, 440);
		buf_addf(c->b, "<text class=\"dim\" x=\"560\" y=\"%.1f\">", c->y);
		text_xmln(c->b, j->reason, strcspn(j->reason, "\n"));
		buf_adds(c->b, "</text>\n");
	}
	c->y += 6;
}

void picture_draw(struct buf *b, const struct recorded_run *run, bool alone)
{
	struct buf title = BUF_INIT, heading = BUF_INIT, grid = BUF_INIT, rows = BUF_INIT;
	struct buf height = BUF_INIT;
	struct canvas c = { .b = &rows, .run = run, .y = FIRST_ROW };
	uint32_t jobs[LISTED];

	canvas_slots(&c);
	canvas_lanes(&c);
	add_grid(&c, &grid);
	if (alone) {
		add_heading(&heading, run);
		add_list(&c, "Failed", jobs, digest_failed(run, jobs, LISTED));
		add_list(&c, "Slowest", jobs, digest_slowest(run, jobs, LISTED));
	}
	digest_title(&title, run);
	buf_addf(&height, "%.0f", c.y + 6 + (alone ? HEADING : 0));
	template_fill(b, template_picture,
		      (const struct part[]){ { "height", buf_str(&height) },
					     { "top", alone ? "-46" : "0" },
					     { "title", buf_str(&title) },
					     { "heading", buf_str(&heading) },
					     { "grid", buf_str(&grid) },
					     { "rows", buf_str(&rows) },
					     { NULL, NULL } });
	buf_release(&title);
	buf_release(&heading);
	buf_release(&grid);
	buf_release(&rows);
	buf_release(&height);
}
