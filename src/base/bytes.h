/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes.h - sizes as people write and read them
 */
#ifndef HPN_BASE_BYTES_H
#define HPN_BASE_BYTES_H

#include <stdint.h>

#include "base/buf.h"

/*
 * "500M", "1.5G", "10GiB", "4096": a number that is not negative, with K, M, G
 * or T (of 1024, a following B or iB changes nothing) in any case, or alone.
 * 0, -EINVAL or -ERANGE; the result is written only for 0.
 */
int bytes_parse(const char *s, int64_t *ret_bytes);

/* Append "512 B", "1.5 kB", "31.2 MB": in powers of 1000, at most four digits. */
void bytes_show(struct buf *b, int64_t bytes);

#endif
