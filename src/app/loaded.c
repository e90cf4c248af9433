/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/loaded.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/ref.h"

/* What a file's images are called takes less; what more is said is dropped. */
#define MOST_TEXT ((size_t)1 << 20)
#define MOST_IMAGES 1000

void loaded_event(void *ctx, const struct event *ev)
{
	struct action *a = ctx;
	struct loaded *l;

	if (ev->job == NO_JOB || ev->step + 1 != a->stage[0].ops->steps)
		return;
	l = &a->loaded[ev->job];
	if (ev->kind == EVENT_ATTEMPT)
		buf_reset(&l->text);
	else if (ev->kind == EVENT_OUTPUT && ev->stream == 0 && l->text.len < MOST_TEXT)
		buf_add(&l->text, ev->data, ev->len);
}

static struct loaded_image *add_image(struct action *a, struct loaded *l, const char *name)
{
	l->image = mem_grow(l->image, l->n + 1, sizeof(*l->image));
	l->image[l->n] = (struct loaded_image){ .name = arena_copy(&a->texts, name, strlen(name)) };
	return &l->image[l->n++];
}

/* Names come from an archive that anybody may have made. */
static void take_name(struct action *a, uint32_t job, const char *name)
{
	struct loaded *l = &a->loaded[job];
	struct loaded_image *im;
	struct ref ref;

	if (l->n == MOST_IMAGES || ref_parse(name, &ref, NULL))
		return;
	for (unsigned i = 0; i < l->n; i++)
		if (!strcmp(l->image[i].name, name))
			return;
	im = add_image(a, l, name);
	if (a->n_stages > 1)
		im->path = push_claim(a, &a->stage[a->n_stages - 1], job, im->name, &im->bad);
}

static void take_line(struct action *a, uint32_t job, char *line)
{
	const struct rt_patterns *p = &a->rt->loaded;
	regmatch_t m[2];

	for (size_t i = 0; i < p->n; i++) {
		if (!pattern_match(&p->v[i], line, 2, m) || m[1].rm_so < 0)
			continue;
		line[m[1].rm_eo] = '\0';
		take_name(a, job, line + m[1].rm_so);
		return;
	}
}

/* The push stage has something to fail at. */
static void tell_none(struct action *a, uint32_t job)
{
	struct loaded *l = &a->loaded[job];

	if (!l->n && a->n_stages > 1)
		add_image(a, l, action_name(a, job))->bad =
			"no image in it has a name that could be pushed";
}

void loaded_read(struct action *a, uint32_t job)
{
	struct loaded *l = &a->loaded[job];
	char *text = buf_detach(&l->text), *rest = text, *line;

	while (text && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		take_line(a, job, line);
	}
	free(text);
	tell_none(a, job);
}

void loaded_again(struct action *a, uint32_t job, const char *names)
{
	while (*names) {
		size_t len = strcspn(names, ",");
		struct buf one = BUF_INIT;

		buf_add(&one, names, len);
		take_name(a, job, buf_str(&one));
		buf_release(&one);
		names += len + (names[len] == ',');
	}
	tell_none(a, job);
}

void loaded_names(const struct action *a, uint32_t job, struct buf *b)
{
	const struct loaded *l = &a->loaded[job];

	for (unsigned i = 0; i < l->n; i++)
		buf_addf(b, "%s%s", b->len ? "," : "", l->image[i].name);
}

void loaded_free(struct action *a)
{
	for (uint32_t i = 0; a->loaded && i < a->n; i++) {
		buf_release(&a->loaded[i].text);
		free(a->loaded[i].image);
	}
	free(a->loaded);
}
