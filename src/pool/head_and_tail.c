/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/head_and_tail.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void head_and_tail_add(struct head_and_tail *t, const char *data, size_t len)
{
	size_t first = least(len, HEAD_BYTES - t->head.len);

	buf_add(&t->head, data, first);
	data += first;
	len -= first;
	if (len > TAIL_BYTES) {
		data += len - TAIL_BYTES;
		len = TAIL_BYTES;
		t->cut = 1;
	}
	if (!len)
		return;
	buf_add(&t->tail, data, len);
	if (t->tail.len > 2 * TAIL_BYTES) {
		buf_eat(&t->tail, t->tail.len - TAIL_BYTES);
		t->cut = 1;
	}
}

const char *head_and_tail_text(struct head_and_tail *t)
{
	if (t->tail.len) {
		if (t->cut)
			buf_adds(&t->head, "\n...\n");
		buf_add(&t->head, t->tail.data, t->tail.len);
		buf_release(&t->tail);
	}
	return buf_str(&t->head);
}

void head_and_tail_reset(struct head_and_tail *t)
{
	buf_reset(&t->head);
	buf_reset(&t->tail);
	t->cut = 0;
}

void head_and_tail_release(struct head_and_tail *t)
{
	buf_release(&t->head);
	buf_release(&t->tail);
	t->cut = 0;
}
