/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * slurp.h - a small file, complete, in memory
 */
#ifndef HPN_BASE_SLURP_H
#define HPN_BASE_SLURP_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Append the content of the file, FIFO or device at `path` to `ret_data`.
 * A directory, a file that cannot be read, and one of more than `max_bytes`
 * is an error; its text is the reason only, without the path, and errno-like
 * detail comes back as the result: 0, or -errno (EFBIG for too large).
 */
int slurp(const char *path, size_t max_bytes, struct buf *ret_data, struct err *err);

/* The same for what is open already. */
int slurp_fd(int fd, size_t max_bytes, struct buf *ret_data, struct err *err);

#endif
