/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/nearest.h"

#include <string.h>

#include "base/suggest.h"
#include "image/ref.h"
#include "state/history.h"

struct search {
	struct buf repo; /* canonical, and a colon */
	struct buf tag;  /* the one that is not there */
	struct buf key;
	struct buf *best;
	size_t least;
};

/* False for what has a digest: its tag is no matter. */
static bool key_of(const char *name, struct buf *ret_key)
{
	struct ref ref;

	buf_reset(ret_key);
	if (ref_parse(name, &ref, NULL) || ref.digest.len)
		return false;
	ref_key(&ref, ret_key);
	return true;
}

static void consider(struct search *s, const char *name)
{
	const char *tag;
	size_t distance;

	if (!key_of(name, &s->key) || strncmp(buf_str(&s->key), buf_str(&s->repo), s->repo.len))
		return;
	tag = buf_str(&s->key) + s->repo.len;
	distance = suggest_distance(buf_str(&s->tag), tag);
	if (!distance || distance >= s->least || !suggest_close(buf_str(&s->tag), distance))
		return;
	s->least = distance;
	buf_reset(s->best);
	buf_adds(s->best, tag);
}

static void consider_line(void *ctx, const struct history_line *l)
{
	consider(ctx, l->image);
}

/* The list first, so that what is said depends on earlier runs no more than
 * it has to. */
static void consider_all(struct search *s, const struct plan *p, const char *history)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (!p->item[i].bad)
			consider(s, p->item[i].name);
	if (*history)
		history_each(history, consider_line, s);
}

void nearest_tag(const struct plan *p, const char *history, const char *image, struct buf *ret_tag)
{
	struct search s = { .best = ret_tag, .least = SIZE_MAX };
	const char *colon;

	if (key_of(image, &s.repo)) {
		colon = strrchr(buf_str(&s.repo), ':');
		buf_adds(&s.tag, colon + 1);
		s.repo.len = (size_t)(colon + 1 - buf_str(&s.repo));
		s.repo.data[s.repo.len] = '\0';
		consider_all(&s, p, history);
	}
	buf_release(&s.repo);
	buf_release(&s.tag);
	buf_release(&s.key);
}
