/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ask.h - run commands for what they print
 *
 * Questions to a runtime before the work begins, and to the programs of hpn after
 * it: read-only, several at once, each with a time limit.
 */
#ifndef HPN_QUERY_ASK_H
#define HPN_QUERY_ASK_H

#include "console/console.h"
#include "base/strvec.h"

#define ASK_MOST_BYTES ((size_t)8 << 20) /* of an answer; more is cut off */

struct pool_attempt;

struct ask {
	uint32_t n;
	unsigned workers;
	int64_t timeout_ns;
	char *const *envp; /* NULL: hpn's own */
	int in_fd;         /* standard input; 0: /dev/null */
	bool at_the_end;   /* also when a signal has asked hpn to end; one more ends it */
	void *ctx;
	/* Fill in the command; an empty one is not run. */
	void (*command)(void *ctx, uint32_t i, struct strvec *argv);
	/* It has ended by itself with this status (128 and more: by a signal),
	 * or was not started or was ended: -1. */
	void (*answer)(void *ctx, uint32_t i, int status, const struct buf *out,
		       const char *err_text);
	/* If set, called in the place of answer() with all that is known of the end. */
	void (*ended)(void *ctx, const struct pool_attempt *at, const struct buf *out);
};

/* Returns when all have answered, or a signal asked hpn to end. */
void ask_all(struct console *s, const struct ask *q);

/* For those who decide from answer to answer what to ask next. *q is copied. */
struct asking *ask_open(struct console *s, const struct ask *q);
void ask_add(struct asking *a, uint32_t i); /* question i, once */
/* Wait until something happens, at most a second. False: nothing is left to wait
 * for, since all questions that were added have been answered or ended. */
bool ask_turn(struct asking *a);
void ask_close(struct asking *a); /* ends what has not answered yet */

#endif
