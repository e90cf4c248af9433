/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clean.h - what a child writes, made fit for a log or a terminal
 *
 * Escape sequences are taken out; a carriage return ends the line as a line
 * feed does; other control characters and bytes that are not UTF-8 are shown
 * as \xNN, and characters that are not seen or change the direction of the text
 * as \u{N}. Text comes in pieces of any size; a sequence may be cut anywhere.
 */
#ifndef HPN_OUTPUT_CLEAN_H
#define HPN_OUTPUT_CLEAN_H

#include <stddef.h>

#include "base/buf.h"

struct clean {
	unsigned char state; /* zeroed: at the beginning */
	unsigned char have;  /* bytes of an unfinished character */
	unsigned char part[4];
};

/* Append to `to` what is left of the data. */
void clean_add(struct clean *c, const char *data, size_t len, struct buf *to);

/* The end: what was cut short is shown as \xNN. */
void clean_end(struct clean *c, struct buf *to);

#endif
