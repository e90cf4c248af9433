/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * layout.h - a view becomes rows of text for a terminal of a certain size
 *
 * A row is text without a line end, at most columns - 1 wide. In it the byte
 * STYLE_MARK and one letter of STYLE_... begin a style; each row ends in
 * STYLE_PLAIN if it began another. Nothing else in a row is a control.
 */
#ifndef HPN_OUTPUT_LAYOUT_H
#define HPN_OUTPUT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "output/view.h"

#define STYLE_MARK '\001'
#define STYLE_PLAIN 'p'
#define STYLE_BOLD 'b'
#define STYLE_DIM 'd'
#define STYLE_RED 'r'
#define STYLE_YELLOW 'y'

struct layout_size {
	unsigned columns, lines; /* of the terminal */
	bool utf8;               /* it takes more than ASCII */
};

struct rows {
	struct buf *row;
	unsigned n, cap;
};

/* Replace what is in `rows`; at most lines - 2 of them, but 1 where there are two. */
void layout_rows(const struct view *v, const struct layout_size *size, int64_t now_ns,
		 struct rows *rows);
void rows_release(struct rows *rows);

/* "0:31", "1:02:03" */
void layout_time(struct buf *b, int64_t ns);

#endif
