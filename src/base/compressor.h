/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compressor.h - the compressors that there are, and their levels
 */
#ifndef HPN_BASE_COMPRESSOR_H
#define HPN_BASE_COMPRESSOR_H

#include <stddef.h>

#include "base/err.h"

struct compressor {
	const char *name;
	int least, most;    /* levels */
	const char *ending; /* of an archive: ".tar.zst" */
};

/*
 * Read "NAME[:LEVEL]" or "none", for which *ret is NULL. The level is -1 where
 * none is given. The error says what to write instead.
 */
int compressor_read(const char *text, const struct compressor **ret, int *ret_level,
		    struct err *err);

/* The nth of them; NULL after the last. */
const struct compressor *compressor_at(size_t n);

#endif
