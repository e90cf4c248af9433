/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/text.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define FEWEST_BYTES 6
#define LETTER_PX 11.0

static void add_escaped(struct buf *b, const char *s, size_t len)
{
	static const char *const entities[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	for (; len; len--, s++)
		if ((unsigned char)*s < 128 && entities[(unsigned char)*s])
			buf_adds(b, entities[(unsigned char)*s]);
		else
			buf_addc(b, *s);
}

void text_xmln(struct buf *b, const char *s, size_t len)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, s, len, SIZE_MAX);
	add_escaped(b, buf_str(&shown), shown.len);
	buf_release(&shown);
}

void text_xml(struct buf *b, const char *s)
{
	text_xmln(b, s, strlen(s));
}

void text_lines(struct buf *b, const char *s)
{
	for (size_t len;; s += len + 1) {
		len = strcspn(s, "\n");
		text_xmln(b, s, len);
		if (!s[len])
			return;
		buf_addc(b, '\n');
	}
}

void text_time(struct buf *b, double ns)
{
	double s = ns / 1e9;
	int64_t whole = (int64_t)(s + 0.5);

	if (s < 100)
		buf_addf(b, "%.*f s", s < 10 ? 2 : 1, s);
	else if (whole < 3600)
		buf_addf(b, "%" PRId64 " min %02" PRId64 " s", whole / 60, whole % 60);
	else
		buf_addf(b, "%" PRId64 " h %02" PRId64 " min", whole / 3600, whole / 60 % 60);
}

void text_span(struct buf *b, int64_t begin_ns, int64_t end_ns)
{
	text_time(b, (double)(end_ns - begin_ns));
	buf_adds(b, ", from ");
	text_time(b, (double)begin_ns);
	buf_adds(b, " to ");
	text_time(b, (double)end_ns);
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

/* How many bytes of it are no wider than `room`. */
static size_t fit(const char *s, double room)
{
	size_t at = 0;

	while (s[at]) {
		uint32_t c = '?';
		size_t n = utf8_decode(s + at, strnlen(s + at, UTF8_MAX_LEN), &c);

		room -= char_width(c) * LETTER_PX;
		if (room < 0)
			break;
		at += n ? n : 1;
	}
	return at;
}

void text_name(struct buf *b, const char *name, double room)
{
	struct buf shown = BUF_INIT;
	const char *s, *slash;
	size_t n;

	utf8_show(&shown, name, strlen(name), SIZE_MAX);
	s = buf_str(&shown);
	slash = strrchr(s, '/');
	n = fit(s, room);
	if (s[n] && slash) {
		s = slash + 1;
		n = fit(s, room);
	}
	if (s[n])
		n = fit(s, room - char_width(0x2026) * LETTER_PX);
	if (!s[n] || n >= FEWEST_BYTES)
		add_escaped(b, s, n);
	if (s[n] && n >= FEWEST_BYTES)
		buf_adds(b, ELLIPSIS);
	buf_release(&shown);
}
