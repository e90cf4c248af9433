/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/archive_images.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/ref.h"
#include "plan/target.h"

/* The names of a file's images take less; more text than this is dropped. */
#define MOST_TEXT ((size_t)1 << 20)
#define MOST_IMAGES 1000

void archive_images_init(struct archive_images *a, const struct plan *plan)
{
	*a = (struct archive_images){ .plan = plan };
	if (plan_unpacks(plan))
		a->file = mem_array(plan->n, sizeof(*a->file));
}

void archive_images_release(struct archive_images *a)
{
	for (uint32_t i = 0; a->file && i < a->plan->n; i++) {
		buf_release(&a->file[i].text);
		free(a->file[i].image);
	}
	free(a->file);
	name_map_release(&a->targets);
	arena_release(&a->texts);
}

void archive_images_hear(struct archive_images *a, const struct event *ev)
{
	struct archive_file *f;

	if (!a->file || ev->job == NO_JOB || ev->step + 1 != a->plan->stage[0].verb->n_steps)
		return;
	f = &a->file[ev->job];
	if (ev->kind == EVENT_ATTEMPT)
		buf_reset(&f->text);
	else if (ev->kind == EVENT_OUTPUT && ev->stream == 0 && f->text.len < MOST_TEXT)
		buf_add(&f->text, ev->data, ev->len);
}

static struct archive_image *add_image(struct archive_images *a, struct archive_file *f,
				       const char *name)
{
	f->image = mem_grow(f->image, f->n + 1, sizeof(*f->image));
	f->image[f->n] =
		(struct archive_image){ .name = arena_copy(&a->texts, name, strlen(name)) };
	return &f->image[f->n++];
}

/* Names come from an archive that anybody may have made. */
static void take_name(struct archive_images *a, uint32_t job, const char *name)
{
	const struct plan *p = a->plan;
	struct archive_file *f = &a->file[job];
	struct archive_image *im;
	struct ref ref;

	if (f->n == MOST_IMAGES || ref_parse(name, &ref, NULL))
		return;
	for (unsigned i = 0; i < f->n; i++)
		if (!strcmp(f->image[i].name, name))
			return;
	im = add_image(a, f, name);
	if (p->n_stages > 1)
		im->path = target_claim(p, p->stage[p->n_stages - 1].mode, im->name, job,
					&a->targets, &a->texts, &im->bad);
}

static void take_line(struct archive_images *a, uint32_t job, char *line)
{
	const struct rt_patterns *ps = &a->plan->rt->loaded;
	regmatch_t m[2];

	for (size_t i = 0; i < ps->n; i++) {
		if (!pattern_match(&ps->v[i], line, 2, m) || m[1].rm_so < 0)
			continue;
		line[m[1].rm_eo] = '\0';
		take_name(a, job, line + m[1].rm_so);
		return;
	}
}

char *archive_images_failure(const struct archive_images *a, uint32_t job)
{
	const struct rt_patterns *ps = &a->plan->rt->load_failed;
	const char *text = buf_str(&a->file[job].text);
	regmatch_t m[1];

	for (size_t i = 0; i < ps->n; i++)
		if (pattern_match(&ps->v[i], text, 1, m))
			return mem_strndup(text + m[0].rm_so, strcspn(text + m[0].rm_so, "\r\n"));
	return NULL;
}

/* The push stage needs something to fail at. */
static void tell_none(struct archive_images *a, uint32_t job)
{
	struct archive_file *f = &a->file[job];

	if (!f->n && a->plan->n_stages > 1)
		add_image(a, f, a->plan->item[job].name)->bad =
			"no image in it has a name that could be pushed";
}

void archive_images_read(struct archive_images *a, uint32_t job)
{
	char *text = buf_detach(&a->file[job].text), *rest = text, *line;

	while (text && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		take_line(a, job, line);
	}
	free(text);
	tell_none(a, job);
}

void archive_images_again(struct archive_images *a, uint32_t job, const char *names)
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

void archive_images_names(const struct archive_images *a, uint32_t job, struct buf *b)
{
	const struct archive_file *f = &a->file[job];

	for (unsigned i = 0; i < f->n; i++)
		buf_addf(b, "%s%s", b->len ? "," : "", f->image[i].name);
}
