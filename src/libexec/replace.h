/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replace.h - a small file is written whole or not at all
 */
#ifndef HPN_LIBEXEC_REPLACE_H
#define HPN_LIBEXEC_REPLACE_H

#include "base/buf.h"
#include "base/err.h"

/* Write the file under another name in its folder, and rename it. "-" is
 * standard output; what is there and no regular file, such as a FIFO, is
 * written to. */
int replace_file(const char *path, const struct buf *content, struct err *err);

#endif
