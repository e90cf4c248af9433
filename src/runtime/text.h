/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.h - what a runtime wrote, made fit to be looked at
 */
#ifndef HPN_RUNTIME_TEXT_H
#define HPN_RUNTIME_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append the text as one line for a person: escape sequences are left out,
 * runs of spaces, tabs and line ends become one space, what else a terminal
 * would obey is shown as \xNN. What is longer than max_bytes loses its middle:
 * a chain of causes says at its front what was tried, and at its end why not.
 */
void text_one_line(const char *s, size_t len, size_t max_bytes, struct buf *b);

/* Append the text of a Go string literal, without its quotes: \" and \n and
 * \xNN and \uNNNN become what they stand for. */
void text_unquote(const char *s, size_t len, struct buf *b);

/*
 * Overwrite each occurrence of `what` in the text with bytes that no
 * expression looks for, so that the text keeps its length. It is an occurrence
 * when no part of a longer name: at both ends is the end of the text or a byte
 * that cannot be in a reference.
 */
#define TEXT_BLANK '\x01'
void text_blank(char *text, size_t len, const char *what, size_t what_len);

/*
 * The same for a short word that might be an ordinary one, like the image
 * `denied`: only where a name is expected, which is after one of /"':@= or
 * after a word that announces a name ("for", "manifest", "image" ...).
 */
void text_blank_word(char *text, size_t len, const char *what, size_t what_len);

#endif
