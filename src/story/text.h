/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.h - texts from outside in XML and HTML, and how long they are there
 *
 * What is returned can be the content of an element, or an attribute in its
 * quotes, alike in XML and HTML: no markup, no control characters, no change of
 * direction. It lives in `kept`, until that is cleared.
 */
#ifndef HPN_STORY_TEXT_H
#define HPN_STORY_TEXT_H

#include <stdint.h>

#include "base/strvec.h"

const char *text_xml(struct strvec *kept, const char *s); /* on one line */
const char *text_xmln(struct strvec *kept, const char *s, size_t len);
const char *text_lines(struct strvec *kept, const char *s); /* line breaks stay */

/* "1.25 s", "2 min 05 s", "1 h 02 min" */
const char *text_time(struct strvec *kept, double ns);

/* "1.25 s, from 0.10 s to 1.35 s" */
const char *text_span(struct strvec *kept, int64_t begin_ns, int64_t end_ns);

/* An image's name as far as it can be told in `room` px at 11 px a letter, in a
 * sans-serif as wide as they come: all of it, the part after the last slash, or
 * the beginning of that part with "…"; "" when even that says too little. */
const char *text_name(struct strvec *kept, const char *name, double room);

#endif
