/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index.h - hpn-index.json: which images are in which archives of a directory
 *
 *   {"schema":1,"images":[
 *   {"file":"p/nginx_1.27.tar","image":"nginx:1.27","id":"sha256:...",
 *    "digest":null,"platform":"linux/amd64","tags":["nginx:1.27"],
 *    "size":123,"sha256":"..."},
 *   ...]}
 *
 * An object for each image, sorted by file; what else is in an object stays.
 */
#ifndef HPN_ARCHIVE_INDEX_H
#define HPN_ARCHIVE_INDEX_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define INDEX_NAME "hpn-index.json"
#define INDEX_MAX_BYTES ((size_t)16 << 20)

/* From a text; NULL when it is not an index. For json_decref(). */
json_t *index_parse(const char *text, size_t len, const char *path, struct err *err);

/* DIR/NAME, which is hpn-index.json; an empty index where there is none. */
json_t *index_read(const char *dir, const char *name, struct err *err);

struct index_file {
	const char *name;  /* as in the index */
	const char *image; /* what was asked for; NULL: see index_put() */
	uint64_t bytes;
	const char *hex;    /* its sha256 */
	const json_t *what; /* an object as check_json() makes it: its "images" */
};

/* The file's images take the place of what was known of it. Without a name
 * that was asked for, the one that is known stays while the content does;
 * else it is the image's first tag. */
void index_put(json_t *index, const struct index_file *f);

/* Take over, from another version of the index, what it says of files whose sum
 * is the one that sum_of() knows, and which this one does not know with it. How
 * many objects. */
size_t index_take(json_t *index, const json_t *from,
		  const char *(*sum_of)(void *ctx, const char *file), void *ctx);

/* Drop what gone() says is not there any more. */
void index_prune(json_t *index, int (*gone)(void *ctx, const char *file), void *ctx);

void index_write(const json_t *index, struct buf *b);

/* For programs that read lines: "file NAME", "image ID PLATFORM SIZE SHA256"
 * and "name NAME" for each name of the image; what is not known is "-". Names
 * with spaces or control characters are left out. */
void index_lines(const json_t *index, struct buf *b);

#endif
