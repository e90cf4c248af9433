/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plainlist.h - the lines of an image list
 *
 *   # a comment
 *   nginx:1.27
 *   quay.io/a/b:1   # priority=high
 *
 * One reference a line, LF or CRLF. Blanks at both ends go (Unicode's
 * White_Space), so do byte order marks and what follows a space and '#'. Lines
 * with nothing left are skipped. Memory stays bounded whatever the lines hold.
 */
#ifndef HPN_IMAGE_PLAINLIST_H
#define HPN_IMAGE_PLAINLIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "image/listio.h"

/* No reference and no slip of the pen is longer: this is some other file. */
#define PLAINLIST_LINE_MAX ((size_t)1 << 20)

struct plainlist {
	const struct list_sink *sink;
	int state;
	uint32_t line;
	size_t body_bytes; /* of the name, also when it is not all kept */
	size_t gap_bytes;  /* white space since, which counts only if more follows */
	struct buf body;
	struct buf gap;
	struct buf note;
};

void plainlist_init(struct plainlist *p, const struct list_sink *sink);

/*
 * Hand over the next bytes. A few at the end may have to wait for the rest of
 * their character: ret_used says how many were taken, and the others belong in
 * front of the next piece. `last` says that no piece follows; then all is used
 * and a line without LF is ended. An error is "LINE: what is wrong", or the sink's own.
 */
int plainlist_feed(struct plainlist *p, const char *s, size_t len, int last, size_t *ret_used,
		   struct err *err);

void plainlist_release(struct plainlist *p);

#endif
