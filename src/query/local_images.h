/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * local_images.h - which images the runtime has, asked once for all
 *
 * One call of the runtime's [inspect] for up to LOCAL_IMAGES_CHUNK names. Some
 * print nothing when one of these is missing (nerdctl 2.3); then each is asked
 * about alone. What is not answered is taken as missing, so that the worst a strange answer
 * can do is that something is done again.
 */
#ifndef HPN_QUERY_LOCAL_IMAGES_H
#define HPN_QUERY_LOCAL_IMAGES_H

#include <stdbool.h>

#include "console/console.h"
#include "image/name_map.h"
#include "runtime/argv.h"
#include "runtime/runtime.h"

#define LOCAL_IMAGES_CHUNK 500u

struct local_image {
	const char *id;       /* hexadecimal, without sha256: */
	const char *platform; /* "linux/amd64" */
	int64_t bytes;        /* unpacked */
	bool packed_too;      /* and what it is unpacked from, as containerd's store has it */
};

struct local_images {
	struct name_map keys; /* canonical names; the owner is the fact's place */
	struct arena texts;
	struct local_image *fact;
	uint32_t n, cap;
};

/*
 * Ask about n names, those that are NULL left out; `call` has the platform, if one
 * is wanted, and the versions of the engine. -1 where this runtime's
 * descriptor has no [inspect]; err may be NULL.
 */
int local_images_read(struct local_images *inv, struct console *s, const struct runtime *rt,
		      char *const *envp, const char *(*name)(void *ctx, uint32_t i), void *ctx,
		      uint32_t n, const struct rt_call *call, struct err *err);

/* By any of its names; NULL: it is not there. */
const struct local_image *local_images_find(const struct local_images *inv, const char *name);

/* One line of an answer; what does not look like one is ignored. */
void local_images_take(struct local_images *inv, const char *line, size_t len);

void local_images_release(struct local_images *inv);

#endif
