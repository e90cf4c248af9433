/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture.h - a run drawn as SVG: who ran when, where, and what held them up
 *
 * Above, a row for each slot with its attempts as bars; below, each registry
 * with how many ran, the limit, and who waited to be tried again. What a bar
 * means is in its colour and in its pattern. Its details are its <title>;
 * data-j is the number of its job. Nothing in it comes from elsewhere.
 */
#ifndef HPN_STORY_PICTURE_H
#define HPN_STORY_PICTURE_H

#include <stdbool.h>

#include "base/buf.h"
#include "story/recorded_run.h"

/* Append the <svg> element. `alone`: it is a file of its own, and has a heading
 * and the lists of what failed and what was slowest. */
void picture_draw(struct buf *b, const struct recorded_run *s, bool alone);

#endif
