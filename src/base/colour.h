/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * colour.h - whether the user wants colour on a terminal
 */
#ifndef HPN_BASE_COLOUR_H
#define HPN_BASE_COLOUR_H

#include <stdbool.h>

/*
 * By the environment: not with NO_COLOR; always with CLICOLOR_FORCE other than
 * 0; else not with CLICOLOR=0 or TERM=dumb. Whoever asks has made sure that the
 * output is a terminal.
 */
bool colour_is_wanted(void);

#endif
