/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/text.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define FEWEST_BYTES 6
#define LETTER_PX 11.0

static const char *keep(struct strvec *kept, struct buf *b)
{
	buf_adds(b, "");
	strvec_take(kept, buf_detach(b));
	return kept->v[kept->n - 1];
}

static void add_escaped(struct buf *b, const char *s, size_t len)
{
	static const char *const entities[UINT8_MAX + 1] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	for (const char *entity; len; len--, s++) {
		entity = entities[(unsigned char)*s];
		if (entity)
			buf_adds(b, entity);
		else
			buf_addc(b, *s);
	}
}

static void add_shown(struct buf *b, const char *s, size_t len)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, s, len, SIZE_MAX);
	add_escaped(b, buf_str(&shown), shown.len);
	buf_release(&shown);
}

const char *text_xmln(struct strvec *kept, const char *s, size_t len)
{
	struct buf b = BUF_INIT;

	add_shown(&b, s, len);
	return keep(kept, &b);
}

const char *text_xml(struct strvec *kept, const char *s)
{
	return text_xmln(kept, s, strlen(s));
}

const char *text_lines(struct strvec *kept, const char *s)
{
	struct buf b = BUF_INIT;

	for (size_t len; *s; s += len) {
		len = strcspn(s, "\n");
		add_shown(&b, s, len);
		if (s[len])
			buf_addc(&b, s[len++]);
	}
	return keep(kept, &b);
}

const char *text_time(struct strvec *kept, double ns)
{
	double s = ns / 1e9;
	int64_t whole = (int64_t)(s + 0.5);

	if (s < 100)
		strvec_pushf(kept, "%.*f s", s < 10 ? 2 : 1, s);
	else if (whole < 3600)
		strvec_pushf(kept, "%" PRId64 " min %02" PRId64 " s", whole / 60, whole % 60);
	else
		strvec_pushf(kept, "%" PRId64 " h %02" PRId64 " min", whole / 3600,
			     whole / 60 % 60);
	return kept->v[kept->n - 1];
}

const char *text_span(struct strvec *kept, int64_t begin_ns, int64_t end_ns)
{
	const char *took = text_time(kept, (double)(end_ns - begin_ns));
	const char *begin = text_time(kept, (double)begin_ns);
	const char *end = text_time(kept, (double)end_ns);

	strvec_pushf(kept, "%s, from %s to %s", took, begin, end);
	return kept->v[kept->n - 1];
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

/* How many bytes at the beginning of a text are no wider than `room`. */
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

const char *text_name(struct strvec *kept, const char *name, double room)
{
	struct buf shown = BUF_INIT, b = BUF_INIT;
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
	if (!s[n] || n >= FEWEST_BYTES) {
		add_escaped(&b, s, n);
		buf_adds(&b, s[n] ? ELLIPSIS : "");
	}
	buf_release(&shown);
	return keep(kept, &b);
}
