/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template.h - files of the tree with places that are filled in
 *
 * page.html and picture.svg are compiled in. @name@ in them is a place; every
 * other "@" stands for itself.
 */
#ifndef HPN_STORY_TEMPLATE_H
#define HPN_STORY_TEMPLATE_H

#include "base/buf.h"

/* Lines with their ends, up to NULL. */
extern const char *const template_page[];
extern const char *const template_picture[];

struct part {
	const char *name, *text; /* name NULL: the end */
};

/* Append the template. The texts are put in as they are: escape them before. */
void template_fill(struct buf *b, const char *const *lines, const struct part *parts);

#endif
