/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

enum state {
	TEXT,
	RETURN,  /* after CR: an LF that follows belongs to it */
	ESCAPE,  /* after ESC */
	BETWEEN, /* ESC and an intermediate byte: the final byte is to come */
	CONTROL, /* in a CSI sequence */
	STRING,  /* in OSC, DCS, PM, APC or SOS: up to BEL or ST */
	STRING_ESCAPE,
};

static bool is_plain(unsigned char b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t';
}

/* How many bytes from here need no thought. Written so that the compiler can
 * test a complete block at once: a child may write a gigabyte. */
static size_t plain_run(const unsigned char *p, size_t len)
{
	size_t i = 0;

	for (; i + 32 <= len; i += 32) {
		unsigned char odd = 0;

		for (size_t k = 0; k < 32; k++) {
			unsigned char b = p[i + k];

			odd |= (unsigned char)!((unsigned char)(b - 0x20) < 0x5f) &
			       (unsigned char)(b != '\n') & (unsigned char)(b != '\t');
		}
		if (odd)
			break;
	}
	while (i < len && is_plain(p[i]))
		i++;
	return i;
}

static void show(struct buf *to, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(to, "\\x%02x", bytes[i]);
}

static size_t char_length(unsigned char lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static void end_char(struct clean *c, struct buf *to)
{
	uint32_t code = 0;
	bool whole = c->have && utf8_decode((const char *)c->part, c->have, &code) == c->have;

	if (whole && code >= 0xa0 && utf8_is_unsafe(code))
		buf_addf(to, "\\u{%x}", (unsigned)code);
	else if (whole && code >= 0xa0)
		buf_add(to, c->part, c->have);
	else
		show(to, c->part, c->have);
	c->have = 0;
}

static void high_byte(struct clean *c, unsigned char b, struct buf *to)
{
	bool follows = (b & 0xc0) == 0x80;

	if (!follows || !c->have)
		end_char(c, to);
	if (!follows && !char_length(b)) {
		show(to, &b, 1);
		return;
	}
	c->part[c->have++] = b;
	if (c->have == char_length(c->part[0]) || !char_length(c->part[0]))
		end_char(c, to);
}

static void text_byte(struct clean *c, unsigned char b, struct buf *to)
{
	if (b >= 0x80) {
		high_byte(c, b, to);
		return;
	}
	end_char(c, to);
	if (b == 0x1b) {
		c->state = ESCAPE;
	} else if (b == '\r') {
		buf_addc(to, '\n');
		c->state = RETURN;
	} else if (is_plain(b)) {
		buf_addc(to, (char)b);
	} else {
		show(to, &b, 1);
	}
}

static enum state after_escape(unsigned char b)
{
	if (b == '[')
		return CONTROL;
	if (b && strchr("]PX^_", b))
		return STRING;
	return b >= 0x20 && b <= 0x2f ? BETWEEN : TEXT;
}

static bool ends_string(unsigned char b)
{
	return b == 0x07 || b == '\n';
}

static void sequence_byte(struct clean *c, unsigned char b)
{
	switch ((enum state)c->state) {
	case ESCAPE:
		c->state = (unsigned char)after_escape(b);
		break;
	case BETWEEN:
		c->state = b >= 0x20 && b <= 0x2f ? BETWEEN : TEXT;
		break;
	case CONTROL:
		if (b < 0x20 || b >= 0x40)
			c->state = TEXT;
		break;
	case STRING:
		c->state = b == 0x1b ? STRING_ESCAPE : ends_string(b) ? TEXT : STRING;
		break;
	default: /* STRING_ESCAPE: ST is ESC and a backslash */
		c->state = b == '\\' ? TEXT : STRING;
		break;
	}
}

static void one_byte(struct clean *c, unsigned char b, struct buf *to)
{
	if (c->state == RETURN) {
		c->state = TEXT;
		if (b == '\n')
			return;
	}
	if (c->state == TEXT)
		text_byte(c, b, to);
	else
		sequence_byte(c, b);
}

void clean_add(struct clean *c, const char *data, size_t len, struct buf *to)
{
	const unsigned char *p = (const unsigned char *)data;

	while (len) {
		size_t n = c->state == TEXT && !c->have ? plain_run(p, len) : 0;

		buf_add(to, p, n);
		p += n;
		len -= n;
		if (!len)
			return;
		one_byte(c, *p++, to);
		len--;
	}
}

void clean_end(struct clean *c, struct buf *to)
{
	end_char(c, to);
	c->state = TEXT;
}
