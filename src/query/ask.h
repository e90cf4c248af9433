/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ask.h - commands that are run for what they print
 *
 * Questions to a runtime before the work begins: read-only, several at once,
 * each with a time limit. And hpn's own programs after it.
 */
#ifndef HPN_QUERY_ASK_H
#define HPN_QUERY_ASK_H

#include "console/console.h"
#include "base/strvec.h"

#define ASK_MOST_BYTES ((size_t)8 << 20) /* of an answer; more is cut off */

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
};

/* Returns when all have answered, or a signal asked hpn to end. */
void ask_all(struct console *s, const struct ask *q);

#endif
