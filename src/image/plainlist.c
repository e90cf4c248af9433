/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/plainlist.h"

#include <string.h>

#include "base/utf8.h"

#define KEPT_MAX (LIST_NAME_MAX + 1) /* enough to see that it is too long */
#define NOTE_MAX ((size_t)256)
#define NOT_A_CHAR UINT32_MAX /* an invalid byte */

enum {
	LEAD, /* nothing but white space so far */
	BODY,
	NOTE,   /* a comment after a name */
	COMMENT /* a line of comment, or the rest of a long note */
};

void plainlist_init(struct plainlist *p, const struct list_sink *sink)
{
	memset(p, 0, sizeof(*p));
	p->sink = sink;
	p->line = 1;
}

void plainlist_release(struct plainlist *p)
{
	buf_release(&p->body);
	buf_release(&p->gap);
	buf_release(&p->note);
}

static void add_kept(struct buf *b, const char *s, size_t len)
{
	size_t room = b->len < KEPT_MAX ? KEPT_MAX - b->len : 0;

	buf_add(b, s, len < room ? len : room);
}

/* `priority=WORD` as a word of its own; other comments do not matter. */
static int priority_of(const char *note)
{
	static const char key[] = "priority=";
	const char *at = note, *word;
	size_t len;

	while ((at = strstr(at, key))) {
		word = at + sizeof(key) - 1;
		len = strcspn(word, " \t\r,;");
		if (at == note || strchr(" \t,;", at[-1])) {
			if (len == 4 && !memcmp(word, "high", len))
				return 1;
			if (len == 3 && !memcmp(word, "low", len))
				return -1;
		}
		at = word;
	}
	return 0;
}

static int end_line(struct plainlist *p, struct err *err)
{
	struct list_found found = {
		.text = buf_str(&p->body),
		.len = p->body_bytes,
		.line = p->line,
		.priority = priority_of(buf_str(&p->note)),
	};
	int rc = p->body_bytes ? p->sink->take(p->sink->user, &found, err) : 0;

	p->state = LEAD;
	p->line++;
	p->body_bytes = 0;
	p->gap_bytes = 0;
	buf_reset(&p->body);
	buf_reset(&p->gap);
	buf_reset(&p->note);
	return rc;
}

static void body_char(struct plainlist *p, const char *s, size_t n, uint32_t c)
{
	if (utf8_is_blank(c)) {
		add_kept(&p->gap, s, n);
		p->gap_bytes += n;
		return;
	}
	if (c == '#' && p->gap_bytes) {
		p->state = NOTE;
		return;
	}
	add_kept(&p->body, buf_str(&p->gap), p->gap.len);
	add_kept(&p->body, s, n);
	p->body_bytes += p->gap_bytes + n;
	p->gap_bytes = 0;
	buf_reset(&p->gap);
}

static void take_char(struct plainlist *p, const char *s, size_t n, uint32_t c)
{
	switch (p->state) {
	case LEAD:
		if (utf8_is_blank(c) || c == 0xfeff)
			return;
		p->state = c == '#' ? COMMENT : BODY;
		if (p->state == COMMENT)
			return;
		/* fall through */
	case BODY:
		body_char(p, s, n, c);
		return;
	case NOTE:
		buf_add(&p->note, s, n);
		if (p->note.len >= NOTE_MAX)
			p->state = COMMENT;
		return;
	default:
		return;
	}
}

/* In a comment only its end matters. */
static size_t skip_comment(const char *s, size_t len)
{
	const char *end = memchr(s, '\n', len);

	return end ? (size_t)(end - s) : len;
}

int plainlist_feed(struct plainlist *p, const char *s, size_t len, int last, size_t *ret_used,
		   struct err *err)
{
	size_t i = 0, n;
	uint32_t c;

	while (i < len) {
		if (p->state == COMMENT)
			i += skip_comment(s + i, len - i);
		if (i == len)
			break;
		n = utf8_decode(s + i, len - i, &c);
		if (!n && !last && utf8_is_cut(s + i, len - i))
			break;
		if (!n)
			c = NOT_A_CHAR;
		if (c != '\n')
			take_char(p, s + i, n ? n : 1, c);
		else if (end_line(p, err))
			return -1;
		i += n ? n : 1;
		if (p->body_bytes > PLAINLIST_LINE_MAX)
			return err_set(err, "%lu: longer than %zu bytes; is this a list of images?",
				       (unsigned long)p->line, PLAINLIST_LINE_MAX);
	}
	*ret_used = i;
	return last ? end_line(p, err) : 0;
}
