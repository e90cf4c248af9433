/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tar.h - the entries of a tar, read as the container engines read them
 *
 * Engines read archives with Go's archive/tar. Where readers of tars differ
 * (which of two names of an entry counts, whether a link has content, what an
 * unknown type means), an archive could show one image here and give another
 * one to an engine. So whatever readers could understand in two ways is an
 * error, and so is all that engines never write:
 *   - types other than file, hard link, symbolic link and directory, and the
 *     headers x, g, L and K, which belong to the entry after them
 *   - content of a link or a directory; sparse files
 *   - two x, L or K for one entry, an x next to an L or K, a g between an x, L
 *     or K and its entry, and an x or g that names path, linkpath or size
 *     twice, or without a value, or (a g) at all
 *   - fields that are used although the form of the header has none of them
 */
#ifndef HPN_ARCHIVE_TAR_H
#define HPN_ARCHIVE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/source.h"
#include "base/buf.h"
#include "base/err.h"

#define TAR_BLOCK_BYTES ((size_t)512)
#define TAR_META_MAX ((size_t)1 << 20) /* the content of an x, g, L or K */

struct tar {
	/* of the entry that tar_next() has found */
	char type; /* '0' file, '1' hard link, '2' symbolic link, '5' directory, 'g' */
	struct buf name, link;
	uint64_t size; /* of its content */

	uint64_t bytes; /* taken from the source so far */
	bool cut;       /* after an error: the archive ends too early */

	/* private */
	const struct source *src;
	struct err *err;
	const unsigned char *data; /* taken, and not yet used: n bytes */
	size_t n;
	uint64_t left; /* of the content that is not read yet */
	size_t entries;
	struct buf last; /* name of the entry before */
};

void tar_init(struct tar *t, const struct source *src, struct err *err);
void tar_release(struct tar *t);

/* Go to the next entry: 1; 0 at the end of the archive, which is checked: two
 * blocks of zeros at least, and nothing but zeros to the end of the source. */
int tar_next(struct tar *t);

/* The next piece of the entry's content: its length, and 0 at the end. It is
 * valid until the next call. */
ssize_t tar_read(struct tar *t, const void **ret_data);

#endif
