/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "output/reason.h"
#include "output/width.h"

#define NARROW 60
#define WIDE 100
#define NARROWEST 29 /* for more than totals */
#define TIME_WIDTH 7

struct page {
	const struct view *v;
	struct rows *rows;
	size_t width;  /* of a row */
	unsigned room; /* rows */
	bool utf8;
	int64_t now_ns;
	struct buf text;
};

void rows_release(struct rows *rows)
{
	for (unsigned i = 0; i < rows->cap; i++)
		buf_release(&rows->row[i]);
	free(rows->row);
	*rows = (struct rows){ 0 };
}

static struct buf *add_row(struct page *p)
{
	struct rows *rows = p->rows;

	if (rows->n == rows->cap) {
		unsigned cap = rows->cap ? rows->cap * 2 : 16;

		rows->row = mem_grow(rows->row, cap, sizeof(*rows->row));
		memset(rows->row + rows->cap, 0, (cap - rows->cap) * sizeof(*rows->row));
		rows->cap = cap;
	}
	buf_reset(&rows->row[rows->n]);
	return &rows->row[rows->n++];
}

static void style(struct buf *b, char how)
{
	buf_addc(b, STYLE_MARK);
	buf_addc(b, how);
}

/* ---- pieces of text ---- */

void layout_time(struct buf *b, int64_t ns)
{
	long s = ns > 0 ? (long)(ns / NS_PER_S) : 0;

	if (s >= 3600)
		buf_addf(b, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		buf_addf(b, "%ld:%02ld", s / 60, s % 60);
}

/* Somebody else's text, harmless, in p->text until the next call. */
static const char *safe(struct page *p, const char *s, size_t len)
{
	buf_reset(&p->text);
	utf8_show(&p->text, s, len, 4096);
	for (char *c = p->text.data; !p->utf8 && c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	return buf_str(&p->text);
}

static void fit(const struct page *p, struct buf *b, const char *s, size_t columns,
		enum width_cut where)
{
	width_fit(b, s, columns, where, p->utf8 ? "…" : "~");
}

static void pad(struct buf *b, size_t n)
{
	while (n--)
		buf_addc(b, ' ');
}

/* A field of that many columns, and a space before it; right-aligned. */
static void field(struct buf *b, const char *s, size_t columns)
{
	size_t w = width_text(s, strlen(s));

	pad(b, 1 + (w < columns ? columns - w : 0));
	width_fit(b, s, columns, CUT_END, "");
}

static const char *name_of(struct page *p, uint32_t job)
{
	const char *name = p->v->info->name[job];

	return safe(p, name, strlen(name));
}

/* ---- a running image ---- */

static void add_bar(struct buf *b, int64_t done, int64_t total, int columns)
{
	int full = total > 0 ? (int)((double)done / (double)total * (columns - 2)) : 0;

	buf_adds(b, " [");
	for (int i = 0; i < columns - 2; i++)
		buf_addc(b, i < full ? '=' : i == full && done < total ? '>' : ' ');
	buf_addc(b, ']');
}

static bool has_bar(const struct view_row *r)
{
	return r->total > 0 || r->of_parts > 0;
}

static void add_amount(struct buf *b, const struct view_row *r, size_t columns)
{
	struct buf text = BUF_INIT;

	if (r->bytes >= 0)
		bytes_show(&text, r->bytes);
	else if (r->of_parts)
		buf_addf(&text, "%u/%u%s", r->parts, r->of_parts, columns < 12 ? "" : " layers");
	field(b, buf_str(&text), columns);
	buf_release(&text);
}

static void add_rate(struct buf *b, const struct view_row *r, size_t columns)
{
	struct buf text = BUF_INIT;

	if (r->rate >= 0 && r->bytes >= 0) {
		bytes_show(&text, r->rate);
		buf_adds(&text, "/s");
	}
	field(b, buf_str(&text), columns);
	buf_release(&text);
}

/* How wide the parts are between the step and the time; 0: left out. */
struct widths {
	size_t step, bar, amount, rate;
};

static const struct widths *widths_for(size_t columns)
{
	static const struct widths narrow = { 0, 0, 8, 0 }, middle = { 6, 10, 12, 10 },
				   wide = { 6, 20, 12, 10 };

	return columns < NARROW ? &narrow : columns < WIDE ? &middle : &wide;
}

static size_t sum_of(const struct widths *w)
{
	return w->amount + 1 + (w->bar ? w->bar + 1 : 0) + (w->rate ? w->rate + 1 : 0);
}

static void add_numbers(struct buf *b, const struct view_row *r, const struct widths *w)
{
	if (w->bar && r->total > 0)
		add_bar(b, r->bytes, r->total, (int)w->bar);
	else if (w->bar && r->of_parts)
		add_bar(b, r->parts, r->of_parts, (int)w->bar);
	else if (w->bar)
		pad(b, w->bar + 1);
	add_amount(b, r, w->amount);
	if (w->rate)
		add_rate(b, r, w->rate);
}

static void add_words(struct page *p, struct buf *b, const char *words, size_t columns)
{
	size_t before = b->len;

	buf_addc(b, ' ');
	fit(p, b, words, columns - 1, CUT_END);
	pad(b, columns - width_text(b->data + before, b->len - before));
}

static void add_state(struct page *p, struct buf *b, const struct view_row *r,
		      const struct widths *w)
{
	struct buf text = BUF_INIT;

	if (r->runs && (r->bytes >= 0 || has_bar(r))) {
		add_numbers(b, r, w);
		return;
	}
	if (r->again_ns) {
		buf_adds(&text, "again in ");
		layout_time(&text, r->again_ns - p->now_ns + NS_PER_S - 1);
		buf_adds(&text, r->doing.len ? ": " : "");
	} else if (!r->runs) {
		buf_adds(&text, "waiting");
	}
	if (r->runs || r->again_ns)
		buf_adds(&text, safe(p, buf_str(&r->doing), r->doing.len));
	add_words(p, b, buf_str(&text), sum_of(w));
	buf_release(&text);
}

/* On a wide terminal the step stands next to the names, and not at the far end. */
static size_t name_columns(const struct page *p, size_t most)
{
	size_t longest = p->v->name_columns + 1; /* the mark of the one that is chosen */

	return p->width >= WIDE && longest < most ? longest : most;
}

/* NAME STEP [===>   ] 3/7 layers 4.1 MB/s 0:12 */
static void add_running(struct page *p, const struct view_row *r)
{
	const struct widths *w = widths_for(p->width);
	size_t step = w->step ? w->step + 1 : 0;
	size_t name = name_columns(p, p->width - sum_of(w) - step - TIME_WIDTH - 1);
	struct buf *b = add_row(p), time = BUF_INIT;
	bool chosen = p->v->choosing && p->v->chosen == r->job;

	buf_adds(b, chosen ? ">" : "");
	fit(p, b, name_of(p, r->job), name - chosen, CUT_MIDDLE);
	pad(b, name - width_text(buf_str(b), b->len));
	if (step)
		field(b, r->step ? r->step : "", w->step);
	if (!r->runs)
		style(b, STYLE_YELLOW);
	add_state(p, b, r, w);
	if (!r->runs)
		style(b, STYLE_PLAIN);
	layout_time(&time, p->now_ns - r->start_ns);
	field(b, buf_str(&time), TIME_WIDTH);
	buf_release(&time);
}

/* ---- what went wrong ---- */

/* The end of a text in at most that many columns: the cause of an error is there. */
static void fit_end(const struct page *p, struct buf *b, const char *s, size_t columns)
{
	size_t len = strlen(s), width = width_text(s, len);

	if (width > columns && columns) {
		buf_adds(b, p->utf8 ? "…" : "~");
		columns--;
	}
	while (width > columns) {
		uint32_t c;
		size_t n = utf8_decode(s, len, &c);

		n = n ? n : 1;
		width -= width_text(s, n);
		s += n;
		len -= n;
	}
	buf_adds(b, s);
}

/* failed: NAME: REASON; where there is too little space, without what the reason
 * begins with, and with no more than a third of the row for the name. */
static void add_failure(struct page *p, const struct view_failure *f)
{
	static const char begin[] = "failed: ";
	size_t room = p->width - strlen(begin) - strlen(": "), len = strcspn(f->reason, "\n");
	const char *name = p->v->info->name[f->job], *reason = f->reason;
	struct buf *b = add_row(p), shown = BUF_INIT, line = BUF_INIT;
	size_t name_width, width;

	buf_adds(&shown, safe(p, name, strlen(name)));
	name_width = width_text(buf_str(&shown), shown.len);
	buf_adds(&line, safe(p, reason, len));
	if (name_width + width_text(buf_str(&line), line.len) > room) {
		reason = reason_without_name(f->reason, name, &len);
		buf_reset(&line);
		buf_adds(&line, safe(p, reason, len));
	}
	width = width_text(buf_str(&line), line.len);
	if (name_width + width > room && name_width > p->width / 3)
		name_width = width < room - p->width / 3 ? room - width : p->width / 3;
	style(b, STYLE_RED);
	buf_adds(b, begin);
	fit(p, b, buf_str(&shown), name_width, CUT_MIDDLE);
	buf_adds(b, ": ");
	fit_end(p, b, buf_str(&line), room - name_width);
	style(b, STYLE_PLAIN);
	buf_release(&line);
	buf_release(&shown);
}

static void add_more(struct page *p, uint32_t n, const char *what)
{
	struct buf *b = add_row(p), line = BUF_INIT;

	buf_addf(&line, "%s and %u more %s", p->utf8 ? "…" : "...", n, what);
	style(b, STYLE_DIM);
	fit(p, b, buf_str(&line), p->width, CUT_END);
	style(b, STYLE_PLAIN);
	buf_release(&line);
}

/* The newest, in at most that many rows. */
static void add_failures(struct page *p, unsigned room)
{
	uint32_t kept = p->v->failed < VIEW_FAILURES ? p->v->failed : VIEW_FAILURES;
	uint32_t n = p->v->failed, shown;

	if (!room || !n)
		return;
	shown = n <= room ? n : room - 1;
	if (shown > kept)
		shown = kept;
	if (shown < n)
		add_more(p, n - shown, "failed");
	for (uint32_t i = n - shown; i < n; i++)
		add_failure(p, &p->v->failure[i % VIEW_FAILURES]);
}

/* ---- totals ---- */

enum piece { COUNTS, WORKERS, BYTES, RATE, TIME, LEFT, PIECES };

static void piece_text(const struct page *p, enum piece which, bool brief, struct buf *b)
{
	const struct view *v = p->v;
	int64_t left_ns;

	if (which == COUNTS && brief)
		buf_addf(b, "%u/%u done, %u failed", v->done, v->info->jobs, v->failed);
	else if (which == COUNTS)
		buf_addf(b, "%u done, %u failed, %u waiting", v->done, v->failed, view_waiting(v));
	else if (which == WORKERS)
		buf_addf(b, "%u of %u workers", v->running, v->workers);
	else if (which == TIME)
		layout_time(b, p->now_ns - v->info->start_ns);
	else if (which == BYTES && view_bytes(v) > 0)
		bytes_show(b, view_bytes(v));
	else if (which == RATE && v->rate > 0) {
		bytes_show(b, v->rate);
		buf_adds(b, "/s");
	} else if (which == LEFT && !v->paused && (left_ns = view_left_ns(v, p->now_ns)) > 0) {
		buf_adds(b, brief ? "~" : "about ");
		layout_time(b, left_ns + NS_PER_S - 1);
		buf_adds(b, brief ? "" : " left");
	}
}

static void join_pieces(const struct page *p, unsigned left_out, struct buf *b)
{
	struct buf piece = BUF_INIT;

	for (int i = 0; i < PIECES; i++) {
		if (left_out & 1u << i)
			continue;
		buf_reset(&piece);
		piece_text(p, (enum piece)i, left_out & 1u << PIECES, &piece);
		if (piece.len)
			buf_addf(b, "%s%s", b->len ? " | " : "", buf_str(&piece));
	}
	if (p->v->paused)
		buf_adds(b, " | paused");
	else if (p->v->finishing)
		buf_adds(b, " | finishing");
	if (p->v->asking)
		buf_adds(b, " | q again to finish");
	buf_release(&piece);
}

/* What can be spared goes first, until the rest fits. */
static void add_totals(struct page *p)
{
	static const unsigned spare[] = { 0,           1u << RATE,    1u << PIECES,
					  1u << BYTES, 1u << WORKERS, 1u << TIME,
					  1u << LEFT };
	struct buf *b = add_row(p), line = BUF_INIT;
	unsigned left_out = 0;

	for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]); i++) {
		left_out |= spare[i];
		buf_reset(&line);
		join_pieces(p, left_out, &line);
		if (line.len <= p->width)
			break;
	}
	style(b, STYLE_BOLD);
	fit(p, b, buf_str(&line), p->width, CUT_END);
	style(b, STYLE_PLAIN);
	buf_release(&line);
}

/* ---- the page ---- */

static void add_keys(struct page *p)
{
	static const char *const keys[] = { "+ - workers",          "p pause",
					    "space output",         "j k choose",
					    "q q finish what runs", "? close" };
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (line.len && line.len + 3 + strlen(keys[i]) > p->width) {
			buf_adds(add_row(p), buf_str(&line));
			buf_reset(&line);
		}
		buf_addf(&line, "%s%s", line.len ? " | " : "", keys[i]);
	}
	fit(p, add_row(p), buf_str(&line), p->width, CUT_END);
	buf_release(&line);
}

/* The last lines of what an image wrote, in at most that many rows. */
static void add_output(struct page *p, const struct view_row *r, unsigned room)
{
	const char *text = buf_str(&r->output), *at;
	size_t len = r->output.len;
	unsigned lines = 0;

	while (len && text[len - 1] == '\n')
		len--;
	at = text + len;
	while (at > text && lines < room) {
		for (at--; at > text && at[-1] != '\n'; at--)
			;
		lines++;
		if (at > text && lines < room)
			at--;
	}
	while (lines--) {
		size_t n = strcspn(at, "\n");
		struct buf *b = add_row(p);

		buf_adds(b, "  ");
		fit(p, b, safe(p, at, n), p->width - 2, CUT_END);
		at += n + (at[n] == '\n');
	}
	if (!len)
		buf_adds(add_row(p), "  nothing yet");
}

static void add_rows(struct page *p, unsigned room)
{
	const struct view *v = p->v;
	const struct view_row *chosen = v->chosen == NO_JOB ? NULL : v->of_job[v->chosen];
	uint32_t shown = v->n_rows;

	if (v->details && chosen && room > 1) {
		add_running(p, chosen);
		add_output(p, chosen, room - 1);
		return;
	}
	if (shown > room)
		shown = room ? room - 1 : 0;
	for (uint32_t i = 0; i < shown; i++)
		add_running(p, v->rows[i]);
	if (shown < v->n_rows && room)
		add_more(p, v->n_rows - shown, "started");
}

void layout_rows(const struct view *v, const struct layout_size *size, int64_t now_ns,
		 struct rows *rows)
{
	struct page p = { .v = v,
			  .rows = rows,
			  .width = size->columns > 2 ? size->columns - 1 : 1,
			  .room = size->lines > 3 ? size->lines - 3 : 0,
			  .utf8 = size->utf8,
			  .now_ns = now_ns };
	unsigned failures, keys = 0;

	rows->n = 0;
	if (size->lines < 2)
		return;
	if (v->help && p.room > 4 && p.width >= NARROWEST) {
		add_keys(&p);
		keys = rows->n;
		rows->n = 0;
		p.room -= keys;
	}
	if (p.width < NARROWEST)
		p.room = 0;
	failures = v->failed < p.room / 3 ? v->failed : p.room / 3;
	add_rows(&p, p.room - failures);
	add_failures(&p, failures);
	add_totals(&p);
	if (keys)
		add_keys(&p);
	buf_release(&p.text);
}
