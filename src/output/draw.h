/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * draw.h - rows of text at the end of what a terminal shows
 *
 * Below the rows there is an empty line, and the cursor is at its beginning:
 * who ends there, by whatever signal, leaves the terminal usable. All that is
 * appended to `out` has to reach the terminal before the next call.
 */
#ifndef HPN_OUTPUT_DRAW_H
#define HPN_OUTPUT_DRAW_H

#include "base/buf.h"
#include "output/layout.h"
#include "output/terminal.h"

struct draw {
	struct rows shown; /* what is on the terminal now */
};

void draw_release(struct draw *d);

/* Change what is shown into these rows, writing only what differs; the old
 * picture is kept in `rows`, for its memory. */
void draw_rows(struct draw *d, const struct terminal *t, struct rows *rows, struct buf *out);

/* Take it away; the cursor is where its first row was. */
void draw_erase(struct draw *d, const struct terminal *t, struct buf *out);

#endif
