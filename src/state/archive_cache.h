/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * archive_cache.h - archives whose content hpn remembers
 *
 * To see what an archive holds it has to be read. An archive that hpn has
 * written or read is remembered by its path, size, time and inode, together
 * with the id of its image, in the state directory; as long as these four are
 * what they were, so is the content.
 */
#ifndef HPN_STATE_ARCHIVE_CACHE_H
#define HPN_STATE_ARCHIVE_CACHE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "image/name_map.h"

#define ARCHIVE_CACHE_MAX 20000u /* archives; the oldest are forgotten */
#define IMAGE_ID_LEN 64          /* hexadecimal, without sha256: */

struct cached_archive {
	const char *path; /* absolute */
	int64_t bytes;
	int64_t mtime_ns;
	uint64_t inode;
	char id[IMAGE_ID_LEN + 1];
};

struct archive_cache {
	struct name_map paths; /* the owner is the archive's place */
	struct arena texts;
	struct cached_archive *v;
	uint32_t n, cap;
	bool changed;
};

/* What is wrong in the file is as if it were not there. */
void archive_cache_parse(struct archive_cache *k, const char *text, size_t len);
void archive_cache_print(const struct archive_cache *k, struct buf *b);

/* Read the file in the state directory; no file, or none to be had: empty. */
void archive_cache_load(struct archive_cache *k);

/* The id of the image in it, as far as that is known; else NULL. */
const char *archive_cache_id(const struct archive_cache *k, const char *path);

/* This file holds the image with that id. */
void archive_cache_note(struct archive_cache *k, const char *path, const char *id);

/* Replace the file, if anything has changed. */
int archive_cache_save(const struct archive_cache *k, struct err *err);

void archive_cache_release(struct archive_cache *k);

#endif
