/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tail.h - the beginning and the end of a text of any length
 *
 * What a child says on standard error decides what happens to its job, so it
 * is kept; but a child may say a gigabyte.
 */
#ifndef HPN_POOL_TAIL_H
#define HPN_POOL_TAIL_H

#include "base/buf.h"

#define TAIL_HEAD_BYTES 16384
#define TAIL_LAST_BYTES 49152

struct tail {
	struct buf head; /* the first TAIL_HEAD_BYTES */
	struct buf last; /* at most twice TAIL_LAST_BYTES */
	int cut;         /* something in between was dropped */
};

void tail_add(struct tail *t, const char *data, size_t len);

/* The text, joined; a line "..." stands for what was dropped. Valid until the
 * next call with t. */
const char *tail_text(struct tail *t);

void tail_reset(struct tail *t);
void tail_release(struct tail *t);

#endif
