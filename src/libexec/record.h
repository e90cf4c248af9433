/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record.h - a checked archive gets its final name, and is listed
 */
#ifndef HPN_LIBEXEC_RECORD_H
#define HPN_LIBEXEC_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/sum.h"
#include "base/err.h"

struct record {
	const char *publish; /* the final path; NULL: the archive has it already */
	const char *dir;     /* where SHA256SUMS and the index are; NULL: not listed */
	const char *scratch; /* names for their new versions begin with this */
	const char *image;   /* the name that was asked for, or NULL */
	bool prune;          /* what is listed and not there is no longer listed */
};

/*
 * Do what `r` says with the archive `file`, whose content was checked. `what`
 * are the members of an object of JSON, as check_json() writes them.
 *
 * One process at a time changes a folder's lists. The new ones are on the disk
 * before the first of the three files gets its name, and the renames come right
 * behind each other, with signals held back. On failure nothing has changed,
 * unless it was a rename that failed.
 */
int record_archive(const struct record *r, const char *file, uint64_t bytes,
		   const unsigned char sum[SUM_BYTES], const char *what, struct err *err);

#endif
