/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/bundle.h"

#include "app/pipe.h"
#include "base/publish.h"
#include "base/replace.h"
#include "image/ref.h"

static int check_runtime(const struct action *a, struct err *err)
{
	enum rt_verb verb = pipe_packs(a) ? RT_BUNDLE_STREAM : RT_SAVE_BUNDLE;

	if (a->rt->verb[verb].given)
		return 0;
	return err_set(err,
		       "%s is not known to save several images into one archive: its"
		       " descriptor (%s) has no [%s]; leave out --bundle",
		       a->rt->name, a->rt->source, rt_verb_name(verb));
}

static void tell_missing(struct action *a, const struct local_images *images)
{
	struct buf why = BUF_INIT;

	for (uint32_t i = 0; i < a->n; i++) {
		if (a->target[i].bad || local_images_find(images, action_name(a, i)))
			continue;
		buf_reset(&why);
		buf_addf(&why, "%s has no image %s", a->rt->name, action_name(a, i));
		action_spoil(a, i, buf_str(&why));
	}
	buf_release(&why);
}

static uint32_t count_good(const struct action *a)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		n += a->target[i].bad == NULL;
	return n;
}

/* The runtime may know an image by a name that hpn would not find it under, as
 * podman does with short names; but it tells of each that is there. */
static int check_images(struct action *a, struct err *err)
{
	const struct local_images *images = action_is_dry(a) ? NULL : action_images(a, NULL);
	uint32_t good = count_good(a);

	if (a->console->ended_by)
		return -1;
	if (images && images->n < good) {
		tell_missing(a, images);
		good = images->n;
	}
	if (good == a->n)
		return 0;
	return err_set(err,
		       "%u of %u images cannot be in the bundle %s, and nothing was saved;"
		       " pull them, or take them off the list",
		       a->n - good, a->n, cfg_str(a->cfg, OPT_BUNDLE));
}

int bundle_begin(struct action *a, struct err *err)
{
	const char *file = cfg_str(a->cfg, OPT_BUNDLE);
	size_t dir = publish_dir_length(file);

	if (!bundle_wanted(a))
		return 0;
	if (check_runtime(a, err))
		return -1;
	if ((!action_is_dry(a) && replace_check(file, err)) || check_images(a, err))
		return -1;
	strvec_push(&a->paths, file);
	a->n = 1;
	a->base = dir ? arena_copy(&a->texts, file, dir > 1 ? dir - 1 : dir) : ".";
	return 0;
}

/* ---- the commands ---- */

int bundle_argv(const struct action *a, enum rt_verb verb, const struct rt_call *call,
		struct strvec *argv, struct err *err)
{
	if (runtime_argv(a->rt, verb, call, argv, err))
		return -1;
	for (size_t i = 0; i < a->list.n; i++)
		if (!a->list.item[i].bad)
			strvec_push(argv, a->list.item[i].name);
	return 0;
}

/* By its last part only: docker shortens names, and podman has other registries
 * in mind when a name has none. A name with a digest is no tag. */
void bundle_add_tags(const struct action *a, struct strvec *argv)
{
	for (size_t i = 0; i < a->list.n; i++) {
		struct span base;
		struct ref ref;

		if (ref_parse(a->list.item[i].name, &ref, NULL) || ref.digest.len)
			continue;
		base = ref_base(&ref);
		strvec_push(argv, "--tag");
		if (ref.tag.len)
			strvec_pushf(argv, "%.*s:%.*s", (int)base.len, base.s, (int)ref.tag.len,
				     ref.tag.s);
		else
			strvec_pushf(argv, "%.*s:" REF_DEFAULT_TAG, (int)base.len, base.s);
	}
}
