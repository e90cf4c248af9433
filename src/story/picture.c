/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/timeline.h"

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
	const char *shown = text_name(&c->texts, name, room);

	if (*shown)
		buf_addf(c->b, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", class, x, y,
			 shown);
}

void canvas_label(struct canvas *c, const char *class, double y, const char *name)
{
	canvas_name(c, class, 6, y, name, CANVAS_LEFT - 14);
	buf_adds(c->b, "\n");
}

void canvas_close(struct canvas *c)
{
	buf_adds(c->b, "</g>\n");
	strvec_clear(&c->texts);
}

/* ---- what surrounds them ---- */

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

static void add_grid(const struct canvas *c, struct buf *b)
{
	int64_t end_ns = c->run->end_ns, tick = tick_ns(end_ns);

	for (int64_t ns = 0; ns <= end_ns; ns += tick) {
		double x = canvas_x(c, ns);
		const char *anchor = x > CANVAS_RIGHT - 30 ? "end" : ns ? "middle" : "start";
		int s = (int)(ns / NS_PER_S);

		buf_addf(b,
			 "<path class=\"grid\" d=\"M%.1f %dV%.1f\"/>"
			 "<text class=\"dim tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">",
			 x, FIRST_ROW - 4, c->y - 6, x, FIRST_ROW - 8, anchor);
		if (end_ns < 120 * NS_PER_S)
			buf_addf(b, "%g s", (double)ns / 1e9);
		else if (end_ns < 3600 * NS_PER_S)
			buf_addf(b, "%d:%02d", s / 60, s % 60);
		else
			buf_addf(b, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
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
		buf_addf(c->b, "<text class=\"dim\" x=\"20\" y=\"%.1f\">%s</text>", c->y,
			 text_time(&c->texts, (double)recorded_took_ns(c->run, j)));
		canvas_name(c, "", 100, c->y, j->image, 440);
		buf_addf(c->b, "<text class=\"dim\" x=\"560\" y=\"%.1f\">%s</text>\n", c->y,
			 text_xmln(&c->texts, j->reason, strcspn(j->reason, "\n")));
	}
	c->y += 6;
}

/* Alone, the picture has a heading above it, and lists below. */
void timeline_svg(struct buf *b, const struct recorded_run *run, bool alone)
{
	struct buf heading = BUF_INIT, grid = BUF_INIT, rows = BUF_INIT, size = BUF_INIT;
	struct canvas c = { .b = &rows, .run = run, .y = FIRST_ROW };
	uint32_t jobs[LISTED];
	const char *title;

	canvas_slots(&c);
	canvas_lanes(&c);
	add_grid(&c, &grid);
	if (alone) {
		add_list(&c, "Failed", jobs, digest_failed(run, jobs, LISTED));
		add_list(&c, "Slowest", jobs, digest_slowest(run, jobs, LISTED));
	}
	title = digest_title(&c.texts, run);
	if (alone)
		buf_addf(&heading,
			 "<text class=\"head\" x=\"6\" y=\"%d\">%s</text>\n"
			 "<text class=\"dim\" x=\"6\" y=\"%d\">%s</text>",
			 18 - HEADING, title, 36 - HEADING, digest_where(&c.texts, run));
	buf_addf(&size, "height=\"%.0f\" viewBox=\"0 %d 1200 %.0f\"",
		 c.y + 6 + (alone ? HEADING : 0), alone ? -HEADING : 0,
		 c.y + 6 + (alone ? HEADING : 0));
	template_fill(b, template_picture,
		      (const struct part[]){ { "size", buf_str(&size) },
					     { "title", title },
					     { "heading", buf_str(&heading) },
					     { "grid", buf_str(&grid) },
					     { "rows", buf_str(&rows) },
					     { NULL, NULL } });
	buf_release(&heading);
	buf_release(&grid);
	buf_release(&rows);
	buf_release(&size);
	strvec_release(&c.texts);
}
