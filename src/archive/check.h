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

#include "archive/report.h"
#include "archive/source.h"
#include "base/buf.h"
#include "base/err.h"

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
