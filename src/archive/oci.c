/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OCI layout: index.json names manifests, or indexes that name manifests, and
 * a manifest names a configuration and layers; each by its sha256, under which
 * it lies in blobs/sha256. That a blob is what its name says was checked when
 * it was read, so here it is enough that it is there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/image.h"
#include "archive/path.h"

#define INDEX "index.json"
#define LAYOUT "oci-layout"
#define BLOBS "blobs/sha256/"
#define MAX_LEVELS 4
#define DIGEST_LEN (7 + SUM_HEX)

struct walk {
	struct entries *es;
	struct check_report *r;
	bool tags; /* take the images' names from annotations */
	struct err *err;
};

/* What a descriptor points at; *ret is NULL when that is not there. */
static int lookup(struct walk *w, const char *by, const json_t *descriptor, struct entry **ret)
{
	const char *digest = json_str(descriptor, "digest");
	const json_t *size = json_object_get(descriptor, "size");
	char name[sizeof(BLOBS) + SUM_HEX];

	*ret = NULL;
	if (!digest || strncmp(digest, "sha256:", 7) != 0 || strlen(digest) != DIGEST_LEN ||
	    !sum_leads(digest + 7))
		return err_set(w->err, "%s: a digest that is not a sha256", by);
	snprintf(name, sizeof(name), BLOBS "%s", digest + 7);
	*ret = entries_file(w->es, name);
	if (!*ret)
		return 0;
	/* A link would lead past the check of its name. */
	if (strcmp((*ret)->name, name) != 0)
		return err_set(w->err, "'%s' is a link, and not a blob", name);
	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    (uint64_t)json_integer_value(size) != (*ret)->size_bytes)
		return err_set(w->err, "'%s' has %" PRIu64 " bytes; %s says otherwise", name,
			       (*ret)->size_bytes, by);
	return 0;
}

/* Layers that may not be passed on are fetched from where they are published. */
static bool may_be_elsewhere(const json_t *descriptor)
{
	const char *type = json_str(descriptor, "mediaType");

	return type && (strstr(type, "nondistributable") || strstr(type, ".foreign."));
}

static int judge_layers(struct walk *w, const char *by, struct check_image *image,
			const json_t *layers, const json_t *config)
{
	for (size_t i = 0; i < json_array_size(layers); i++) {
		const json_t *d = json_array_get(layers, i);
		struct entry *e;

		if (lookup(w, by, d, &e))
			return -1;
		if (!e && may_be_elsewhere(d))
			continue;
		if (!e)
			return image_missing(by, "layer", json_str(d, "digest"), w->err);
		if (image && image_layer(w->r, image, config, i, e, w->err))
			return -1;
	}
	return 0;
}

/* Registries also hold things that are no images, with manifests of the same
 * form: what tells them is the type of their configuration. */
static bool is_image_config(const json_t *descriptor)
{
	const char *type = json_str(descriptor, "mediaType");

	return !type || strcmp(type, "application/vnd.oci.image.config.v1+json") == 0 ||
	       strcmp(type, "application/vnd.docker.container.image.v1+json") == 0;
}

static int name_image(struct walk *w, struct check_image *image, const struct entry *manifest,
		      const char *tag)
{
	if (!image->digest[0]) {
		memcpy(image->digest, "sha256:", 7);
		sum_hex(manifest->sum, image->digest + 7);
	}
	return tag && w->tags ? image_tag(image, tag, w->err) : 0;
}

static int judge_manifest(struct walk *w, const struct entry *e, const json_t *m, const char *tag)
{
	const json_t *layers = json_list(m, "layers"), *d = json_object_get(m, "config");
	struct check_image *image = NULL;
	json_t *config = NULL;
	struct entry *c;
	int rc = -1;

	if (lookup(w, e->name, d, &c))
		return -1;
	if (!c)
		return image_missing(e->name, "configuration", json_str(d, "digest"), w->err);
	if (is_image_config(d)) {
		image = image_of(w->es, w->r, c, json_array_size(layers), &config, w->err);
		if (image && name_image(w, image, e, tag))
			image = NULL;
	}
	if (image || !is_image_config(d))
		rc = judge_layers(w, e->name, image, layers, config);
	json_decref(config);
	return rc;
}

static const char *tag_of(const json_t *descriptor)
{
	const json_t *notes = json_object_get(descriptor, "annotations");
	const char *name = json_str(notes, "io.containerd.image.name");

	return name ? name : json_str(notes, "org.opencontainers.image.ref.name");
}

static int judge_index(struct walk *w, const char *by, const json_t *list, const char *tag,
		       unsigned level);

static int judge_object(struct walk *w, struct entry *e, const char *tag, unsigned level)
{
	json_t *object;
	int rc;

	if (e->seen && !(tag && w->tags))
		return 0;
	e->seen = true;
	object = json_of(w->es, e, w->err);
	if (!object)
		return -1;
	if (json_list(object, "manifests"))
		rc = judge_index(w, e->name, json_list(object, "manifests"), tag, level + 1);
	else if (json_list(object, "layers"))
		rc = judge_manifest(w, e, object, tag);
	else
		rc = err_set(w->err, "'%s' is neither a manifest nor an index", e->name);
	json_decref(object);
	return rc;
}

/* Below the top, what an engine did not pull it cannot have written. */
static int judge_index(struct walk *w, const char *by, const json_t *list, const char *tag,
		       unsigned level)
{
	size_t there = 0;

	if (level > MAX_LEVELS)
		return err_set(w->err, "%s: indexes in indexes, more than %d deep", by, MAX_LEVELS);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		const char *name = level ? tag : tag_of(d);
		struct entry *e;

		if (lookup(w, by, d, &e))
			return -1;
		if (!e && !level)
			return image_missing(by, "manifest", json_str(d, "digest"), w->err);
		w->r->absent += !e;
		there += e != NULL;
		if (e && judge_object(w, e, name, level))
			return -1;
	}
	return there ? 0 : err_set(w->err, "%s: not one of its images is in the archive", by);
}

static int check_layout(struct walk *w)
{
	const struct entry *e = entries_file(w->es, LAYOUT);
	const char *version;
	json_t *layout;
	int rc = 0;

	if (!e)
		return err_set(w->err, "no '" LAYOUT "' beside " INDEX);
	layout = json_of(w->es, e, w->err);
	if (!layout)
		return -1;
	version = json_str(layout, "imageLayoutVersion");
	if (!version || strncmp(version, "1.", 2) != 0)
		rc = err_set(w->err, "'" LAYOUT "' has a version that is not known here");
	json_decref(layout);
	return rc;
}

int oci_judge(struct entries *es, struct check_report *r, struct err *err)
{
	/* Where there is a manifest.json too, it says the names as users write them. */
	struct walk w = { .es = es, .r = r, .tags = !r->n, .err = err };
	json_t *index;
	int rc;

	if (check_layout(&w))
		return -1;
	index = json_of(es, entries_file(es, INDEX), err);
	if (!index)
		return -1;
	rc = judge_index(&w, INDEX, json_list(index, "manifests"), NULL, 0);
	json_decref(index);
	return rc;
}
