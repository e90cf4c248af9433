/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * threshold.h - what the user wants to be warned about
 *
 *	failures=N, failures=N%   that many jobs have failed
 *	p95=TIME                  more than 5 % took longer; any of p1 to p99
 *	stalled=TIME              nothing has happened for this long
 *
 * With ":fail" after it the run's exit status is 1 then, too.
 */
#ifndef HPN_BASE_THRESHOLD_H
#define HPN_BASE_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum threshold_kind { THRESHOLD_FAILURES, THRESHOLD_SHARE, THRESHOLD_TIMES, THRESHOLD_STALLED };

struct threshold {
	enum threshold_kind kind;
	int64_t limit;    /* jobs, of a hundred jobs, or ns */
	unsigned percent; /* THRESHOLD_TIMES */
	bool fail;
	char text[64]; /* as the user wrote it */
};

/* One of them, `len` bytes. -1 with a text that says what it should be. */
int threshold_read(const char *text, size_t len, struct threshold *ret, struct err *err);

/* Some, with commas between them: appended to a list of which the caller frees
 * *list. NULL: check only. */
int threshold_add(const char *text, struct threshold **list, size_t *n, struct err *err);

#endif
