/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steps.h - what a run asks about an item's steps
 *
 * The command of each step, what to make of its end, and
 * what is next.
 */
#ifndef HPN_APP_STEPS_H
#define HPN_APP_STEPS_H

#include "app/action.h"

/* For the plan of a run; lives as long as the action. */
struct run_client steps_client(struct action *a);

/* For the plan of a run, with the action as ctx. */
uint32_t steps_lane(void *ctx, uint32_t job, unsigned step);
void steps_about(void *ctx, struct event *ev);

/* The step is the last of its job. */
bool steps_is_last(const struct action *a, uint32_t job, unsigned step);

/* The registry that this stage's traffic goes to, appended; nothing for none. */
void steps_host(struct action *a, const struct place *at, struct buf *b);

/* The command of a step: 0, ARGV_NOTHING where there is nothing to run, or -1. */
int steps_argv(struct action *a, const struct place *at, struct strvec *argv, struct err *err);

#endif
