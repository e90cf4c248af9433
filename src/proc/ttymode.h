/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ttymode.h - take keys from the terminal one at a time, unseen
 *
 * Ctrl-C, Ctrl-Z and Ctrl-\ stay signals. The terminal is put back by
 * ttymode_leave(), at exit(), and when hpn dies of one of the signals that end
 * a program in error.
 */
#ifndef HPN_PROC_TTYMODE_H
#define HPN_PROC_TTYMODE_H

#include <stdbool.h>

/* Is fd a terminal that this process may use now: is it in the foreground? */
bool ttymode_is_ours(int fd);

/* Is it in the background of fd's terminal? Not, where there is no job control. */
bool ttymode_is_background(int fd);

/* Does nothing when it is not ours. Reads do not wait from then on. */
bool ttymode_enter(int fd);
void ttymode_leave(void);

#endif
