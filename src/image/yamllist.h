/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * yamllist.h - the images of a compose file or of Kubernetes manifests
 *
 * Taken is, in any mapping of any document,
 *   image: TEXT
 *   image: {registry: …, repository: …, tag: …, digest: …}   as charts have it
 *   image: {reference: TEXT}                                 image volumes
 * An alias to a text counts as that text; no other alias is followed, so none
 * can make a small file large. An image that is null or empty is none.
 */
#ifndef HPN_IMAGE_YAMLLIST_H
#define HPN_IMAGE_YAMLLIST_H

#include <stddef.h>

#include "base/err.h"
#include "image/listio.h"

#define YAMLLIST_MAX_BYTES ((size_t)64 << 20)
#define YAMLLIST_MAX_DEPTH 128

/* Read all documents. An error is one line, "LINE: what is wrong"; what was
 * found before it has been handed to the sink already. A failing source's
 * -errno comes back in ret_errnum, which is 0 for other errors. */
int yamllist_read(const struct list_source *source, const struct list_sink *sink, int *ret_errnum,
		  struct err *err);

/*
 * Is this file YAML, and no list with a reference a line? `head` is its
 * beginning, `whole` says that it is all of it. Whatever the content, a file
 * with a valid reference on a line that is not indented is a list. Else a name
 * in .yaml or .yml decides, and else that it begins like a mapping and has
 * `image:`, `services:` or `apiVersion:` in it.
 */
int yamllist_detect(const char *file, const char *head, size_t len, int whole);

#endif
