/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.h - texts from outside in XML and HTML, and how long they are there
 */
#ifndef HPN_STORY_TEXT_H
#define HPN_STORY_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Append as the content of an element or of an attribute in its quotes, alike
 * in XML and HTML: no markup, no control characters, no change of direction. */
void text_xml(struct buf *b, const char *s);
void text_xmln(struct buf *b, const char *s, size_t len);

/* Each line of it so, with "\n" between them. */
void text_lines(struct buf *b, const char *s);

/* "1.25 s", "2 min 05 s", "1 h 02 min" */
void text_time(struct buf *b, int64_t ns);

/* How wide it is at most at 1 px of font size, in a sans-serif as wide as they
 * come. */
double text_width(const char *s, size_t len);

/* An image's name as far as it can be told in `room` px at this font size: all
 * of it, the part behind the last slash, or its beginning with "…"; nothing
 * when even that would say too little. Appended as by text_xml(). */
void text_name(struct buf *b, const char *name, double room, double size);

#endif
