/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * archives.h - which files `load` takes
 *
 * Mode 1: those in `.`; 2: those in `./images`; 3: those in `./images` and
 * everything below. Names sort by their bytes within each directory, where a
 * directory has its place among the files.
 */
#ifndef HPN_STATE_ARCHIVES_H
#define HPN_STATE_ARCHIVES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strvec.h"

/* Appends paths as they are shown and opened: `x.tar`, `images/p/x.tar`. A
 * directory that is missing or cannot be read is an error. */
int archives_find(int mode, struct strvec *ret_paths, struct err *err);

/* Does the name end as those of archives do, compressed ones too? */
bool archives_is_name(const char *name);

/* The same for a folder of any name and everything below it, compressed ones
 * too. Paths are DIR/x.tar. */
int archives_below(const char *dir, struct strvec *ret_paths, struct err *err);

#endif
