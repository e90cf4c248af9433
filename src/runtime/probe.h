/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe.h - is a runtime there, and does it answer?
 *
 * This room starts nothing. The caller
 *
 *   1. runtime_find_program(): where is it? If nowhere, that is the answer
 *   2. probe_knock(): does anybody listen at its socket, if it names one?
 *   3. probe_argv(), and runs it with PROBE_LIMIT_NS and an empty stdin
 *   4. probe_judge() says what its end means
 */
#ifndef HPN_RUNTIME_PROBE_H
#define HPN_RUNTIME_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/strvec.h"
#include "runtime/runtime.h"

#define PROBE_LIMIT_NS (5 * NS_PER_S)

/* What is known about a runtime. Begin with zeroed memory. */
struct probe {
	bool there;
	char *version; /* NULL: not known */
	char *reason;  /* when not there: why, and what to do; one line */
};

/* How the child ended; borrowed. */
struct probe_end {
	int spawn_errno; /* not 0: it could not be started, the rest is void */
	bool timed_out;
	int status;      /* as of waitpid() */
	const char *out; /* NUL-terminated */
	const char *err;
};

/*
 * Look for the program: an executable regular file, in the directories of
 * `path` (as $PATH is; NULL: none). Relative directories are not searched,
 * since whose program that is depends on where one stands. Sets rt->path and
 * returns 0; else -1, with the reason in ret_probe.
 */
int runtime_find_program(struct runtime *rt, const char *path, struct probe *ret_probe);

/* Is it worth asking? -1, with the reason in ret_probe, when nobody listens at
 * its socket: a client may wait for a long time then. */
int probe_knock(const struct runtime *rt, struct probe *ret_probe);

/* What to do about a daemon that does not answer: start it or, where a variable
 * names the daemon, look at that. Appends nothing when there is no advice. */
void probe_add_advice(const struct runtime *rt, struct buf *b);

/* The command to run; rt->path is set. */
void probe_argv(const struct runtime *rt, struct strvec *ret_argv);

void probe_judge(const struct runtime *rt, const struct probe_end *end, struct probe *ret_probe);

/* What is shown by `hpn runtimes`: a row for each, and below it why not. */
void probe_table(struct runtime *const *rts, const struct probe *probes, size_t n, struct buf *b);

void probe_release(struct probe *p);

#endif
