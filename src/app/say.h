/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * say.h - what stands before and after the lines of the items
 *
 * The texts of the contract are in say.c, and in verb_def.opening().
 */
#ifndef HPN_APP_SAY_H
#define HPN_APP_SAY_H

#include "app/loop.h"
#include "output/ledger.h"

/* "Executing pull action with ...", and a line for push before it. */
void say_first(const struct plan *p, struct console *c);

void say_found(const struct plan *p, struct console *c);

/* The summary, and on standard error what is missing. `resumes`: a journal was
 * kept, so that the rest can be done later. Returns the exit status. */
int say_last(const struct plan *p, struct console *c, const struct outcome *out,
	     const struct ledger *ledger, bool resumes);

#endif
