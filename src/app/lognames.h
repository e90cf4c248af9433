/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lognames.h - a file name for the log of each item
 */
#ifndef HPN_APP_LOGNAMES_H
#define HPN_APP_LOGNAMES_H

#include "app/action.h"

/* One for each item, in their order: safe, and no two alike. */
void lognames_choose(const struct action *a, struct strvec *ret_names);

#endif
