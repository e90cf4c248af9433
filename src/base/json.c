/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <stdint.h>
#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"

static void add_one(struct buf *b, const char *s, size_t n, uint32_t c)
{
	if (!n)
		buf_adds(b, "\xef\xbf\xbd");
	else if (c == '"' || c == '\\')
		buf_addf(b, "\\%c", (int)c);
	else if (c == '\n')
		buf_adds(b, "\\n");
	else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		buf_addf(b, "\\u%04x", (unsigned)c);
	else
		buf_add(b, s, n);
}

/* How much at the front needs no second look. */
static size_t plain_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

void json_text(struct buf *b, const char *s, size_t len)
{
	uint32_t c = 0;

	buf_addc(b, '"');
	while (len) {
		size_t plain = plain_len(s, len), n;

		buf_add(b, s, plain);
		s += plain;
		len -= plain;
		if (!len)
			break;
		n = utf8_decode(s, len, &c);
		add_one(b, s, n, c);
		s += n ? n : 1;
		len -= n ? n : 1;
	}
	buf_addc(b, '"');
}

void json_pair(struct buf *b, const char *key, const char *text)
{
	buf_addc(b, '"');
	buf_adds(b, key);
	buf_adds(b, "\":");
	if (text)
		json_text(b, text, strlen(text));
	else
		buf_adds(b, "null");
}

void json_more_key(struct buf *b, const char *key)
{
	buf_adds(b, ",\"");
	buf_adds(b, key);
	buf_adds(b, "\":");
}

void json_more(struct buf *b, const char *key, const char *text)
{
	buf_addc(b, ',');
	json_pair(b, key, text);
}

void json_more_bytes(struct buf *b, const char *key, const char *s, size_t len)
{
	json_more_key(b, key);
	json_text(b, s, len);
}

void json_more_number(struct buf *b, const char *key, int64_t n)
{
	json_more_key(b, key);
	buf_addn(b, n);
}

void json_more_known(struct buf *b, const char *key, int64_t n, int64_t none)
{
	json_more_key(b, key);
	if (n == none)
		buf_adds(b, "null");
	else
		buf_addn(b, n);
}

void json_more_seconds(struct buf *b, const char *key, int64_t ns)
{
	json_more_key(b, key);
	stamp_seconds(b, ns);
}
