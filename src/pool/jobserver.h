/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jobserver.h - a guest of make's jobserver
 *
 * Under `make -jN` the commands of all recipes share N slots. Each command has
 * one slot from the start. For each further child it takes a token, which is a
 * byte, and it gives back the same byte when the child is gone.
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
	int read_fd; /* an open file description of hpn's own, non-blocking; poll it */
	int write_fd;
	bool own_write;
	struct buf tokens; /* the bytes to give back */
};

/* Read the value of $MAKEFLAGS (may be NULL), and connect. After JOBSERVER_OPEN the
 * caller ends with jobserver_close(). */
enum jobserver_found jobserver_open(struct jobserver *js, const char *makeflags, struct err *err);

/* Was make called with -n, -q or -t? It then runs only those lines of a recipe that
 * begin with +, and expects that they change nothing. */
bool jobserver_is_dry(const char *makeflags);

/* Take a token; false if there is none right now. */
bool jobserver_take(struct jobserver *js);

/* Give back all tokens but `keep`. */
void jobserver_give(struct jobserver *js, unsigned keep);

void jobserver_close(struct jobserver *js); /* gives back all tokens */

#endif
