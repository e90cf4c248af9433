/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expect.h - what a load may know of archives before it begins
 */
#ifndef HPN_QUERY_EXPECT_H
#define HPN_QUERY_EXPECT_H

#include "console/console.h"
#include "base/strvec.h"

/* Mode 1: add the compressed archives of the current folder that its
 * hpn-index.json lists, in the order of names. */
void expect_listed(struct console *s, struct strvec *paths);

/*
 * --expect: is each image of the list in one of the archives? By the index
 * where it knows a file of that size, else by what the archive itself says.
 * -1 with all that are missing.
 */
int expect_all(struct console *s, const char *list, const struct strvec *paths, struct err *err);

#endif
