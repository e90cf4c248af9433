/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nearest.h - a tag that does not exist: which one was meant?
 */
#ifndef HPN_RUN_NEAREST_H
#define HPN_RUN_NEAREST_H

#include "plan/plan.h"

/* Append the tag nearest to that of the image, of those that the plan and the
 * file of earlier runs ("" for none) have of its repository; nothing when none
 * is near. */
void nearest_tag(const struct plan *p, const char *history, const char *image, struct buf *ret_tag);

#endif
