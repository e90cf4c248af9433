/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expected_sums.h - which sum an archive has to have
 *
 * The SHA256SUMS of its folder, and of the one above: `save --checksums` keeps
 * one for ./images and all projects below. Each is read once, when it is asked
 * for.
 */
#ifndef HPN_STATE_EXPECTED_SUMS_H
#define HPN_STATE_EXPECTED_SUMS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strvec.h"
#include "base/sums.h"

struct sum_file {
	char *dir;
	struct sums sums;
	struct err err; /* why it cannot be read; "" when it can */
};

struct expected_sums {
	struct sum_file *v;
	size_t n, cap;
};

/* *ret_hex is NULL where no sum is known. -1 where a SHA256SUMS that may have
 * one cannot be read. */
int expected_sums_find(struct expected_sums *b, const char *path, const char **ret_hex,
		       struct err *err);

/*
 * Append the paths that are listed for `dir` and folders below it, of those
 * that were asked for so far and `dir` itself, and at which there is nothing.
 * Only names that wanted() takes. -1 when one of the lists cannot be read.
 */
int expected_sums_missing(struct expected_sums *b, const char *dir,
			  bool (*wanted)(const char *name), struct strvec *paths, struct err *err);

void expected_sums_release(struct expected_sums *b);

#endif
