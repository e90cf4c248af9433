/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.h - where the bytes of an archive come from
 *
 * Whoever reads pulls: a source is asked, and is not told.
 */
#ifndef HPN_ARCHIVE_SOURCE_H
#define HPN_ARCHIVE_SOURCE_H

#include <sys/types.h>

#include "base/err.h"

struct source {
	/* The next bytes, as many as are at hand: their number, 0 at the end,
	 * -1 with a text. They are valid until the next call. */
	ssize_t (*read)(void *user, const void **ret_data, struct err *err);
	void *user;
};

#endif
