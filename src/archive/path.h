/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.h - names inside an archive, which may have been made to do harm
 */
#ifndef HPN_ARCHIVE_PATH_H
#define HPN_ARCHIVE_PATH_H

#include "base/buf.h"
#include "base/err.h"

#define PATH_NAME_MAX ((size_t)512)

/*
 * Set b to the name without "." and empty parts; "" for the top itself.
 * Refused: absolute names, "..", and names that are too long or not printable
 * ASCII.
 */
int path_clean(const char *name, struct buf *b, struct err *err);

/* Set b to where a link leads that is in directory `dir` ("" for the top).
 * Refused: what leaves the archive, and the above. */
int path_join(const char *dir, size_t dir_len, const char *target, struct buf *b, struct err *err);

/* The text as it can be shown, in b, which is emptied first. */
const char *path_show(const char *name, struct buf *b);

#endif
