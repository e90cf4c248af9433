/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docker-archive: manifest.json is a list of images, each with the names of
 * its configuration and of its layers. What else is there ("repositories",
 * VERSION and json next to a layer) is for readers of ten years ago.
 */
#include "archive/image.h"
#include "archive/path.h"

#define MANIFEST "manifest.json"

static int judge_layers(struct entries *es, struct check_report *r, struct check_image *image,
			const json_t *layers, const json_t *config, struct err *err)
{
	for (size_t i = 0; i < json_array_size(layers); i++) {
		const char *name = json_string_value(json_array_get(layers, i));
		const struct entry *e = name ? entries_file(es, name) : NULL;

		if (!e)
			return image_missing(r, MANIFEST, "layer", name ? name : "?", err);
		if (image_layer(r, image, config, i, e, err))
			return -1;
	}
	return 0;
}

static int add_tags(struct check_image *image, const json_t *tags, struct err *err)
{
	if (tags && !json_is_null(tags) && !json_is_array(tags))
		return err_set(err, MANIFEST ": RepoTags is not a list");
	for (size_t i = 0; i < json_array_size(tags); i++) {
		const char *tag = json_string_value(json_array_get(tags, i));

		if (!tag)
			return err_set(err, MANIFEST ": RepoTags holds what is not a name");
		if (image_tag(image, tag, err))
			return -1;
	}
	return 0;
}

static int judge_image(struct entries *es, struct check_report *r, const json_t *m, struct err *err)
{
	static const char keys[] = "Config RepoTags Layers Parent LayerSources";
	const char *name = json_str(m, "Config");
	const json_t *layers = json_list(m, "Layers");
	const struct entry *e = name ? entries_file(es, name) : NULL;
	struct check_image *image;
	json_t *config = NULL;
	int rc = -1;

	if (json_keys(MANIFEST, m, keys, err))
		return -1;
	if (!name)
		return err_set(err, MANIFEST ": an image without a Config");
	if (!e)
		return image_missing(r, MANIFEST, "configuration", name, err);
	image = image_of(es, r, e, json_array_size(layers), &config, err);
	if (image && !image_has_layers(config))
		image = NULL,
		err_set(err, MANIFEST ": the configuration '%s' has no rootfs", e->name);
	if (image && !add_tags(image, json_object_get(m, "RepoTags"), err))
		rc = judge_layers(es, r, image, layers, config, err);
	json_decref(config);
	return rc;
}

int docker_judge(struct entries *es, struct check_report *r, struct err *err)
{
	json_t *list = json_of(es, entries_file(es, MANIFEST), err);
	int rc = 0;

	if (!list)
		return -1;
	if (!json_is_array(list) || !json_array_size(list))
		rc = err_set(err, MANIFEST " is not a list of images");
	for (size_t i = 0; !rc && i < json_array_size(list); i++)
		rc = judge_image(es, r, json_array_get(list, i), err);
	json_decref(list);
	return rc;
}
