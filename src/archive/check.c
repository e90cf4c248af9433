/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/check.h"

#include <stdlib.h>
#include <string.h>

#include "archive/image.h"

static void free_image(struct check_image *image)
{
	free(image->platform);
	strvec_release(&image->tags);
}

/* They have the form of images, and are none. */
static void drop_attestations(struct check_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->images[i].platform, "unknown/unknown") == 0)
			free_image(&r->images[i]);
		else
			r->images[n++] = r->images[i];
	}
	r->n = n;
}

static int judge(struct entries *es, struct check_report *r, struct err *err)
{
	bool docker = entries_file(es, "manifest.json"), oci = entries_file(es, "index.json");

	r->foreign = !docker && !oci;
	if (r->foreign)
		return err_set(err, "neither manifest.json nor index.json is in it: "
				    "not an archive of images");
	if (!docker && entries_file(es, "repositories"))
		return err_set(err, "'repositories' names images, and manifest.json is not in it:"
				    " an engine may load others than those of index.json");
	r->format = docker && oci ? "docker-archive+oci" : docker ? "docker-archive" : "oci";
	if (docker && docker_judge(es, r, err))
		return -1;
	if (oci && oci_judge(es, r, err))
		return -1;
	drop_attestations(r);
	return r->n ? 0 : err_set(err, "not one image is in it");
}

int check_archive(const struct source *src, struct check_report *ret_report, struct err *err)
{
	struct entries es = ENTRIES_INIT;
	int rc;

	memset(ret_report, 0, sizeof(*ret_report));
	rc = entries_read(&es, src, err);
	if (es.cut)
		ret_report->trouble = CHECK_CUT;
	if (!rc)
		rc = judge(&es, ret_report, err);
	ret_report->bytes = es.bytes;
	ret_report->entries = es.n;
	entries_release(&es);
	return rc;
}

void check_release(struct check_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free_image(&r->images[i]);
	free(r->images);
	memset(r, 0, sizeof(*r));
}

static json_t *image_json(const struct check_image *image)
{
	json_t *o = json_object(), *tags = json_array();

	for (size_t i = 0; i < image->tags.n; i++)
		json_array_append_new(tags, json_string(image->tags.v[i]));
	json_object_set_new(o, "id", json_string(image->id));
	if (image->digest[0])
		json_object_set_new(o, "digest", json_string(image->digest));
	json_object_set_new(o, "platform", json_string(image->platform));
	json_object_set_new(o, "tags", tags);
	json_object_set_new(o, "layers_bytes", json_integer((json_int_t)image->layers_bytes));
	return o;
}

void check_json(const struct check_report *r, struct buf *b)
{
	json_t *o = json_object(), *images = json_array();
	char *text;

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(images, image_json(&r->images[i]));
	json_object_set_new(o, "format", json_string(r->format));
	json_object_set_new(o, "images", images);
	if (r->index[0])
		json_object_set_new(o, "index", json_string(r->index));
	json_object_set_new(o, "tar_bytes", json_integer((json_int_t)r->bytes));
	json_object_set_new(o, "entries", json_integer((json_int_t)r->entries));
	json_object_set_new(o, "layers", json_integer((json_int_t)r->layers));
	json_object_set_new(o, "zstd", json_integer((json_int_t)r->zstd));
	json_object_set_new(o, "unchecked", json_integer((json_int_t)r->unchecked));
	json_object_set_new(o, "absent", json_integer((json_int_t)r->absent));
	text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(o);
	if (text)
		buf_add(b, text + 1, strlen(text) - 2);
	free(text);
}
