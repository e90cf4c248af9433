/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define ESC '\x1b'

/* The length of the escape sequence at s; an ESC alone is one too. */
static size_t escape_len(const char *s, size_t len)
{
	size_t n = 1;

	if (len < 2)
		return len;
	if (s[1] == '[') {
		for (n = 2; n < len && s[n] >= 0x20 && s[n] < 0x40; n++)
			;
		return n < len ? n + 1 : len;
	}
	if (s[1] == ']') { /* up to BEL or ESC \ */
		for (n = 2; n < len && s[n] != '\a' && s[n] != ESC && s[n] != '\n'; n++)
			;
		if (n < len && s[n] == '\a')
			return n + 1;
		return n + 1 < len && s[n] == ESC && s[n + 1] == '\\' ? n + 2 : n;
	}
	return 2;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void flatten(const char *s, size_t len, struct buf *b)
{
	size_t i = 0, start = b->len;

	while (i < len) {
		if (s[i] == ESC) {
			i += escape_len(s + i, len - i);
		} else if (is_space(s[i])) {
			if (b->len > start && b->data[b->len - 1] != ' ')
				buf_addc(b, ' ');
			i++;
		} else {
			buf_addc(b, s[i++]);
		}
	}
	while (b->len > start && b->data[b->len - 1] == ' ')
		b->len--;
	if (b->len < b->cap)
		b->data[b->len] = '\0';
}

static bool is_inside_char(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void text_one_line(const char *s, size_t len, size_t max_bytes, struct buf *b)
{
	static const char gap[] = " ... ";
	struct buf flat = BUF_INIT, shown = BUF_INIT;
	size_t head, tail;

	flatten(s, len, &flat);
	utf8_show(&shown, buf_str(&flat), flat.len, SIZE_MAX);
	if (shown.len <= max_bytes) {
		buf_add(b, buf_str(&shown), shown.len);
	} else {
		head = max_bytes / 3;
		tail = shown.len - (max_bytes - head);
		while (head && is_inside_char(shown.data[head]))
			head--;
		while (tail < shown.len && is_inside_char(shown.data[tail]))
			tail++;
		buf_add(b, shown.data, head);
		buf_adds(b, gap);
		buf_add(b, shown.data + tail, shown.len - tail);
	}
	buf_release(&shown);
	buf_release(&flat);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void add_char(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | (c >> 18 & 7)));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* \xNN, \uNNNN, \UNNNNNNNN at s; returns what was used, 0 if it is none. */
static size_t add_numeric(const char *s, size_t len, struct buf *b)
{
	size_t digits = s[1] == 'x' ? 2 : s[1] == 'u' ? 4 : 8;
	uint32_t c = 0;

	if (len < digits + 2)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		int v = hex_value(s[2 + i]);

		if (v < 0)
			return 0;
		c = c << 4 | (uint32_t)v;
	}
	if (digits == 2)
		buf_addc(b, (char)c);
	else
		add_char(b, c);
	return digits + 2;
}

void text_unquote(const char *s, size_t len, struct buf *b)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	size_t i = 0;

	while (i < len) {
		const char *known;
		size_t used = 0;

		if (s[i] == '\\' && i + 1 < len) {
			known = s[i + 1] ? strchr(from, s[i + 1]) : NULL;
			if (known) {
				buf_addc(b, to[known - from]);
				used = 2;
			} else if (s[i + 1] && strchr("xuU", s[i + 1])) {
				used = add_numeric(s + i, len - i, b);
			}
		}
		if (!used) {
			buf_addc(b, s[i]);
			used = 1;
		}
		i += used;
	}
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Could the name go on there? A dot or colon at its end is punctuation. */
static bool goes_on(const char *text, size_t len, size_t at)
{
	if (at >= len)
		return false;
	if (text[at] == '.')
		return at + 1 < len && is_alnum(text[at + 1]);
	return is_alnum(text[at]) || text[at] == '_' || text[at] == '-';
}

static bool came_before(const char *text, size_t at)
{
	char c = at ? text[at - 1] : ' ';

	return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/* Is a name announced before text[at]? */
static bool is_announced(const char *text, size_t at)
{
	static const char *const before[] = {
		"for ",  "manifest ",  "manifests ",  "image ", "tag ",
		"tag: ", "image: ",    "repository ", "name ",  " in ",
		"file ", "reference ", "pull ",
	};

	if (at && text[at - 1] && strchr("/\"'`:@=", text[at - 1]))
		return true;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		size_t n = strlen(before[i]);

		if (at >= n && !memcmp(text + at - n, before[i], n))
			return true;
	}
	return false;
}

static void blank(char *text, size_t len, const char *what, size_t what_len, bool is_word)
{
	size_t at = 0;
	char *hit;

	if (!what_len)
		return;
	while (at < len && (hit = memmem(text + at, len - at, what, what_len))) {
		size_t pos = (size_t)(hit - text), end = pos + what_len;

		at = pos + 1;
		if (came_before(text, pos) || goes_on(text, len, end))
			continue;
		if (is_word && !is_announced(text, pos))
			continue;
		memset(hit, TEXT_BLANK, what_len);
		at = end;
	}
}

void text_blank(char *text, size_t len, const char *what, size_t what_len)
{
	blank(text, len, what, what_len, false);
}

void text_blank_word(char *text, size_t len, const char *what, size_t what_len)
{
	blank(text, len, what, what_len, true);
}
