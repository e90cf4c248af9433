/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * terminal.h - what the terminal on a descriptor can do, from terminfo
 */
#ifndef HPN_OUTPUT_TERMINAL_H
#define HPN_OUTPUT_TERMINAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "output/layout.h"

struct terminal {
	int fd;
	/* The sequences, owned. Up and clear are never NULL. */
	char *up;                                /* a line */
	char *clear;                             /* to the end of the line */
	char *below;                             /* to the end of the screen; NULL: line by line */
	char *plain, *bold, *dim, *red, *yellow; /* NULL: none */
	bool reflows; /* long lines are broken anew when it gets narrower */
	struct layout_size size;
};

/*
 * True when fd is a terminal that the live screen can be drawn on: TERM is
 * known to terminfo, and has what is needed. NO_COLOR, CLICOLOR and
 * CLICOLOR_FORCE are obeyed.
 */
bool terminal_open(struct terminal *t, int fd);
void terminal_release(struct terminal *t);

/* Ask for its size again. */
void terminal_measure(struct terminal *t);

/* Append the sequence for one of STYLE_...; nothing where there is none. */
void terminal_style(const struct terminal *t, char style, struct buf *b);

#endif
