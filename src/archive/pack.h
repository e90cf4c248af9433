/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack.h - compressing and decompressing streams
 *
 * The compressors' own libraries do it, in this process: no program has to be
 * installed, and all sums that the formats have are written and checked.
 */
#ifndef HPN_ARCHIVE_PACK_H
#define HPN_ARCHIVE_PACK_H

#include <stdbool.h>

#include "archive/source.h"
#include "archive/sum.h"
#include "base/err.h"

struct pack_how {
	const char *name; /* "zstd", "gzip", "xz", "lz4"; NULL for none */
	int level;        /* -1: the compressor's own */
	int threads;      /* zstd and xz use them */
};

/* Read "NAME[:LEVEL]" or "none". */
int pack_parse(const char *text, struct pack_how *ret_how, struct err *err);

/*
 * Compress all that can be read from `in` and hand it to write(), which returns
 * 0 or -1 to give up. The same input gives the same output, and nothing gives
 * nothing.
 */
struct pack_out {
	int (*write)(void *user, const void *data, size_t len);
	void *user;
};
int pack_run(const struct pack_how *how, int in, const struct pack_out *out, struct err *err);

/*
 * Reading what may be compressed. What it is, is told by its first bytes, not
 * by its name; all that pack.h compresses, and bzip2.
 */
struct unpack;

/* The descriptor stays the caller's. With a sum, the bytes as they are in the
 * file are added to it. NULL with a text. */
struct unpack *unpack_new(int fd, struct sum *sum, struct err *err);
void unpack_free(struct unpack *u);

bool unpack_is_packed(const struct unpack *u);

/* After an error: the compressed data ends too early. */
bool unpack_is_cut(const struct unpack *u);

/* The content; an error where there is something after the compressed data, or
 * the sums in it are wrong. Ends when the unpack does. */
struct source unpack_source(struct unpack *u);

/* Read on to the end of the file, after which the content may have ended, and
 * tell its length. */
int unpack_finish(struct unpack *u, uint64_t *ret_bytes, struct err *err);

#endif
