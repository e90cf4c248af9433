/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/image.h"

#include <stdio.h>
#include <string.h>

#include "archive/path.h"
#include "base/mem.h"

static json_t *diff_ids(const json_t *config)
{
	return json_list(json_object_get(config, "rootfs"), "diff_ids");
}

/* As references to platforms are written; an empty part is left out. */
static char *platform_of(const json_t *config)
{
	static const char *const keys[] = { "os", "architecture", "variant" };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < 3; i++) {
		const char *part = json_str(config, keys[i]);

		if (part && *part)
			buf_addf(&b, "%s%s", b.len ? "/" : "", part);
	}
	return b.data ? buf_detach(&b) : mem_strdup("");
}

static struct check_image *find(struct check_report *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->images[i].id, id) == 0)
			return &r->images[i];
	return NULL;
}

static struct check_image *add(struct check_report *r, const char *id, const json_t *config)
{
	struct check_image *image;

	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 4;
		r->images = mem_grow(r->images, r->cap, sizeof(*r->images));
	}
	image = &r->images[r->n++];
	memset(image, 0, sizeof(*image));
	memcpy(image->id, id, strlen(id) + 1);
	image->platform = platform_of(config);
	return image;
}

/* "HEX.json" and the like say what is in them. */
static int check_name(const struct entry *e, struct err *err)
{
	const char *base = strrchr(e->name, '/');
	char hex[SUM_HEX + 1];

	base = base ? base + 1 : e->name;
	if (strncmp(base, "sha256:", 7) == 0)
		base += 7;
	if (!sum_leads(base) || (base[SUM_HEX] && base[SUM_HEX] != '.'))
		return 0;
	sum_hex(e->sum, hex);
	if (strncmp(base, hex, SUM_HEX) != 0)
		return err_set(err, "the content of '%s' is damaged: its sha256 is %s", e->name,
			       hex);
	return 1;
}

/* What is not an image of a system, such as a chart, says nothing of its layers. */
static int check_config(const struct entry *e, const json_t *config, size_t n_layers,
			struct err *err)
{
	const json_t *ids = diff_ids(config);

	if (!json_is_object(config))
		return err_set(err, "'%s' is not an image's configuration", e->name);
	if (json_keys(e->name, config, "rootfs os architecture variant", err) ||
	    json_keys(e->name, json_object_get(config, "rootfs"), "type diff_ids", err))
		return -1;
	if (ids && json_array_size(ids) != n_layers)
		return err_set(err, "'%s' has %zu layers, and its manifest names %zu", e->name,
			       json_array_size(ids), n_layers);
	return check_name(e, err) < 0 ? -1 : 0;
}

struct check_image *image_of(struct entries *es, struct check_report *r, const struct entry *config,
			     size_t n_layers, json_t **ret_config, struct err *err)
{
	char id[sizeof(r->images->id)] = "sha256:";
	struct check_image *image;

	*ret_config = json_of(es, config, err);
	if (!*ret_config || check_config(config, *ret_config, n_layers, err))
		return NULL;
	sum_hex(config->sum, id + strlen(id));
	image = find(r, id);
	if (image)
		return image;
	if (r->n == CHECK_MAX_IMAGES) {
		err_set(err, "more than %zu images", CHECK_MAX_IMAGES);
		return NULL;
	}
	return add(r, id, *ret_config);
}

int image_layer(struct check_report *r, struct check_image *image, const json_t *config,
		size_t place, const struct entry *layer, struct err *err)
{
	const char *want = json_string_value(json_array_get(diff_ids(config), place));
	char have[SUM_HEX + 8] = "sha256:";
	bool fresh = place >= image->layers;
	int named;

	if (fresh) {
		image->layers = place + 1;
		image->layers_bytes += layer->size_bytes;
		r->layers++;
		r->zstd += layer->zstd;
	}
	sum_hex(layer->sum, have + strlen(have));
	if (!want && diff_ids(config))
		return err_set(err, "%s: layer %zu has no diff_id", image->id, place + 1);
	if (want && strcmp(want, have) == 0)
		return 0;
	if (want && !layer->packed)
		return err_set(err, "%s: layer '%s' is damaged: its sha256 is not its diff_id",
			       image->id, layer->name);
	named = check_name(layer, err);
	r->unchecked += fresh && !named;
	return named < 0 ? -1 : 0;
}

int image_tag(struct check_image *image, const char *tag, struct err *err)
{
	for (size_t i = 0; i < image->tags.n; i++)
		if (strcmp(image->tags.v[i], tag) == 0)
			return 0;
	if (image->tags.n == CHECK_MAX_TAGS)
		return err_set(err, "%s has more than %zu names", image->id, CHECK_MAX_TAGS);
	strvec_push(&image->tags, tag);
	return 0;
}

bool image_has_layers(const json_t *config)
{
	return diff_ids(config) != NULL;
}

int image_missing(struct check_report *r, const char *by, const char *what, const char *name,
		  struct err *err)
{
	struct buf shown = BUF_INIT;

	r->trouble = CHECK_HOLLOW;

	err_set(err, "%s names %s '%s', which is not in the archive", by, what,
		path_show(name, &shown));
	buf_release(&shown);
	return -1;
}
