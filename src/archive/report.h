/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report.h - what is found in an archive
 *
 * check_archive() fills it in; the readers of the two forms add to it.
 */
#ifndef HPN_ARCHIVE_REPORT_H
#define HPN_ARCHIVE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
