/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * width.h - how many columns of a terminal a text takes
 *
 * As the C library has it for a UTF-8 locale, whatever the user's locale is;
 * where there is none, as a small table of hpn's own has it. Text is UTF-8; a
 * byte that is not counts as one column.
 */
#ifndef HPN_OUTPUT_WIDTH_H
#define HPN_OUTPUT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

unsigned width_char(uint32_t c); /* 0, 1 or 2 */
size_t width_text(const char *s, size_t len);

enum width_cut { CUT_END, CUT_MIDDLE };

/* Append the text in at most that many columns; `mark` (of ASCII or one
 * column) stands for what had to be left out. */
void width_fit(struct buf *b, const char *s, size_t columns, enum width_cut where,
	       const char *mark);

#endif
