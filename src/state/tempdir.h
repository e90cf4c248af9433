/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tempdir.h - a temporary directory for each child, gone when the child is
 *
 * Some runtimes leave files as large as images in the temporary directory when
 * they are killed; their descriptors say so, and which variable names it, see
 * hpn-runtime(5). Where no directory can be made, the child has the common one.
 *
 *   1. tempdir_open() when the environment of the children is made
 *   2. tempdir_make() before a child starts, tempdir_drop() when it has ended
 *   3. tempdir_close()
 */
#ifndef HPN_STATE_TEMPDIR_H
#define HPN_STATE_TEMPDIR_H

#include <stdint.h>

#include "base/buf.h"
#include "base/strvec.h"
#include "runtime/runtime.h"

struct tempdir {
	struct buf base;  /* with a slash at its end; empty: children have none */
	struct buf path;  /* the one that was made last */
	char *variable;   /* the children's, owned by their environment */
	size_t name_len;  /* of NAME=; the rest of it is the value */
	uint32_t machine; /* see artefact.h */
};

/* env gets the variable, which changes with tempdir_make(); what dead hpns left
 * is removed. */
void tempdir_open(struct tempdir *t, const struct runtime *rt, struct strvec *env);

void tempdir_make(struct tempdir *t, uint32_t job);
void tempdir_drop(struct tempdir *t, uint32_t job);

/* Also removes what was not dropped. */
void tempdir_close(struct tempdir *t);

#endif
