/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uptodate.h - what is done already need not be done again (--if-missing)
 *
 * Each verb says what "done" means for it: a pull is done when the runtime has
 * the image for the platform that is asked for, a save when the archive holds
 * the image that the runtime has under that name now, a push when the registry
 * has that image under the target's name. What cannot be told is done again.
 * The runtime is asked once about all images, before the run.
 */
#ifndef HPN_PLAN_UPTODATE_H
#define HPN_PLAN_UPTODATE_H

#include "plan/plan.h"
#include "state/archive_cache.h"

/* Mark the stages of items that are done. What archives were found to hold is
 * noted in the cache. */
void uptodate_mark(struct plan *p, struct console *c, struct archive_cache *archives);

#endif
