/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json.h - JSON, as far as writing it goes
 */
#ifndef HPN_BASE_JSON_H
#define HPN_BASE_JSON_H

#include <stdint.h>

#include "base/buf.h"

/* Append text as a string in its quotes; what is not UTF-8 becomes U+FFFD. */
void json_text(struct buf *b, const char *s, size_t len);

/* `"key":"text"`; text NULL: null. */
void json_pair(struct buf *b, const char *key, const char *text);

/* The same with a comma before it. */
void json_more(struct buf *b, const char *key, const char *text);
void json_more_bytes(struct buf *b, const char *key, const char *s, size_t len);
void json_more_number(struct buf *b, const char *key, int64_t n);
void json_more_known(struct buf *b, const char *key, int64_t n, int64_t none); /* null: n is none */
void json_more_seconds(struct buf *b, const char *key, int64_t ns);
void json_more_key(struct buf *b, const char *key); /* and the colon */

#endif
