/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claims.h - who was first to claim a text
 *
 * A set of strings, each with the number of its owner: canonical names of
 * images, paths of archives, push targets. Start with zeroed memory, and leave
 * the set where it is.
 */
#ifndef HPN_IMAGE_CLAIMS_H
#define HPN_IMAGE_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

#include "image/arena.h"

#define NO_CLAIM UINT32_MAX

struct claim;

struct claims {
	struct arena text;
	struct claim *slot;
	size_t n;
	size_t cap; /* 0 or a power of two */
};

/*
 * Claim the text for `owner`. Returns the set's own copy, which lives as long
 * as the set. When the text is taken already it stays its owner's: NULL, and
 * that owner in ret_earlier.
 */
const char *claims_add(struct claims *c, const char *s, size_t len, uint32_t owner,
		       uint32_t *ret_earlier);

/* The owner of the text, or NO_CLAIM. */
uint32_t claims_find(const struct claims *c, const char *s, size_t len);

void claims_release(struct claims *c);

/* FNV-1a: the same on every machine, so that names may be made of it. */
uint64_t claims_hash(const char *s, size_t len);

#endif
