/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

/* What the first byte of a sequence promises: its length, its smallest legal
 * character (less is an overlong form) and its own bits. */
static size_t lead(unsigned char c, uint32_t *ret_least, uint32_t *ret_bits)
{
	if (c < 0x80) {
		*ret_least = 0;
		*ret_bits = c;
		return 1;
	}
	if (c >= 0xc2 && c < 0xe0) {
		*ret_least = 0x80;
		*ret_bits = c & 0x1f;
		return 2;
	}
	if (c >= 0xe0 && c < 0xf0) {
		*ret_least = 0x800;
		*ret_bits = c & 0x0f;
		return 3;
	}
	if (c >= 0xf0 && c < 0xf5) {
		*ret_least = 0x10000;
		*ret_bits = c & 0x07;
		return 4;
	}
	return 0;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *ret_char)
{
	uint32_t least, c;
	size_t need, i;

	need = len ? lead((unsigned char)s[0], &least, &c) : 0;
	if (!need || need > len)
		return 0;
	for (i = 1; i < need; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret_char = c;
	return need;
}

int utf8_is_cut(const char *s, size_t len)
{
	uint32_t least, c;
	size_t need, i;

	need = len ? lead((unsigned char)s[0], &least, &c) : 0;
	if (need <= len)
		return 0;
	for (i = 1; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return 1;
}

int utf8_is_blank(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

/* The length of the blank that ends the text, or 0. */
static size_t blank_at_end(const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (n = 1; n <= UTF8_MAX_LEN && n <= len; n++)
		if (utf8_decode(s + len - n, n, &c) == n)
			return utf8_is_blank(c) ? n : 0;
	return 0;
}

void utf8_trim(const char **s, size_t *len)
{
	uint32_t c;
	size_t n;

	while ((n = utf8_decode(*s, *len, &c)) && utf8_is_blank(c)) {
		*s += n;
		*len -= n;
	}
	while ((n = blank_at_end(*s, *len)))
		*len -= n;
}

int utf8_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

/* Append one character, or one invalid byte when n is 0. */
static void show_one(struct buf *b, const char *s, size_t n, uint32_t c)
{
	if (n && !utf8_is_unsafe(c))
		buf_add(b, s, n);
	else if (n && c == '\n')
		buf_adds(b, "\\n");
	else if (n && c == '\r')
		buf_adds(b, "\\r");
	else if (n && c == '\t')
		buf_adds(b, "\\t");
	else if (n > 1)
		buf_addf(b, "\\u{%x}", (unsigned)c);
	else
		buf_addf(b, "\\x%02x", (unsigned)(unsigned char)s[0]);
}

void utf8_show(struct buf *b, const char *s, size_t len, size_t max_bytes)
{
	size_t start = b->len, before, n;
	uint32_t c = 0;

	while (len) {
		before = b->len;
		n = utf8_decode(s, len, &c);
		show_one(b, s, n, c);
		if (b->len - start > max_bytes) {
			b->len = before;
			b->data[before] = '\0';
			buf_adds(b, "...");
			return;
		}
		s += n ? n : 1;
		len -= n ? n : 1;
	}
}
