/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jobs.h - how many images at once, as -j takes it
 *
 *   N      this many
 *   N%     of the cores that hpn may use, at least one
 *   +N     the cores, and this many more
 *   auto   a level that is found in the run
 *
 * or the name of a file that holds one of these.
 */
#ifndef HPN_CONFIG_JOBS_H
#define HPN_CONFIG_JOBS_H

#include "base/err.h"

#define JOBS_MOST 256

/* 0, -EINVAL (none of the four) or -ERANGE (none from 1 to JOBS_MOST). auto
 * gives 0. */
int jobs_parse(const char *text, unsigned cores, unsigned *ret);

/* The same from a file, without the spaces around it; the error names the file. */
int jobs_read(const char *path, unsigned cores, unsigned *ret, struct err *err);

#endif
