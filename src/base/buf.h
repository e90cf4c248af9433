/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * buf.h - a growing run of bytes
 *
 * Start with BUF_INIT (or zeroed memory); end with buf_release(). `data` is
 * NUL-terminated as soon as anything was added, and may hold NULs itself.
 */
#ifndef HPN_BASE_BUF_H
#define HPN_BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data; /* NULL while empty and never used */
	size_t len;
	size_t cap;
};

#define BUF_INIT \
	{ \
		NULL, 0, 0 \
	}

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addn(struct buf *b, long long n); /* in decimal */
void buf_addf(struct buf *b, const char *fmt, ...) HPN_PRINTF(2, 3);

/* Make room for `more` bytes after the end; returns where they begin. The
 * caller fills them and adds to `len` itself. */
char *buf_room(struct buf *b, size_t more);

/* Drop n bytes from the front. */
void buf_eat(struct buf *b, size_t n);

const char *buf_str(const struct buf *b); /* never NULL */
char *buf_detach(struct buf *b);          /* the caller frees; b is empty */
void buf_reset(struct buf *b);            /* empty, memory kept */
void buf_release(struct buf *b);

#endif
