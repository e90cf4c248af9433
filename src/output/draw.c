/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/draw.h"

#include <string.h>

#include "output/width.h"

void draw_release(struct draw *d)
{
	rows_release(&d->shown);
}

/* Move from one row to another, to the beginning of the line. */
static void go(const struct terminal *t, unsigned from, unsigned to, struct buf *out)
{
	buf_addc(out, '\r');
	for (; from > to; from--)
		buf_adds(out, t->up);
	for (; from < to; from++)
		buf_addc(out, '\n');
}

/* The row in the terminal's sequences. Styles that it does not have leave
 * nothing after it, not even the one that ends them. */
static void write_row(const struct terminal *t, const struct buf *row, struct buf *out)
{
	const char *s = buf_str(row);
	bool styled = false;

	for (size_t i = 0; i < row->len; i++) {
		size_t before = out->len;

		if (s[i] != STYLE_MARK) {
			buf_addc(out, s[i]);
			continue;
		}
		i++;
		if (s[i] != STYLE_PLAIN || styled)
			terminal_style(t, s[i], out);
		styled = s[i] != STYLE_PLAIN && out->len > before;
	}
	buf_adds(out, t->clear);
}

static bool is_same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !memcmp(buf_str(a), buf_str(b), a->len);
}

static void clear_from(const struct terminal *t, unsigned row, unsigned end, struct buf *out)
{
	if (t->below) {
		buf_adds(out, t->below);
		return;
	}
	for (unsigned i = row; i < end; i++) {
		buf_adds(out, t->clear);
		buf_addc(out, '\n');
	}
	buf_adds(out, t->clear);
	go(t, end, row, out);
}

void draw_rows(struct draw *d, const struct terminal *t, struct rows *rows, struct buf *out)
{
	struct rows old = d->shown;
	unsigned at = old.n; /* the line that the cursor is in */

	for (unsigned i = 0; i < rows->n; i++) {
		if (i < old.n && is_same(&old.row[i], &rows->row[i]))
			continue;
		go(t, at, i, out);
		write_row(t, &rows->row[i], out);
		buf_adds(out, "\r\n");
		at = i + 1;
	}
	if (at != rows->n)
		go(t, at, rows->n, out);
	if (rows->n < old.n)
		clear_from(t, rows->n, old.n, out);
	d->shown = *rows;
	*rows = old;
}

static size_t row_width(const struct buf *row)
{
	const char *s = buf_str(row);
	size_t width = 0, from = 0;

	for (size_t i = 0; i < row->len; i++)
		if (s[i] == STYLE_MARK) {
			width += width_text(s + from, i - from);
			from = ++i + 1;
		}
	return from < row->len ? width + width_text(s + from, row->len - from) : width;
}

/* How many lines the rows take by now: more, when the terminal has become
 * narrower and broken them. */
static unsigned lines_taken(const struct draw *d, const struct terminal *t)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < d->shown.n; i++) {
		size_t width = t->reflows ? row_width(&d->shown.row[i]) : 0;

		sum += width ? (unsigned)((width - 1) / t->size.columns) + 1 : 1;
	}
	return sum < t->size.lines ? sum : t->size.lines - 1;
}

void draw_erase(struct draw *d, const struct terminal *t, struct buf *out)
{
	unsigned taken = lines_taken(d, t);

	go(t, taken, 0, out);
	clear_from(t, 0, taken, out);
	d->shown.n = 0;
}
