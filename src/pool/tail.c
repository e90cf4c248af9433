/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/tail.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void tail_add(struct tail *t, const char *data, size_t len)
{
	size_t first = least(len, TAIL_HEAD_BYTES - t->head.len);

	buf_add(&t->head, data, first);
	data += first;
	len -= first;
	if (len > TAIL_LAST_BYTES) {
		data += len - TAIL_LAST_BYTES;
		len = TAIL_LAST_BYTES;
		t->cut = 1;
	}
	if (!len)
		return;
	buf_add(&t->last, data, len);
	if (t->last.len > 2 * TAIL_LAST_BYTES) {
		buf_eat(&t->last, t->last.len - TAIL_LAST_BYTES);
		t->cut = 1;
	}
}

const char *tail_text(struct tail *t)
{
	if (t->last.len) {
		if (t->cut)
			buf_adds(&t->head, "\n...\n");
		buf_add(&t->head, t->last.data, t->last.len);
		buf_release(&t->last);
	}
	return buf_str(&t->head);
}

void tail_reset(struct tail *t)
{
	buf_reset(&t->head);
	buf_reset(&t->last);
	t->cut = 0;
}

void tail_release(struct tail *t)
{
	buf_release(&t->head);
	buf_release(&t->last);
	t->cut = 0;
}
