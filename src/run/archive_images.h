/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * archive_images.h - which images came out of an archive
 *
 * Only the runtime knows, and it says so when it has loaded the file: `loaded`
 * in its descriptor. In load,push each image is one more round of the push
 * stage's steps.
 */
#ifndef HPN_RUN_ARCHIVE_IMAGES_H
#define HPN_RUN_ARCHIVE_IMAGES_H

#include "base/event.h"
#include "plan/plan.h"

struct archive_image {
	const char *name;
	const char *path; /* the reference it is pushed to */
	const char *bad;  /* why it cannot be pushed, or NULL */
};

struct archive_file {
	struct buf text; /* what the runtime has said so far */
	struct archive_image *image;
	unsigned n;
};

struct archive_images {
	const struct plan *plan;
	struct archive_file *file; /* of each item; NULL where the items are images */
	struct name_map targets;
	struct arena texts;
};

void archive_images_init(struct archive_images *a, const struct plan *plan);
void archive_images_release(struct archive_images *a);

/* Keep what the runtime says while it loads. */
void archive_images_hear(struct archive_images *a, const struct event *ev);

/* The file is loaded: find out which images it held. In load,push there is at
 * least one; a bad one where the runtime named none. */
void archive_images_read(struct archive_images *a, uint32_t job);

/* The line of the runtime's output that says that the load has failed, although
 * its status is 0; the caller frees it. NULL: there is none. */
char *archive_images_failure(const struct archive_images *a, uint32_t job);

/* The same, as an earlier run found it out: names with commas between them. */
void archive_images_again(struct archive_images *a, uint32_t job, const char *names);

/* Append the names, with commas between them. */
void archive_images_names(const struct archive_images *a, uint32_t job, struct buf *b);

#endif
