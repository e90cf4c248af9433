/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fresh.h - what is done already need not be done again (--if-missing)
 *
 *   pull   the runtime has the image, for the platform that is asked for
 *   save   the archive is there, is whole, and holds the image that the runtime
 *          has under that name now
 *   push   the registry has, under the target's name, the image that the
 *          runtime has
 *
 * What cannot be told is done again. All of it is asked before the run, the
 * runtime about all images at once. In a chain a later action is only left out
 * where those before it are.
 */
#ifndef HPN_APP_FRESH_H
#define HPN_APP_FRESH_H

#include "app/action.h"

struct fresh;

/* Ask. NULL where --if-missing is not asked for, or nothing can be told. */
struct fresh *fresh_new(struct action *a);

/* This part of the item is done already. f may be NULL. */
bool fresh_has(const struct fresh *f, const struct place *at);

/* The archive of this item was written just now: remember what it holds. */
void fresh_saved(struct fresh *f, const struct place *at);

/* Remembers what was learnt; f may be NULL. */
void fresh_free(struct fresh *f);

#endif
