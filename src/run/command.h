/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command.h - the command of a step
 */
#ifndef HPN_RUN_COMMAND_H
#define HPN_RUN_COMMAND_H

#include "plan/plan.h"

/* COMMAND_READY, COMMAND_NOTHING, or -1 with err. */
int command_of(const struct plan *p, const struct step *st, struct strvec *argv, struct err *err);

/* --dry-run: append the commands of all items that would be run, one a line, as a
 * shell would read them. Returns how many items cannot be done. */
uint32_t command_print_all(struct plan *p, struct buf *lines);

#endif
