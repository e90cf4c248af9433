/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena.h - many small strings that go away together
 *
 * A list has a name for each image, and a hundred thousand calls of malloc
 * would cost more memory than the names. Start with zeroed memory.
 */
#ifndef HPN_IMAGE_ARENA_H
#define HPN_IMAGE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *last; /* the others hang on it */
	size_t left;              /* bytes free in it */
};

/* A NUL-terminated copy that lives until arena_release(). */
char *arena_copy(struct arena *a, const char *s, size_t len);

void arena_release(struct arena *a);

#endif
