/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jobserver.h - a guest of make's jobserver
 *
 * Under `make -jN` the commands of all recipes share N slots. Each command has
 * one from the start; for each further child it takes a token, a byte, and it
 * gives back the same byte when the child is gone.
 */
#ifndef HPN_POOL_JOBSERVER_H
#define HPN_POOL_JOBSERVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum jobserver_found {
	JOBSERVER_NONE,   /* no make, or one without -j */
	JOBSERVER_OPEN,   /* connected */
	JOBSERVER_CLOSED, /* make offers it, but not to this recipe: see err */
};

struct jobserver {
	int read_fd; /* hpn's own description, non-blocking; poll it */
	int write_fd;
	bool own_write;
	struct buf tokens; /* the bytes that are to be given back */
};

/* From the value of $MAKEFLAGS (may be NULL). The caller ends with
 * jobserver_close() if it is open. */
enum jobserver_found jobserver_open(struct jobserver *js, const char *makeflags, struct err *err);

/* make was called with -n, or with -q or -t, under which it runs a recipe's
 * lines with + as well, and nothing is to be done. */
bool jobserver_is_dry(const char *makeflags);

/* Take one; false if there is none right now. */
bool jobserver_take(struct jobserver *js);

/* Give back all but `keep`. */
void jobserver_give(struct jobserver *js, unsigned keep);

void jobserver_close(struct jobserver *js); /* gives back everything */

#endif
