/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * screen.h - is there to be a live screen, as the options and the terminal say?
 */
#ifndef HPN_APP_SCREEN_H
#define HPN_APP_SCREEN_H

#include "app/action.h"

/* NULL: no. When the user insists and it cannot be, says so. */
struct live *screen_for(struct action *a);

#endif
