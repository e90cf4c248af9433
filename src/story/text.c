/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define FEWEST_CHARS 6

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void text_xmln(struct buf *b, const char *s, size_t len)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, s, len, SIZE_MAX);
	for (size_t i = 0; i < shown.len; i++) {
		const char *e = entity(shown.data[i]);

		if (e)
			buf_adds(b, e);
		else
			buf_addc(b, shown.data[i]);
	}
	buf_release(&shown);
}

void text_xml(struct buf *b, const char *s)
{
	text_xmln(b, s, strlen(s));
}

void text_lines(struct buf *b, const char *s)
{
	for (;;) {
		size_t len = strcspn(s, "\n");

		text_xmln(b, s, len);
		s += len;
		if (!*s)
			return;
		buf_addc(b, *s++);
	}
}

void text_time(struct buf *b, int64_t ns)
{
	int64_t s = (ns + NS_PER_S / 2) / NS_PER_S;

	if (ns < 10 * NS_PER_S)
		buf_addf(b, "%.2f s", (double)ns / 1e9);
	else if (ns < 100 * NS_PER_S)
		buf_addf(b, "%.1f s", (double)ns / 1e9);
	else if (s < 3600)
		buf_addf(b, "%" PRId64 " min %02" PRId64 " s", s / 60, s % 60);
	else
		buf_addf(b, "%" PRId64 " h %02" PRId64 " min", s / 3600, s / 60 % 60);
}

static double char_width(uint32_t c)
{
	if (c >= 0x1100)
		return 1.1;
	if (c >= 0x80)
		return 0.9;
	if (c >= 'A' && c <= 'Z')
		return c == 'M' || c == 'W' ? 1.0 : 0.8;
	if (c == 'm' || c == 'w' || c == '@' || c == '%')
		return 1.0;
	return strchr("iljtfr.,:;/|!' -", (int)c) ? 0.42 : 0.65;
}

/* Up to the first character that does not fit into `room`; its length in bytes,
 * and the width. */
static size_t fit(const char *s, size_t len, double room, double *ret_width)
{
	double width = 0;
	size_t at = 0;

	while (at < len) {
		uint32_t c = '?';
		size_t n = utf8_decode(s + at, len - at, &c);
		double one = char_width(c);

		if (width + one > room)
			break;
		width += one;
		at += n ? n : 1;
	}
	*ret_width = width;
	return at;
}

double text_width(const char *s, size_t len)
{
	double width;

	fit(s, len, 1e9, &width);
	return width;
}

/* What is escaped becomes longer; such names are rare enough to do without. */
static bool is_plain(const char *s)
{
	struct buf shown = BUF_INIT;
	bool plain;

	utf8_show(&shown, s, strlen(s), SIZE_MAX);
	plain = strcmp(buf_str(&shown), s) == 0;
	buf_release(&shown);
	return plain;
}

void text_name(struct buf *b, const char *name, double room, double size)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
	double ems = room / size, width;
	size_t n;

	if (ems < FEWEST_CHARS * 0.42 || !is_plain(name))
		return;
	if (text_width(name, strlen(name)) <= ems) {
		text_xml(b, name);
		return;
	}
	if (text_width(last, strlen(last)) <= ems) {
		text_xml(b, last);
		return;
	}
	n = fit(last, strlen(last), ems - char_width(0x2026), &width);
	if (n < FEWEST_CHARS)
		return;
	text_xmln(b, last, n);
	buf_adds(b, ELLIPSIS);
}
