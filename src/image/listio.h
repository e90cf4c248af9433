/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listio.h - what the readers of lists read from and write into
 */
#ifndef HPN_IMAGE_LISTIO_H
#define HPN_IMAGE_LISTIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define LIST_NAME_MAX ((size_t)4096) /* bytes; longer is not a reference */

/* Where bytes come from. */
struct list_source {
	/* Up to n bytes; 0 at the end, -errno on failure. */
	ssize_t (*read)(void *user, char *to, size_t n);
	void *user;
};

/* One thing that should be an image. */
struct list_found {
	const char *text; /* without white space at its ends, else unchecked; lives for the call */
	size_t len;       /* when over LIST_NAME_MAX, text is only its beginning */
	uint32_t line;    /* from 1 */
	int priority;     /* from a comment on its line: 1 high, 0, -1 low */
	const char *bad;  /* why it cannot be one, or NULL: text is to be checked */
};

struct list_sink {
	/* -1 and err, "LINE: what is wrong", to end the reading. */
	int (*take)(void *user, const struct list_found *found, struct err *err);
	void *user;
};

#endif
