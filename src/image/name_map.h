/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * name_map.h - from names to numbers: which item was the first with a name
 *
 * A set of strings, each with the number of its owner: canonical names of
 * images, paths of archives, push targets. Start with zeroed memory, and leave
 * the set where it is.
 */
#ifndef HPN_IMAGE_NAME_MAP_H
#define HPN_IMAGE_NAME_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "image/arena.h"

#define NAME_MAP_NONE UINT32_MAX

struct name_slot;

struct name_map {
	struct arena text;
	struct name_slot *slot;
	size_t n;
	size_t cap; /* 0 or a power of two */
};

/*
 * Add the text, which then belongs to `owner`. Returns the set's own copy, which
 * lives as long as the set. A text that is in the set stays its owner's: NULL,
 * and that owner in ret_earlier.
 */
const char *name_map_add(struct name_map *m, const char *s, size_t len, uint32_t owner,
			 uint32_t *ret_earlier);

/* The owner of the text, or NAME_MAP_NONE. */
uint32_t name_map_find(const struct name_map *m, const char *s, size_t len);

void name_map_release(struct name_map *m);

/* FNV-1a: the same on every machine, so that names may be made of it. */
uint64_t name_map_hash(const char *s, size_t len);

#endif
