/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names.h - what an image is called on the disk and in another registry
 *
 * NAME is always the name as it stands in the list, and one that ref_parse()
 * has accepted; what is returned is appended to a buffer, or is a span of NAME
 * or of static memory.
 */
#ifndef HPN_IMAGE_NAMES_H
#define HPN_IMAGE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "image/name_map.h"
#include "image/ref.h"

/* A file name, in bytes. Some are as long as that: a temporary file must not be
 * named by adding to them. */
#define NAMES_FILE_MAX ((size_t)255)

/*
 * The name of the archive: NAME with each '/' and ':' made '_', then `ext`
 * (".tar").
 *
 * Other forms have a '~' and 16 digits made of NAME before ext. No reference
 * holds a '~', so they are nobody's natural name:
 *   variant 0   the natural name; another form only where that is longer than
 *               a file name may be
 *   variant 1…  names for an image whose natural name is taken
 */
void names_file(const char *name, const char *ext, unsigned variant, struct buf *b);

/* The project of save mode 3: the last part but one, a host too, or library. */
struct span names_save_project(const char *name);

/* The image's own project in push mode 2: the same, but never a host. */
struct span names_push_project(const char *name);

/* Where save mode 1, 2 or 3 puts it: `.`, `./images`, `./images/PROJECT`. An
 * error for a project that would lead out of ./images. */
int names_save_dir(const char *name, int mode, struct buf *b, struct err *err);

/*
 * The path that is shown and written, DIR/FILE, claimed for the image `owner`.
 * Of two images for one path the later gets a distinct one: then ret_earlier
 * is the owner of the first, else it is `owner` itself. The path belongs to
 * `taken`. NULL and err when there is none.
 */
const char *names_claim_path(struct name_map *taken, const char *name, int mode, const char *ext,
			     uint32_t owner, uint32_t *ret_earlier, struct err *err);

/*
 * The push target: REGISTRY/BASE:TAG, or REGISTRY/PROJECT/BASE:TAG when project
 * is not NULL. A name without a tag gets `latest`; one with a digest and no
 * tag gets the algorithm and 12 digits of it (sha256-0123456789ab), never
 * latest. An error when that is not a reference; b is then as it was.
 */
int names_target(const char *name, const char *registry, const char *project, struct buf *b,
		 struct err *err);

#endif
