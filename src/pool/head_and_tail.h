/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * head_and_tail.h - the beginning and the end of a text of any length
 *
 * What a child writes on standard error decides what happens to its job, so hpn
 * keeps it. But a child may write a gigabyte.
 */
#ifndef HPN_POOL_HEAD_AND_TAIL_H
#define HPN_POOL_HEAD_AND_TAIL_H

#include "base/buf.h"

#define HEAD_BYTES 16384
#define TAIL_BYTES 49152

struct head_and_tail {
	struct buf head; /* the first HEAD_BYTES */
	struct buf tail; /* at most twice TAIL_BYTES */
	int cut;         /* something in between was dropped */
};

void head_and_tail_add(struct head_and_tail *t, const char *data, size_t len);

/* The text, joined; a line "..." stands for what was dropped. Valid until the
 * next call with t. */
const char *head_and_tail_text(struct head_and_tail *t);

void head_and_tail_reset(struct head_and_tail *t);
void head_and_tail_release(struct head_and_tail *t);

#endif
