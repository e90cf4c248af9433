/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check.h - is an image archive complete, and what does it hold?
 *
 * One pass over the bytes, as they stream, in bounded memory. Both forms are
 * known, and mixtures of them: docker-archive (manifest.json, a configuration
 * and layers for each image) and OCI layout (index.json, blobs/sha256).
 *
 * A complete archive:
 *   - is a tar that ends as a tar should, with safe names (entries.h)
 *   - has everything that its manifest or index names, at the size that is
 *     said there
 *   - has in each file that is named by a sha256 the content of that sum, and
 *     in each layer that is not compressed the content that the image's
 *     configuration says (diff_ids)
 * Attestations are checked like images, and not reported as such. A manifest
 * list may name images of other platforms that are not there, as
 * engines write it, as long as it has one; and layers that may not be
 * distributed may be missing.
 */
#ifndef HPN_ARCHIVE_CHECK_H
#define HPN_ARCHIVE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/source.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strvec.h"

#define CHECK_MAX_IMAGES ((size_t)10000)
#define CHECK_MAX_TAGS ((size_t)1000) /* of one image */

struct check_image {
	char id[72];           /* "sha256:...", of the configuration */
	char digest[72];       /* of the manifest; "" in a docker-archive */
	char *platform;        /* "linux/arm64/v8" */
	struct strvec tags;    /* as they are written there */
	uint64_t layers_bytes; /* in the archive */
	size_t layers;
};

/* What kind of trouble it is that was found. */
enum check_trouble {
	CHECK_BAD,    /* damaged, or not an archive that hpn knows */
	CHECK_CUT,    /* the archive ends too early */
	CHECK_HOLLOW, /* a manifest or an index names what is not in it */
};

struct check_report {
	const char *format; /* "docker-archive", "oci" or "docker-archive+oci" */
	struct check_image *images;
	size_t n, cap;
	uint64_t bytes; /* of the tar */
	size_t entries;
	size_t layers;              /* counted for each image */
	size_t zstd;                /* of these: compressed with zstd */
	size_t unchecked;           /* of these: compressed, and with no sum in the archive */
	bool foreign;               /* a complete tar, but neither form of an archive of images */
	size_t absent;              /* images of other platforms, named and not there */
	enum check_trouble trouble; /* where check_archive() returned -1 */
	char index[72]; /* the only digest in index.json; "" where there are several, or none */
};

/*
 * Read the source to its end and judge it. -1 with the first thing that is
 * wrong; the source may not be at its end then. The caller releases the
 * report in either case.
 */
int check_archive(const struct source *src, struct check_report *ret_report, struct err *err);

void check_release(struct check_report *r);

/* Append "format":...,"images":[...] and the numbers, members of a JSON object
 * without its braces, ASCII only. */
void check_json(const struct check_report *r, struct buf *b);

#endif
