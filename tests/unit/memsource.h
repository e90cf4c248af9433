/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list that is in memory, handed over in pieces of a chosen size. */
#ifndef HPN_TESTS_MEMSOURCE_H
#define HPN_TESTS_MEMSOURCE_H

#include <errno.h>
#include <string.h>

#include "image/listio.h"

struct memsource {
	const char *data;
	size_t len;
	size_t piece;
	int errnum; /* what comes instead of the end, or 0 */
};

static inline ssize_t memsource_read(void *user, char *to, size_t n)
{
	struct memsource *m = user;

	if (!m->len)
		return -m->errnum;
	if (n > m->piece)
		n = m->piece;
	if (n > m->len)
		n = m->len;
	memcpy(to, m->data, n);
	m->data += n;
	m->len -= n;
	return (ssize_t)n;
}

#endif
