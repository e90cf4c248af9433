/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * items.h - the items of a plan, from lists of images or from archives
 */
#ifndef HPN_PLAN_ITEMS_H
#define HPN_PLAN_ITEMS_H

#include "plan/plan.h"

/* The images of the lists and of the command line. A bad line is an item, too,
 * and fails in its place; the console is watched for signals, since a list may
 * be a FIFO. */
int items_from_lists(struct plan *p, struct console *c, struct err *err);

/* Archives. The paths are the caller's to release. */
void items_from_files(struct plan *p, const struct strvec *paths);

/* An item for one archive. */
struct item item_of_file(struct plan *p, const char *path);

/* Each bad line becomes a warning; with --strict the first is an error. */
int items_tell_bad(struct plan *p, struct err *err);

/* Leave out the items for which keep() is false. */
void items_filter(struct plan *p, bool (*keep)(const void *ctx, const char *key), const void *ctx);

/* What the journal and lists of failures call the item: its image, or its path. */
const char *item_key(const struct item *it);

#endif
