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
	int patience_s;      /* how long to wait for the lock of dir */
	bool prune;          /* what is listed and not there is no longer listed */
};

/*
 * Do what `r` says with the archive `file`, whose content was checked. `what`
 * are the members of an object of JSON, as check_json() writes them.
 *
 * One process at a time changes a directory's lists; who cannot lock it within
 * `patience_s` fails. The new lists are on the disk, as DIR/.hpn-pending.sums
 * and .json, before the archive gets its name, and get theirs right after it,
 * with signals held back. If that does not happen since hpn-pipe was killed or
 * a rename failed, the next one that changes the lists brings them up to date,
 * as far as the archive fits them. On failure nothing has changed, unless the
 * text says that the archive is complete.
 */
int record_archive(const struct record *r, const char *file, uint64_t bytes,
		   const unsigned char sum[SUM_BYTES], const char *what, struct err *err);

/* Whether lists that did not get their names give this sum to the file. */
bool record_is_pending(const char *file, const char *hex);

#endif
