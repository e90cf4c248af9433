/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json.h - JSON from an archive, with jansson
 *
 * jansson bounds the depth, but not what a text grows to in memory ("[[],[],"
 * grows fiftyfold), so texts are looked over before they are parsed.
 */
#ifndef HPN_ARCHIVE_JSON_H
#define HPN_ARCHIVE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "archive/entries.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 64
#define JSON_MAX_VALUES 200000
#define JSON_MAX_BYTES ((uint64_t)256 << 20)

/*
 * The content of a file, for json_decref(). NULL with a text that names the
 * file: not JSON, a key that comes twice, too deep, too large. An archive may
 * name one file many times over; when that adds up to more than
 * JSON_MAX_BYTES, it is refused too.
 */
json_t *json_of(struct entries *es, const struct entry *e, struct err *err);

/* Any text, from which a json_t is made under the same limits but for
 * JSON_MAX_BYTES; `name` is for messages. */
json_t *json_parse(const char *name, const char *text, size_t len, struct err *err);

/*
 * Engines are written in Go, which takes a key in whatever case for the one it
 * knows, and of several the last. -1 when a key of the object differs from one
 * of `known` (words with a space between them) in case only. What is not an object
 * passes.
 */
int json_keys(const char *name, const json_t *object, const char *known, struct err *err);

/* A member of an object: the text, NULL when it is none or not there. */
const char *json_str(const json_t *object, const char *key);

/* Likewise an array, NULL when it is none or not there. */
json_t *json_list(const json_t *object, const char *key);

#endif
