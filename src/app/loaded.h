/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loaded.h - which images came out of an archive
 *
 * Only the runtime knows, and says so when it has loaded the file: `loaded` in
 * its descriptor. In load,push each is one more round of the push stage's steps.
 */
#ifndef HPN_APP_LOADED_H
#define HPN_APP_LOADED_H

#include "app/action.h"

struct loaded_image {
	const char *name;
	const char *path; /* what it is pushed to */
	const char *bad;  /* why it cannot be, or NULL */
};

/* Of one file; nothing is in it before loaded_read(). */
struct loaded {
	struct buf text; /* what the runtime has said so far */
	struct loaded_image *image;
	unsigned n;
};

/* A listener that keeps what the runtime says; ctx is the action. */
void loaded_event(void *ctx, const struct event *ev);

/* The file is loaded: find out what it held. In load,push that is at least one
 * image; a bad one where nothing was said. */
void loaded_read(struct action *a, uint32_t job);

/* The same as it was found out in an earlier run; names behind commas. */
void loaded_again(struct action *a, uint32_t job, const char *names);

/* Append the names, with commas between them. */
void loaded_names(const struct action *a, uint32_t job, struct buf *b);

void loaded_free(struct action *a);

#endif
