/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ttymode.h - take keys from the terminal one at a time, unseen
 *
 * Ctrl-C, Ctrl-Z and Ctrl-\ still send signals. The terminal is put back by
 * ttymode_leave(), at exit(), and when hpn dies of a signal that means an error.
 */
#ifndef HPN_PROC_TTYMODE_H
#define HPN_PROC_TTYMODE_H

#include <stdbool.h>

/* Is fd a terminal that this process may use now: is it in the foreground? */
bool ttymode_is_ours(int fd);

/* Is this process in the background of the terminal fd? Never without job control. */
bool ttymode_is_background(int fd);

/* Does nothing when ttymode_is_ours() is false. Reads do not wait from then on. */
bool ttymode_enter(int fd);
void ttymode_leave(void);

#endif
