/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timeline.h - a run drawn, and as a trace: who ran when, where, and what held
 * them up
 *
 * What is appended is complete, and loads nothing from elsewhere.
 */
#ifndef HPN_STORY_TIMELINE_H
#define HPN_STORY_TIMELINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "story/recorded_run.h"

/*
 * The <svg> element. Above, it has a row for each slot with its attempts as bars;
 * below, each registry with how many ran, the limit, and who waited to be tried
 * again. What a bar means is in its colour and in its pattern, its details are
 * its <title>, and data-j is the number of its job. `alone`: it is a file of its
 * own, and has a heading and the lists of what failed and what was slowest.
 */
void timeline_svg(struct buf *b, const struct recorded_run *run, bool alone);

/* An HTML page with the SVG in it, and tables. */
void timeline_page(struct buf *b, const struct recorded_run *run);

/*
 * JSON in Chrome's trace event format, an event a line; Perfetto and
 * chrome://tracing open it. Each slot is a thread, and each attempt a complete
 * event of it. A wait for another attempt is an asynchronous event, and each
 * limit a counter. Times are microseconds since the run began.
 */
void timeline_trace(struct buf *b, const struct recorded_run *run);

#endif
