/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json.h - JSON, as far as writing it goes
 */
#ifndef HPN_BASE_JSON_H
#define HPN_BASE_JSON_H

#include "base/buf.h"

/* Append text as a string in its quotes; what is not UTF-8 becomes U+FFFD. */
void json_text(struct buf *b, const char *s, size_t len);

/* `"key":"text"`; text NULL: null. */
void json_pair(struct buf *b, const char *key, const char *text);

#endif
