/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loaded.h - load,push: which images came out of an archive
 *
 * Only the runtime knows, and says so when it has loaded the file: `loaded` in
 * its descriptor. Each image is one more round of the push stage's steps.
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

/* The file is loaded: find out what it held. At least one image; a bad one
 * where nothing was said. */
void loaded_read(struct action *a, uint32_t job);

void loaded_free(struct action *a);

#endif
