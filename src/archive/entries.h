/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * entries.h - what is in a tar archive, learned in one pass over its bytes
 *
 * Of each entry its name, kind, size and SHA-256 are kept, and the text of
 * files that look like JSON and are small. Everything is bounded, whatever
 * the archive says: the limits are below, and what goes beyond them is an
 * error.
 */
#ifndef HPN_ARCHIVE_ENTRIES_H
#define HPN_ARCHIVE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/source.h"
#include "archive/sum.h"
#include "base/err.h"

#define ENTRIES_MAX ((size_t)200000)
#define ENTRIES_TEXT_MAX ((size_t)4 << 20)   /* of one file */
#define ENTRIES_TEXTS_MAX ((size_t)64 << 20) /* of all; the rest is not kept */

enum entry_kind { ENTRY_FILE, ENTRY_DIR, ENTRY_LINK };

struct entry {
	char *name; /* relative, clean, printable ASCII */
	char *link; /* likewise, from the top of the archive; links only */
	char *text; /* the content, not terminated; NULL when it was not kept */
	uint64_t size_bytes;
	unsigned char sum[SUM_BYTES];
	enum entry_kind kind;
	size_t place; /* among the entries of the archive, from 1 */
	bool hard;    /* a hard link */
	bool zstd;    /* begins like zstd */
	bool packed;  /* begins like gzip, bzip2, xz, zstd or lz4 */
	bool seen;    /* for whoever walks the graph of an index */
};

struct entries {
	struct entry *v; /* by name, each name once */
	size_t n, cap;
	size_t texts_bytes;
	uint64_t parsed_bytes; /* json.h counts here what was asked of it */
	uint64_t bytes;        /* the length of the archive */
	bool cut;              /* after an error: it ends too early */
};

#define ENTRIES_INIT \
	{ \
		NULL, 0, 0, 0, 0, 0, false \
	}

/*
 * Read the archive to the end of the source. Refused: what tar.h refuses,
 * unsafe names and links, a name that comes twice with different content, what
 * lies below a link or a file, a hard link before its target, and a blob whose
 * content is not what its name says. Release the entries in either case.
 */
int entries_read(struct entries *es, const struct source *src, struct err *err);

/* The file of that name, links followed; NULL when there is none. */
struct entry *entries_file(struct entries *es, const char *name);

void entries_release(struct entries *es);

#endif
