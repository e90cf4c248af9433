/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/width.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

struct range {
	uint32_t first, last;
	unsigned columns;
};

/* For systems that have no UTF-8 locale: the blocks that fill East Asian
 * terminals, the signs that hpn itself prints, and what takes no column. */
static const struct range table[] = {
	{ 0x300, 0x36f, 0 },     { 0x1100, 0x115f, 2 },   { 0x200b, 0x200f, 0 },
	{ 0x202a, 0x202e, 0 },   { 0x2060, 0x206f, 0 },   { 0x20d0, 0x20f0, 0 },
	{ 0x2705, 0x2705, 2 },   { 0x274c, 0x274c, 2 },   { 0x2e80, 0x303e, 2 },
	{ 0x3041, 0xa4c6, 2 },   { 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 },   { 0xfe20, 0xfe2f, 0 },   { 0xfe30, 0xfe6b, 2 },
	{ 0xfeff, 0xfeff, 0 },   { 0xff01, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 },
	{ 0x20000, 0x3fffd, 2 },
};

static unsigned table_width(uint32_t c)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (c >= table[i].first && c <= table[i].last)
			return table[i].columns;
	return 1;
}

/* A locale that knows all characters, whatever the user's is; 0: none is there. */
static locale_t utf8_locale(void)
{
	static const char *const names[] = { "C.UTF-8", "en_US.UTF-8" };
	static locale_t found;
	static bool is_known;

	for (size_t i = 0; !is_known && i < sizeof(names) / sizeof(names[0]); i++) {
		found = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
		is_known = found != (locale_t)0;
	}
	is_known = true;
	return found;
}

unsigned width_char(uint32_t c)
{
	locale_t mine, before;
	int columns;

	if (c < 0x300)
		return 1;
	mine = utf8_locale();
	if (mine == (locale_t)0)
		return table_width(c);
	before = uselocale(mine);
	columns = wcwidth((wchar_t)c);
	uselocale(before);
	return columns < 0 ? 1 : (unsigned)columns;
}

/* The bytes of the next character, and its columns. */
static size_t next(const char *s, size_t len, unsigned *ret_columns)
{
	uint32_t c;
	size_t n = utf8_decode(s, len, &c);

	*ret_columns = n ? width_char(c) : 1;
	return n ? n : 1;
}

size_t width_text(const char *s, size_t len)
{
	size_t sum = 0;

	for (size_t at = 0; at < len;) {
		unsigned columns;

		at += next(s + at, len - at, &columns);
		sum += columns;
	}
	return sum;
}

/* How many bytes from the front take at most that many columns. */
static size_t front(const char *s, size_t len, size_t columns)
{
	size_t at = 0;

	while (at < len) {
		unsigned w;
		size_t n = next(s + at, len - at, &w);

		if (w > columns)
			break;
		columns -= w;
		at += n;
	}
	return at;
}

/* Where the end begins that takes at most that many columns. */
static size_t back(const char *s, size_t len, size_t columns)
{
	size_t all = width_text(s, len), at = 0;

	while (all > columns) {
		unsigned w;

		at += next(s + at, len - at, &w);
		all -= w;
	}
	return at;
}

void width_fit(struct buf *b, const char *s, size_t columns, enum width_cut where, const char *mark)
{
	size_t len = strlen(s), marks = width_text(mark, strlen(mark)), head, tail;

	if (width_text(s, len) <= columns) {
		buf_add(b, s, len);
		return;
	}
	if (columns < marks)
		return;
	columns -= marks;
	tail = where == CUT_MIDDLE ? columns / 2 : 0;
	head = columns - tail;
	tail = back(s, len, tail);
	buf_add(b, s, front(s, len, head));
	buf_adds(b, mark);
	buf_adds(b, s + tail);
}
