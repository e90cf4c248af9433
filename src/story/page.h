/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page.h - the picture of a run as an HTML page, with tables
 */
#ifndef HPN_STORY_PAGE_H
#define HPN_STORY_PAGE_H

#include "base/buf.h"
#include "story/recorded_run.h"

/* Append the whole page. It loads nothing, and says so to the browser. */
void page_write(struct buf *b, const struct recorded_run *s);

#endif
