/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/picture.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "story/canvas.h"
#include "story/digest.h"
#include "story/text.h"

#define MOST_TICKS 10
#define LISTED 10

/* Dark on screens only: paper is white. */
static const char style[] =
	".hpn{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--grid:#d8dee4;--ok:#9fd3b4;--again:#f4cf6b;"
	"--failed:#f2a09a;--timeout:#cdaae8;--stopped:#c9ced4;--open:#e4e8ec;--wait:#93bcf2;"
	"--run:#c5daf5;--limit:#0b5cad;--state:#d9a441;--ink:#1b1f24;"
	"background:var(--bg);font:11px sans-serif}\n"
	"@media screen and (prefers-color-scheme:dark){.hpn{--bg:#0d1117;"
	"--fg:#e6edf3;--dim:#9aa4af;"
	"--grid:#2b323b;--ok:#22633f;--again:#7d5f10;--failed:#93342e;--timeout:#64408a;"
	"--stopped:#474f58;--open:#2b323b;--wait:#2c5a94;--run:#1f3d63;--limit:#79b8ff;"
	"--state:#8a6a20;--ink:#fff}}\n"
	".hpn text{fill:var(--fg)}.hpn .dim{fill:var(--dim)}.hpn .head{font-size:16px}"
	".hpn .name{fill:var(--ink);paint-order:stroke;stroke-width:3}"
	".hpn .again .name{stroke:var(--again)}.hpn .failed .name{stroke:var(--failed)}"
	".hpn .timeout .name{stroke:var(--timeout)}.hpn .stopped .name{stroke:var(--stopped)}"
	".hpn .grid{stroke:var(--grid);fill:none}"
	".hpn .bar rect{stroke:var(--bg);stroke-width:.6}"
	".hpn .ok rect{fill:var(--ok)}.hpn .again rect{fill:url(#hpn-again)}"
	".hpn .failed rect{fill:url(#hpn-failed)}.hpn .timeout rect{fill:url(#hpn-timeout)}"
	".hpn .stopped rect{fill:url(#hpn-stopped)}"
	".hpn .open rect{fill:var(--open);stroke:var(--fg);stroke-dasharray:3 2}"
	".hpn .wait rect{fill:url(#hpn-wait)}.hpn .mark{stroke:var(--fg);stroke-width:2;fill:none}"
	".hpn .state text{paint-order:stroke;stroke:var(--bg);stroke-width:3}"
	".hpn .state rect{fill:url(#hpn-state)}.hpn .lane rect{fill:none;stroke:var(--grid);"
	"pointer-events:all}.hpn .run{fill:var(--run);pointer-events:none}"
	".hpn .limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:5 3;fill:none;"
	"pointer-events:none}"
	".hpn pattern .back-again{fill:var(--again)}.hpn pattern .back-failed{fill:var(--failed)}"
	".hpn pattern .back-timeout{fill:var(--timeout)}.hpn pattern .back-stopped{"
	"fill:var(--stopped)}.hpn pattern .back-wait{fill:var(--wait)}"
	".hpn pattern .back-state{fill:var(--state);fill-opacity:.25}"
	".hpn pattern path{stroke:var(--ink);stroke-opacity:.4;fill:none}"
	".hpn.dimmed .bar{opacity:.25}.hpn.dimmed .bar.on{opacity:1}"
	"@media print{.hpn{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

/* One for each pattern: a tile of 6 px, and what is drawn on it. */
static const struct {
	const char *name, *path;
} patterns[] = {
	{ "again", "M-1 1l2-2M0 6l6-6M5 7l2-2" },
	{ "failed", "M0 0l6 6M0 6l6-6" },
	{ "timeout", "M1.5 0v6M4.5 0v6" },
	{ "stopped", "M2 3h2" },
	{ "wait", "M0 1h3M3 4h3" },
	{ "state", "M-1 5l2 2M0 0l6 6M5-1l2 2" },
};

static const struct {
	const char *kind, *words;
} legend[] = {
	{ "ok", "first attempt" },    { "again", "later attempt" }, { "failed", "failed" },
	{ "timeout", "timed out" },   { "stopped", "stopped" },     { "open", "not ended" },
	{ "wait", "waits to retry" },
};

/* ---- for the parts ---- */

void canvas_span(struct buf *b, int64_t begin_ns, int64_t end_ns)
{
	text_time(b, end_ns - begin_ns);
	buf_adds(b, ", from ");
	text_time(b, begin_ns);
	buf_adds(b, " to ");
	text_time(b, end_ns);
}

void canvas_rect(struct canvas *c, double x, double y, double width, double height)
{
	buf_addf(c->b, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>", x, y,
		 width < 1 ? 1 : width, height);
}

void canvas_label(struct canvas *c, double y, const char *class, const char *text)
{
	struct buf name = BUF_INIT;

	text_name(&name, text, CANVAS_LEFT - 14, CANVAS_TEXT);
	buf_addf(c->b, "<text class=\"%s\" x=\"6\" y=\"%.1f\">%s</text>\n", class, y,
		 buf_str(&name));
	buf_release(&name);
}

/* ---- what surrounds them ---- */

static void add_patterns(struct buf *b)
{
	buf_adds(b, "<defs>\n");
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		buf_addf(b,
			 "<pattern id=\"hpn-%s\" width=\"6\" height=\"6\""
			 " patternUnits=\"userSpaceOnUse\"><rect class=\"back-%s\" width=\"6\""
			 " height=\"6\"/><path d=\"%s\"/></pattern>\n",
			 patterns[i].name, patterns[i].name, patterns[i].path);
	buf_adds(b, "</defs>\n");
}

static void add_heading(struct canvas *c)
{
	buf_addf(c->b, "<text class=\"head\" x=\"6\" y=\"%.1f\">", c->y + 18);
	digest_title(c->b, c->s);
	buf_addf(c->b, "</text>\n<text class=\"dim\" x=\"6\" y=\"%.1f\">", c->y + 36);
	digest_where(c->b, c->s);
	buf_adds(c->b, "</text>\n");
	c->y += 46;
}

static void add_legend(struct canvas *c)
{
	double x = CANVAS_LEFT;

	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		buf_addf(c->b, "<g class=\"key %s\">", legend[i].kind);
		canvas_rect(c, x, c->y + 4, 18, 12);
		buf_addf(c->b, "<text x=\"%.1f\" y=\"%.1f\">%s</text></g>\n", x + 23, c->y + 14,
			 legend[i].words);
		x += 115;
	}
	buf_addf(c->b,
		 "<g class=\"key\"><path class=\"mark\" d=\"M%.1f %.1fl8 8m0 -8l-8 8\"/>"
		 "<text x=\"%.1f\" y=\"%.1f\">gave up</text></g>\n"
		 "<g class=\"key\"><path class=\"limit\" d=\"M%.1f %.1fh24\"/>"
		 "<text x=\"%.1f\" y=\"%.1f\">limit</text></g>\n",
		 x, c->y + 6, x + 14, c->y + 14, x + 80, c->y + 10, x + 110, c->y + 14);
	c->y += 26;
}

static int64_t tick_ns(int64_t end_ns)
{
	static const int seconds[] = { 1,   2,   5,   10,   15,   30,   60,    120,
				       300, 600, 900, 1800, 3600, 7200, 10800, 21600 };
	int64_t tick = NS_PER_MS;

	for (int i = 0; tick < NS_PER_S && end_ns / tick > MOST_TICKS; i++)
		tick = i % 3 == 1 ? tick / 2 * 5 : tick * 2;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (tick >= NS_PER_S && end_ns / tick > MOST_TICKS)
			tick = seconds[i] * NS_PER_S;
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

/* The lines are drawn first, and lie behind the bars: `at` is where in the
 * text they belong, `bottom` is known only when all else is drawn. */
static void add_axis(struct canvas *c, struct buf *b, double top, double bottom)
{
	int64_t end_ns = c->s->end_ns, tick = tick_ns(end_ns);

	for (int64_t ns = 0; ns <= end_ns; ns += tick) {
		double x = canvas_x(c, ns);
		bool last = x > CANVAS_RIGHT - 30;

		buf_addf(b, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", x, top, bottom);
		buf_addf(b, "<text class=\"dim tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x,
			 top - 4,
			 last ? "end"
			 : ns ? "middle"
			      : "start");
		add_tick_words(b, ns, end_ns);
		buf_adds(b, "</text>\n");
	}
}

static void add_list(struct canvas *c, const char *title, const uint32_t *jobs, size_t n)
{
	const struct recorded_run *s = c->s;

	if (!n)
		return;
	c->y += 18;
	buf_addf(c->b, "<text x=\"6\" y=\"%.1f\">%s</text>\n", c->y, title);
	for (size_t i = 0; i < n; i++) {
		const struct recorded_job *j = &s->jobs[jobs[i]];

		c->y += 15;
		buf_addf(c->b, "<text class=\"dim\" x=\"20\" y=\"%.1f\">", c->y);
		text_time(c->b, j->run_ns + j->wait_ns);
		buf_addf(c->b, "</text><text x=\"100\" y=\"%.1f\">", c->y);
		text_name(c->b, j->image, 440, CANVAS_TEXT);
		buf_addf(c->b, "</text><text class=\"dim\" x=\"560\" y=\"%.1f\">", c->y);
		text_xmln(c->b, j->reason, strcspn(j->reason, "\n"));
		buf_adds(c->b, "</text>\n");
	}
	c->y += 6;
}

static void add_lists(struct canvas *c)
{
	uint32_t jobs[LISTED];

	add_list(c, "Failed", jobs, digest_failed(c->s, jobs, LISTED));
	add_list(c, "Slowest", jobs, digest_slowest(c->s, jobs, LISTED));
}

/* The height is known at the end: the parts go into a text of their own. */
void picture_draw(struct buf *b, const struct recorded_run *s, bool alone)
{
	struct buf body = BUF_INIT, parts = BUF_INIT;
	struct canvas c = { .b = &body, .s = s };
	double top;

	if (alone)
		add_heading(&c);
	add_legend(&c);
	top = c.y + 18;
	c.y = top + 4;
	c.b = &parts;
	canvas_slots(&c);
	canvas_lanes(&c);
	add_axis(&c, &body, top, c.y - 6);
	buf_add(&body, parts.data, parts.len);
	c.b = &body;
	if (alone)
		add_lists(&c);
	buf_addf(b,
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hpn\" width=\"%d\""
		 " height=\"%.0f\" viewBox=\"0 0 %d %.0f\" role=\"img\">\n<title>",
		 CANVAS_WIDTH, c.y + 6, CANVAS_WIDTH, c.y + 6);
	digest_title(b, s);
	buf_addf(b, "</title>\n<style>%s</style>\n", style);
	add_patterns(b);
	buf_add(b, body.data, body.len);
	buf_adds(b, "</svg>\n");
	buf_release(&body);
	buf_release(&parts);
}
