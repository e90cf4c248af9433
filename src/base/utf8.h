/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * utf8.h - characters in text that nobody has checked
 *
 * Nothing here depends on the locale. Bytes that are not UTF-8 (overlong forms
 * and surrogates too) are not characters: they are never blank and are shown
 * as \xNN.
 */
#ifndef HPN_BASE_UTF8_H
#define HPN_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define UTF8_BOM "\xef\xbb\xbf"
#define UTF8_BOM_LEN ((size_t)3)
#define UTF8_MAX_LEN ((size_t)4)

/* The length in bytes of the character at s, or 0 when there is none: an empty
 * text, an invalid byte, or a character that is cut off by the end. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_char);

/* 1 when the bytes begin a character whose rest is missing: a reader that gets
 * its text in pieces should wait for more. */
int utf8_is_cut(const char *s, size_t len);

/* Unicode's White_Space property. */
int utf8_is_blank(uint32_t c);

/* Move both ends inwards past white space. */
void utf8_trim(const char **s, size_t *len);

/* Characters that a terminal obeys, or that make a text look like another:
 * controls, marks of direction, separators of lines, and those of no width. */
int utf8_is_unsafe(uint32_t c);

/*
 * Append the text so that a terminal, a log or a line of output takes no harm:
 * control characters, direction marks, line separators and invalid bytes come
 * out as \n, \t, \xNN or \u{N}; all else as it is, a backslash too. After
 * `max_bytes` bytes of output it ends in "..."; SIZE_MAX for all of it.
 */
void utf8_show(struct buf *b, const char *s, size_t len, size_t max_bytes);

#endif
