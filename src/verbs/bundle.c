/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn save --bundle: one archive with all images of the list.
 *
 * The run is a single item, the file, whose command names all images. It is made
 * completely or not at all, so what would be missing is told before anything is
 * started.
 */
#include <string.h>

#include "base/publish.h"
#include "base/replace.h"
#include "image/ref.h"
#include "plan/items.h"
#include "state/artefact.h"
#include "verbs/keep.h"
#include "verbs/pipe.h"
#include "verbs/verbs.h"

static int check_runtime(const struct plan *p, struct err *err)
{
	enum rt_verb verb = pipe_packs(p->set) ? RT_BUNDLE_STREAM : RT_SAVE_BUNDLE;

	if (p->rt->verb[verb].given)
		return 0;
	return err_set(err,
		       "%s is not known to save several images into one archive: its"
		       " descriptor (%s) has no [%s]; leave out --bundle",
		       p->rt->name, p->rt->source, rt_verb_name(verb));
}

static void tell_missing(struct plan *p)
{
	struct buf why = BUF_INIT;

	for (uint32_t i = 0; i < p->n; i++) {
		if (p->item[i].bad || plan_image(p, i))
			continue;
		buf_reset(&why);
		buf_addf(&why, "%s has no image %s", p->rt->name, p->item[i].name);
		plan_spoil(p, i, buf_str(&why));
	}
	buf_release(&why);
}

/* The runtime may know an image by a name that hpn would not find it under, as
 * podman does with short names; but it tells of each image that is there. */
static int check_images(struct plan *p, struct console *c, struct err *err)
{
	const struct local_images *images = p->set->dry_run ? NULL : plan_ask_images(p, c, NULL);
	uint32_t good = 0;

	for (uint32_t i = 0; i < p->n; i++)
		good += p->item[i].bad == NULL;
	if (c->ended_by)
		return err_set(err, "interrupted");
	if (images && images->n < good) {
		tell_missing(p);
		good = images->n;
	}
	if (good == p->n)
		return 0;
	return err_set(err,
		       "%u of %u images cannot be in the bundle %s, and nothing was saved;"
		       " pull them, or take them off the list",
		       p->n - good, p->n, p->set->bundle);
}

/* By the last part of the name only: docker shortens names, and podman has other
 * registries in mind when a name has none. A name with a digest is not a tag. */
static void add_tag(const char *name, struct strvec *tags)
{
	struct span base;
	struct ref ref;

	if (ref_parse(name, &ref, NULL) || ref.digest.len)
		return;
	base = ref_base(&ref);
	if (ref.tag.len)
		strvec_pushf(tags, "%.*s:%.*s", (int)base.len, base.s, (int)ref.tag.len, ref.tag.s);
	else
		strvec_pushf(tags, "%.*s:" REF_DEFAULT_TAG, (int)base.len, base.s);
}

/* Of the images that were found, make the file that is to hold them. */
static int gather(struct plan *p, struct console *c, struct err *err)
{
	size_t dir = publish_dir_length(p->set->bundle);

	if (check_runtime(p, err))
		return -1;
	if ((!p->set->dry_run && replace_check(p->set->bundle, err)) || check_images(p, c, err))
		return -1;
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->item[i].bad)
			continue;
		strvec_push(&p->members, p->item[i].name);
		add_tag(p->item[i].name, &p->tags);
	}
	p->n = 1;
	p->dir = dir ? arena_copy(&p->texts, p->set->bundle, dir > 1 ? dir - 1 : dir) : ".";
	p->item[0] = item_of_file(p, p->set->bundle);
	return 0;
}

static void heading(const struct plan *p, const struct stage *st, struct buf *line)
{
	(void)st;
	buf_addf(line, "bundle: %s", p->set->bundle);
}

static int prepare(struct plan *p, const struct stage *st, struct err *err)
{
	(void)err;
	keep_clear(p, st, p->dir);
	return 0;
}

static void place(struct plan *p, struct stage *st)
{
	st->mode = 1; /* the file is where it was named, whatever the mode is */
	p->item[0].path[st->nth] = p->item[0].file;
}

static struct keep keeping(const struct plan *p)
{
	return (struct keep){ .save = RT_SAVE_BUNDLE,
			      .stream = RT_BUNDLE_STREAM,
			      .dir = p->set->checksums ? p->dir : "",
			      .members = &p->members,
			      .tags = &p->tags };
}

static void output(const struct plan *p, const struct step *st, struct buf *path)
{
	artefact_name(st->path, p->machine, st->job, path);
}

static int command(const struct plan *p, const struct step *st, struct rt_call *call,
		   struct buf *room, struct strvec *argv, struct err *err)
{
	struct keep k = keeping(p);

	return keep_command(p, st, &k, call, room, argv, err);
}

static int ended(const struct plan *p, const struct step *st, struct step_end *e, struct err *err)
{
	struct keep k = keeping(p);

	(void)err;
	keep_ended(p, st, &k, e);
	return 0;
}

static void sweep(const struct plan *p, const struct stage *st)
{
	keep_sweep(p, st, p->dir);
}

const struct verb_def verb_bundle = {
	.id = VERB_SAVE,
	.words = { "Saving", "saved", "save" },
	.plural = "bundles",
	.n_steps = 2,
	.step = { RT_SAVE, STEP_OWN },
	.no_journal = true,
	.gather = gather,
	.heading = heading,
	.prepare = prepare,
	.place = place,
	.command = command,
	.ended = ended,
	.output = output,
	.sweep = sweep,
};
