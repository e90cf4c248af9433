/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * items.h - what a run is about: lists and archives become items with their
 * targets and lanes
 */
#ifndef HPN_APP_ITEMS_H
#define HPN_APP_ITEMS_H

#include "app/action.h"

/* Read the lists, or look for the archives. */
int items_find(struct action *a, const struct args *args, struct err *err);

/* Say how many there are and what is wrong with them; targets, lanes and the
 * environment of the children. */
int items_set_up(struct action *a, struct err *err);

#endif
