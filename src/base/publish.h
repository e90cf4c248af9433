/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * publish.h - a file that was written under another name becomes the final one
 *
 *   publish_settle(), then publish_rename(): what is under the final name is
 *   the old file or all of the new one, also after a power cut.
 */
#ifndef HPN_BASE_PUBLISH_H
#define HPN_BASE_PUBLISH_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* It is a regular file, and not empty; its mode becomes what umask wants, and
 * its content goes to the disk. */
int publish_settle(const char *temporary, struct err *err);

/* Take the place of the final file, and sync its directory. */
int publish_rename(const char *temporary, const char *final, struct err *err);

/* That the file has its name is on the disk too. */
int publish_sync_dir(const char *path, struct err *err);

/* Write a small file under the temporary name, to the disk. */
int publish_write(const char *temporary, const struct buf *content, struct err *err);

/* Of a file that is simply made: 0666 less the umask. */
mode_t publish_mode(void);

/* The length of the directory in a path, its last slash too; 0: none. */
size_t publish_dir_length(const char *path);

#endif
