/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nearest.h - a tag that is not there: is one known that is nearly the same?
 *
 * Known are those of the list and those of earlier runs; nobody is asked.
 */
#ifndef HPN_APP_NEAREST_H
#define HPN_APP_NEAREST_H

#include "base/buf.h"

struct action;

/* Append the tag; nothing when none is near. */
void nearest_tag(struct action *a, const char *image, struct buf *ret_tag);

#endif
