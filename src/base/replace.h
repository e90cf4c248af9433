/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replace.h - a file that others read is replaced in one step
 */
#ifndef HPN_BASE_REPLACE_H
#define HPN_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct replace {
	const char *path;
	struct buf temp;
	int fd;
	bool unnamed; /* temp is only the directory so far */
	int errnum;   /* of the first that failed */
};

/* Could it be written? Tells early what replace_end() would tell late. */
int replace_check(const char *path, struct err *err);

/*
 * Write a new file next to the old one, in pieces, and put it in its place. The
 * path lives until the end. On failure, which only replace_end() tells, the
 * file is as it was.
 */
void replace_begin(struct replace *r, const char *path);
void replace_add(struct replace *r, const char *data, size_t len);
int replace_end(struct replace *r, struct err *err);

/* Write what the buffer holds, and empty it. */
void replace_flush(struct replace *r, struct buf *b);

#endif
