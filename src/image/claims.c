/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_CAP ((size_t)64)

struct claim {
	const char *text; /* NULL: free */
	uint32_t hash;    /* as mixed by place_of() */
	uint32_t owner;
};

uint64_t claims_hash(const char *s, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The set's address goes in, so that nobody can write a list whose names all
 * want one slot. */
static uint32_t place_of(const struct claims *c, const char *s, size_t len)
{
	uint64_t h = claims_hash(s, len) + (uint64_t)(uintptr_t)c;

	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (uint32_t)(h >> 32);
}

static void grow(struct claims *c)
{
	size_t cap = c->cap ? c->cap * 2 : FIRST_CAP;
	struct claim *slot = mem_array(cap, sizeof(*slot));

	for (size_t i = 0; i < c->cap; i++) {
		size_t at = c->slot[i].hash & (cap - 1);

		if (!c->slot[i].text)
			continue;
		while (slot[at].text)
			at = (at + 1) & (cap - 1);
		slot[at] = c->slot[i];
	}
	free(c->slot);
	c->slot = slot;
	c->cap = cap;
}

static int is_text(const struct claim *claim, uint32_t hash, const char *s, size_t len)
{
	return claim->hash == hash && !strncmp(claim->text, s, len) && claim->text[len] == '\0';
}

const char *claims_add(struct claims *c, const char *s, size_t len, uint32_t owner,
		       uint32_t *ret_earlier)
{
	uint32_t hash = place_of(c, s, len);
	size_t at;

	if (c->n >= c->cap / 4 * 3)
		grow(c);
	for (at = hash & (c->cap - 1); c->slot[at].text; at = (at + 1) & (c->cap - 1)) {
		if (!is_text(&c->slot[at], hash, s, len))
			continue;
		*ret_earlier = c->slot[at].owner;
		return NULL;
	}
	c->slot[at].text = arena_copy(&c->text, s, len);
	c->slot[at].hash = hash;
	c->slot[at].owner = owner;
	c->n++;
	return c->slot[at].text;
}

uint32_t claims_find(const struct claims *c, const char *s, size_t len)
{
	uint32_t hash = place_of(c, s, len);

	if (!c->cap)
		return NO_CLAIM;
	for (size_t at = hash & (c->cap - 1); c->slot[at].text; at = (at + 1) & (c->cap - 1))
		if (is_text(&c->slot[at], hash, s, len))
			return c->slot[at].owner;
	return NO_CLAIM;
}

void claims_release(struct claims *c)
{
	arena_release(&c->text);
	free(c->slot);
	*c = (struct claims){ { NULL, 0 }, NULL, 0, 0 };
}
