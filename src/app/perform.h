/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * perform.h - pull, save, load, push, verify and index, from the command line to
 * the exit status
 */
#ifndef HPN_APP_PERFORM_H
#define HPN_APP_PERFORM_H

#include "base/log.h"
#include "config/args.h"
#include "console/console.h"

/* The configuration and the arguments are checked, and the console is open; log
 * may be NULL. Returns the exit status; console->ended_by says when hpn is to
 * die of a signal instead. */
int perform(struct console *c, const struct cfg *cfg, const struct args *args, struct log *log);

#endif
