/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sums.h - SHA256SUMS, as sha256sum writes and checks it
 *
 * A line a file: 64 hexadecimal digits, a space, a space or *, the name; or
 * `SHA256 (NAME) = DIGITS`. A backslash in front says that \\, \n and \r in
 * the name are escapes. Lines that begin with # and empty ones are skipped,
 * and lost when the file is written again.
 */
#ifndef HPN_BASE_SUMS_H
#define HPN_BASE_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define SUMS_NAME "SHA256SUMS"
#define SUMS_HEX ((size_t)64)
#define SUMS_MAX_BYTES ((size_t)16 << 20)

struct sums_line {
	char *name;
	char hex[SUMS_HEX + 1]; /* lower case */
};

struct sums {
	struct sums_line *v; /* by name, each name once */
	size_t n, cap;
};

#define SUMS_INIT \
	{ \
		NULL, 0, 0 \
	}

/* 64 hexadecimal digits in either case, and no more. */
bool sums_is_hex(const char *text);

/* All of a text, which a NUL follows; `path` is for messages: "PATH:LINE: what is wrong". A name
 * that stands there twice has to have one sum. */
int sums_parse(struct sums *s, const char *text, size_t len, const char *path, struct err *err);

/* DIR/NAME, which is SHA256SUMS; where there is none, s stays empty. */
int sums_read(struct sums *s, const char *dir, const char *name, struct err *err);

/* The digits, or NULL. */
const char *sums_find(const struct sums *s, const char *name);

void sums_set(struct sums *s, const char *name, const char *hex);
void sums_drop(struct sums *s, const char *name);

void sums_write(const struct sums *s, struct buf *b);
void sums_release(struct sums *s);

/* A name that stays in its directory: not absolute, and without "..". */
bool sums_is_inside(const char *name);

#endif
