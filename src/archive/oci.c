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
#define KEYS "schemaVersion mediaType manifests layers config annotations"
#define DIGEST_LEN (7 + SUM_HEX)

struct walk {
	struct entries *es;
	struct check_report *r;
	bool docker; /* manifest.json has said the names of images, too */
	struct err *err;
};

/* What a descriptor of index.json says of names; NULL: nothing. */
struct names {
	const char *full; /* of containerd */
	const char *ref;  /* a name, or only its tag */
};

/* What a descriptor points at; *ret is NULL when that is not there. */
static int lookup(struct walk *w, const char *by, const json_t *descriptor, struct entry **ret)
{
	const char *digest = json_str(descriptor, "digest");
	const json_t *size = json_object_get(descriptor, "size");
	char name[sizeof(BLOBS) + SUM_HEX];

	*ret = NULL;
	if (json_keys(by, descriptor, "mediaType digest size annotations platform urls data",
		      w->err))
		return -1;
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
			return image_missing(w->r, by, "layer", json_str(d, "digest"), w->err);
		if (image && image_layer(w->r, image, config, i, e, w->err))
			return -1;
	}
	return 0;
}

/* Registries also hold things that are not images, with manifests of the same
 * form: what tells them is the type of their configuration. */
static bool is_image_config(const json_t *descriptor)
{
	const char *type = json_str(descriptor, "mediaType");

	return !type || strcmp(type, "application/vnd.oci.image.config.v1+json") == 0 ||
	       strcmp(type, "application/vnd.docker.container.image.v1+json") == 0;
}

/* "docker.io/library/" may be left out of a name. */
static const char *short_of(const char *name)
{
	static const char *const usual[] = { "docker.io/", "library/" };

	for (size_t i = 0; i < 2; i++)
		if (strncmp(name, usual[i], strlen(usual[i])) == 0)
			name += strlen(usual[i]);
	return name;
}

static bool is_known(const struct check_image *image, const char *name)
{
	for (size_t i = 0; i < image->tags.n; i++)
		if (strcmp(short_of(image->tags.v[i]), short_of(name)) == 0)
			return true;
	return false;
}

/* What stands in manifest.json is written as users write it; engines that read
 * index.json give the image the names that are there. */
static int add_name(struct walk *w, struct check_image *image, const char *name)
{
	return !name || (w->docker && is_known(image, name)) ? 0 : image_tag(image, name, w->err);
}

static int name_image(struct walk *w, struct check_image *image, const struct entry *manifest,
		      const struct names *names)
{
	if (!image->digest[0]) {
		memcpy(image->digest, "sha256:", 7);
		sum_hex(manifest->sum, image->digest + 7);
	}
	return add_name(w, image, names->full) || add_name(w, image, names->ref) ? -1 : 0;
}

static int judge_manifest(struct walk *w, const struct entry *e, const json_t *m,
			  const struct names *names)
{
	const json_t *layers = json_list(m, "layers"), *d = json_object_get(m, "config");
	struct check_image *image = NULL;
	json_t *config = NULL;
	struct entry *c;
	int rc = -1;

	if (lookup(w, e->name, d, &c))
		return -1;
	if (!c)
		return image_missing(w->r, e->name, "configuration", json_str(d, "digest"), w->err);
	if (is_image_config(d)) {
		image = image_of(w->es, w->r, c, json_array_size(layers), &config, w->err);
		if (image && json_str(d, "mediaType") && !image_has_layers(config))
			image = NULL,
			err_set(w->err, "the configuration '%s' has no rootfs", c->name);
		if (image && name_image(w, image, e, names))
			image = NULL;
	}
	if (image || !is_image_config(d))
		rc = judge_layers(w, e->name, image, layers, config);
	json_decref(config);
	return rc;
}

/* The tag alone is not a name where there is a full one. */
static struct names names_of(const json_t *descriptor)
{
	const json_t *notes = json_object_get(descriptor, "annotations");
	struct names n = { json_str(notes, "io.containerd.image.name"),
			   json_str(notes, "org.opencontainers.image.ref.name") };

	if (n.full && n.ref &&
	    (!strpbrk(n.ref, "/:@") || !strcmp(short_of(n.full), short_of(n.ref))))
		n.ref = NULL;
	return n;
}

static int judge_index(struct walk *w, const char *by, const json_t *list,
		       const struct names *names, unsigned level);

static int judge_object(struct walk *w, struct entry *e, const struct names *names, unsigned level)
{
	json_t *object, *list;
	int rc;

	if (e->seen && !names->full && !names->ref)
		return 0;
	e->seen = true;
	object = json_of(w->es, e, w->err);
	if (!object)
		return -1;
	list = json_list(object, "manifests");
	if (json_keys(e->name, object, KEYS, w->err))
		rc = -1;
	else if (list && json_object_get(object, "layers"))
		rc = err_set(w->err, "'%s' could be a manifest, and an index", e->name);
	else if (list)
		rc = judge_index(w, e->name, list, names, level + 1);
	else if (json_list(object, "layers"))
		rc = judge_manifest(w, e, object, names);
	else
		rc = err_set(w->err, "'%s' is neither a manifest nor an index", e->name);
	json_decref(object);
	return rc;
}

/* Below the top, what an engine did not pull it cannot have written. */
static int judge_index(struct walk *w, const char *by, const json_t *list,
		       const struct names *names, unsigned level)
{
	struct names own;
	size_t there = 0;

	if (level > MAX_LEVELS)
		return err_set(w->err, "%s: indexes in indexes, more than %d deep", by, MAX_LEVELS);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		struct entry *e;

		if (lookup(w, by, d, &e))
			return -1;
		if (!e && !level)
			return image_missing(w->r, by, "manifest", json_str(d, "digest"), w->err);
		w->r->absent += !e;
		there += e != NULL;
		own = level ? *names : names_of(d);
		if (e && judge_object(w, e, &own, level))
			return -1;
	}
	if (!there)
		w->r->trouble = CHECK_HOLLOW;
	return there ? 0 : err_set(w->err, "%s: not one of its images is in the archive", by);
}

static int check_layout(struct walk *w)
{
	const struct entry *e = entries_file(w->es, LAYOUT);
	const char *version;
	json_t *layout;
	int rc = 0;

	if (!e)
		return err_set(w->err, "no '" LAYOUT "' next to " INDEX);
	layout = json_of(w->es, e, w->err);
	if (!layout)
		return -1;
	version = json_str(layout, "imageLayoutVersion");
	if (!version || strncmp(version, "1.", 2) != 0)
		rc = err_set(w->err, "'" LAYOUT "' has a version that is not known here");
	json_decref(layout);
	return rc;
}

/* Engines with containerd's store know an image by this digest, whatever it is of. */
static void note_index(struct check_report *r, const json_t *list)
{
	const char *digest = json_str(json_array_get(list, 0), "digest");

	for (size_t i = 1; digest && i < json_array_size(list); i++) {
		const char *other = json_str(json_array_get(list, i), "digest");

		if (!other || strcmp(other, digest) != 0)
			return;
	}
	if (digest)
		snprintf(r->index, sizeof(r->index), "%s", digest);
}

int oci_judge(struct entries *es, struct check_report *r, struct err *err)
{
	struct walk w = { .es = es, .r = r, .docker = r->n > 0, .err = err };
	json_t *index;
	int rc;

	if (check_layout(&w))
		return -1;
	index = json_of(es, entries_file(es, INDEX), err);
	if (!index)
		return -1;
	rc = json_keys(INDEX, index, KEYS, err);
	if (!rc)
		rc = judge_index(&w, INDEX, json_list(index, "manifests"), NULL, 0);
	if (!rc)
		note_index(r, json_list(index, "manifests"));
	json_decref(index);
	return rc;
}
