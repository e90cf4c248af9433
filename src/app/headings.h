/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * headings.h - what is said before the items of a run, and after them
 */
#ifndef HPN_APP_HEADINGS_H
#define HPN_APP_HEADINGS_H

#include "app/action.h"

/* "Executing pull action with file: LIST" */
void headings_say(const struct action *a, const struct args *args);

/* The summary, and the error when there is one. Returns the status to exit with. */
int headings_finish(struct action *a);

#endif
