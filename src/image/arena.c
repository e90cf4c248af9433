/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Past malloc's threshold for memory of its own, so that what is released goes
 * back to the system, and what was never written costs nothing. */
#define CHUNK_BYTES ((size_t)256 << 10)

struct arena_chunk {
	struct arena_chunk *before;
	size_t size;
	char data[];
};

static void add_chunk(struct arena *a, size_t need)
{
	size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
	struct arena_chunk *chunk = mem_alloc(sizeof(*chunk) + size);

	chunk->before = a->last;
	chunk->size = size;
	a->last = chunk;
	a->left = size;
}

char *arena_copy(struct arena *a, const char *s, size_t len)
{
	char *to;

	if (len >= a->left)
		add_chunk(a, len + 1);
	to = a->last->data + (a->last->size - a->left);
	a->left -= len + 1;
	if (len)
		memcpy(to, s, len);
	to[len] = '\0';
	return to;
}

void arena_release(struct arena *a)
{
	while (a->last) {
		struct arena_chunk *before = a->last->before;

		free(a->last);
		a->last = before;
	}
	a->left = 0;
}
