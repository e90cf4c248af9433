/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/name_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_CAP ((size_t)64)

struct name_slot {
	const char *text; /* NULL: free */
	uint32_t hash;    /* as mixed by place_of() */
	uint32_t owner;
};

uint64_t name_map_hash(const char *s, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The set's address goes in, so that nobody can write a list whose names all
 * want one slot. */
static uint32_t place_of(const struct name_map *m, const char *s, size_t len)
{
	uint64_t h = name_map_hash(s, len) + (uint64_t)(uintptr_t)m;

	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (uint32_t)(h >> 32);
}

static void grow(struct name_map *m)
{
	size_t cap = m->cap ? m->cap * 2 : FIRST_CAP;
	struct name_slot *slot = mem_array(cap, sizeof(*slot));

	for (size_t i = 0; i < m->cap; i++) {
		size_t at = m->slot[i].hash & (cap - 1);

		if (!m->slot[i].text)
			continue;
		while (slot[at].text)
			at = (at + 1) & (cap - 1);
		slot[at] = m->slot[i];
	}
	free(m->slot);
	m->slot = slot;
	m->cap = cap;
}

static int is_text(const struct name_slot *slot, uint32_t hash, const char *s, size_t len)
{
	return slot->hash == hash && !strncmp(slot->text, s, len) && slot->text[len] == '\0';
}

const char *name_map_add(struct name_map *m, const char *s, size_t len, uint32_t owner,
			 uint32_t *ret_earlier)
{
	uint32_t hash = place_of(m, s, len);
	size_t at;

	if (m->n >= m->cap / 4 * 3)
		grow(m);
	for (at = hash & (m->cap - 1); m->slot[at].text; at = (at + 1) & (m->cap - 1)) {
		if (!is_text(&m->slot[at], hash, s, len))
			continue;
		*ret_earlier = m->slot[at].owner;
		return NULL;
	}
	m->slot[at].text = arena_copy(&m->text, s, len);
	m->slot[at].hash = hash;
	m->slot[at].owner = owner;
	m->n++;
	return m->slot[at].text;
}

uint32_t name_map_find(const struct name_map *m, const char *s, size_t len)
{
	uint32_t hash = place_of(m, s, len);

	if (!m->cap)
		return NAME_MAP_NONE;
	for (size_t at = hash & (m->cap - 1); m->slot[at].text; at = (at + 1) & (m->cap - 1))
		if (is_text(&m->slot[at], hash, s, len))
			return m->slot[at].owner;
	return NAME_MAP_NONE;
}

void name_map_release(struct name_map *m)
{
	arena_release(&m->text);
	free(m->slot);
	*m = (struct name_map){ { NULL, 0 }, NULL, 0, 0 };
}
