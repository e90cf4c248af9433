/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signals.h - signals become bytes in a pipe
 *
 *   1. signals_open(), once, when the program begins
 *   2. poll the descriptor that it returns; a byte in it means that a signal came
 *   3. signals_take() says whether a signal came, and how often
 *
 * The handler does nothing but count and write. HUP stays ignored where the parent
 * has ignored it (nohup). INT and QUIT do not, although shells ignore them for
 * background jobs: a person who sends one to hpn by hand means it.
 */
#ifndef HPN_PROC_SIGNALS_H
#define HPN_PROC_SIGNALS_H

#include "base/err.h"

/* The read end of the pipe, or -1. */
int signals_open(struct err *err);

/* Empty the pipe; call this before signals_take(). */
void signals_drain(int fd);

/* How often this signal came since the last call for it. */
unsigned signals_take(int signo);

/* Die of this signal as if there had been no handler. Does not return. */
void signals_die_of(int signo) __attribute__((noreturn));

/* Stop this process as SIGTSTP would; returns when it is continued. */
void signals_stop_self(void);

#endif
