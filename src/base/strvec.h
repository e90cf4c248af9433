/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * strvec.h - a vector of strings, NULL-terminated, ready to be an argv
 *
 * Start with STRVEC_INIT; end with strvec_release(). The vector owns copies.
 */
#ifndef HPN_BASE_STRVEC_H
#define HPN_BASE_STRVEC_H

#include <stddef.h>

#include "base/buf.h"

struct strvec {
	char **v; /* v[n] is NULL; v itself is NULL until the first push */
	size_t n;
	size_t cap;
};

#define STRVEC_INIT \
	{ \
		NULL, 0, 0 \
	}

void strvec_push(struct strvec *sv, const char *s);
void strvec_pushn(struct strvec *sv, const char *s, size_t len);
void strvec_pushf(struct strvec *sv, const char *fmt, ...) HPN_PRINTF(2, 3);
void strvec_take(struct strvec *sv, char *s); /* ownership moves in */
void strvec_clear(struct strvec *sv);         /* empty, memory kept */
void strvec_release(struct strvec *sv);

/* Append the words to b, each quoted so that a POSIX shell reads it back. */
void strvec_quote(char *const *v, struct buf *b);

#endif
