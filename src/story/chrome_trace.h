/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chrome_trace.h - a run in Chrome's trace event format
 *
 * Perfetto and chrome://tracing open it. Each slot is a thread, and each attempt
 * a complete event of it. A wait for another attempt is an asynchronous event,
 * and each limit a counter. Times are microseconds since the run began.
 */
#ifndef HPN_STORY_CHROME_TRACE_H
#define HPN_STORY_CHROME_TRACE_H

#include "base/buf.h"
#include "story/recorded_run.h"

/* Append the JSON, an event a line. */
void chrome_trace_write(struct buf *b, const struct recorded_run *run);

#endif
