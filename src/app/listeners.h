/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listeners.h - who is told what happens, as the options say
 */
#ifndef HPN_APP_LISTENERS_H
#define HPN_APP_LISTENERS_H

#include "app/action.h"

/* Before the run; fills in a->roster and a->listeners. */
void listeners_open(struct action *a);

/* After it. */
void listeners_close(struct action *a);

#endif
