/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tarhead.h - does a file begin as a tar archive does?
 */
#ifndef HPN_BASE_TARHEAD_H
#define HPN_BASE_TARHEAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether these first bytes of a file are those of a tar, which may have been
 * cut off after any of them. With 263 bytes or more the letters "ustar" tell,
 * of which one may be damaged. With fewer it is a name, filled up with zeros,
 * and the digits of a mode; a file that is one word of letters without the end
 * of a line counts as a name.
 */
bool tarhead_begins(const char *head, size_t len);

#endif
