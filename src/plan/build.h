/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * build.h - the order in which a plan is built
 *
 *   1. plan_init(); plan_add_stage() for each action
 *   2. the runtime is chosen, and plan_set_environment() called
 *   3. build_calls()     the platform, and the versions of the engine
 *   4. build_items()     the images of lists, or archives
 *   5. resume_open()     --retry-failed leaves items out
 *   6. build_places()    each item gets paths and lanes; verb_def.prepare() makes
 *                        the directories
 *   7. resume_mark(), uptodate_mark(), admission_check()
 *                        what need not or cannot be done
 *   8. order_items()     what is started first
 *
 * Warnings gather in plan.warnings; whoever builds the plan prints them.
 */
#ifndef HPN_PLAN_BUILD_H
#define HPN_PLAN_BUILD_H

#include "plan/plan.h"

int build_items(struct plan *p, struct console *c, struct err *err);
/* What all calls to the runtime have in common; it is asked for its versions where
 * a command depends on them. */
void build_calls(struct plan *p, struct console *c);

void build_places(struct plan *p);

#endif
