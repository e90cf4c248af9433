/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image.h - what both forms of archives share: configurations and layers
 */
#ifndef HPN_ARCHIVE_IMAGE_H
#define HPN_ARCHIVE_IMAGE_H

#include "archive/entries.h"
#include "archive/json.h"
#include "archive/report.h"

/* The two forms; each goes through what its own files name. */
int docker_judge(struct entries *es, struct check_report *r, struct err *err);
int oci_judge(struct entries *es, struct check_report *r, struct err *err);

/*
 * The image with this configuration, which is added if it is new. NULL when
 * the configuration is none, or names another number of layers than n_layers.
 * The diff_ids are *ret_config's, which the caller gives to json_decref().
 */
struct check_image *image_of(struct entries *es, struct check_report *r, const struct entry *config,
			     size_t n_layers, json_t **ret_config, struct err *err);

/* Hold a layer against the diff_id in its place, and count it, once. */
int image_layer(struct check_report *r, struct check_image *image, const json_t *config,
		size_t place, const struct entry *layer, struct err *err);

/* Add a tag, once. */
int image_tag(struct check_image *image, const char *tag, struct err *err);

/* Whether a configuration says which layers there are, as that of every image
 * of a system does. */
bool image_has_layers(const json_t *config);

/* That `by` names something that is not in the archive. Returns -1. */
int image_missing(struct check_report *r, const char *by, const char *what, const char *name,
		  struct err *err);

#endif
