/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.h - texts from outside in XML and HTML, and how long they are there
 *
 * What is appended can be the content of an element, or an attribute in its
 * quotes, alike in XML and HTML: no markup, no control characters, no change of
 * direction.
 */
#ifndef HPN_STORY_TEXT_H
#define HPN_STORY_TEXT_H

#include <stdint.h>

#include "base/buf.h"

void text_xml(struct buf *b, const char *s); /* on one line */
void text_xmln(struct buf *b, const char *s, size_t len);
void text_lines(struct buf *b, const char *s); /* line breaks stay */

/* "1.25 s", "2 min 05 s", "1 h 02 min" */
void text_time(struct buf *b, double ns);

/* "1.25 s, from 0.10 s to 1.35 s" */
void text_span(struct buf *b, int64_t begin_ns, int64_t end_ns);

/* An image's name as far as it can be told in `room` px at 11 px a letter, in a
 * sans-serif as wide as they come: all of it, the part after the last slash, or
 * the beginning of that part with "…"; nothing when even that says too little. */
void text_name(struct buf *b, const char *name, double room);

#endif
