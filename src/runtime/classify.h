/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * classify.h - why did a child fail, and what can be done about it?
 *
 * Exit statuses say nothing (docker has 1, podman 125 for everything), so the
 * text decides: the descriptor's expressions are tried on all of it,
 * permanent classes before transient ones. Names of images, hosts and files
 * are blanked out first, so that nobody chooses the class of an error by the
 * name of an image.
 */
#ifndef HPN_RUNTIME_CLASSIFY_H
#define HPN_RUNTIME_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/runtime.h"

#define CLASSIFY_MAX_TEXT ((size_t)64 << 10) /* of a longer one, both ends count */
#define CLASSIFY_MAX_LINE ((size_t)600)

/* All borrowed. */
struct failure {
	const struct runtime *rt;
	enum rt_verb verb;
	const char *text; /* standard error, raw; may hold anything */
	size_t text_len;
	int status;        /* as of waitpid() */
	bool stopped;      /* hpn ended it: interrupt, --fail-fast ... */
	bool timed_out;    /* hpn ended it: it took too long */
	const char *image; /* what the call was about; NULL where there is none */
	const char *target;
	const char *file;
};

struct verdict {
	enum err_class class;
	char *line;             /* the runtime's most telling line; never NULL */
	char *hint;             /* what to do, or NULL */
	int64_t retry_after_ns; /* what the registry asks for; -1: nothing */
	const char *rule;       /* the descriptor's name for it: "missing.host"; or NULL */
	bool unreached;         /* it did not get as far as the registry, or the daemon */
};

/* Always succeeds; the caller ends with verdict_release(). A child that hpn
 * ended is ERR_TIMEOUT or ERR_KILLED, whatever it said or returned. */
void classify(const struct failure *f, struct verdict *ret);

void verdict_release(struct verdict *v);

#endif
