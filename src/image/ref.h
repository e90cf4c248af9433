/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ref.h - the name of an image, taken apart
 *
 *   [HOST[:PORT]/]PATH[:TAG][@ALGORITHM:HEX]
 *
 * The grammar is that of the distribution project's references, which docker,
 * podman and nerdctl share. Two things are as those programs have them, and
 * not as the bare grammar would: the first of several parts is a registry host
 * only when it holds a '.' or ':' or is `localhost` (so `Foo/bar` is a path in
 * upper case, and refused), and 64 hexadecimal digits are an image id.
 */
#ifndef HPN_IMAGE_REF_H
#define HPN_IMAGE_REF_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define REF_NAME_MAX ((size_t)255) /* HOST/PATH */
#define REF_TAG_MAX ((size_t)128)
#define REF_DEFAULT_HOST "docker.io"
#define REF_DEFAULT_TAG "latest"

/* A piece of somebody else's string: not NUL-terminated. */
struct span {
	const char *s;
	size_t len;
};

/* Each span points into the string that was parsed, and lives as long. What
 * is not written has len 0. */
struct ref {
	struct span host;   /* quay.io, localhost:5000, [::1]:5000 */
	struct span path;   /* calico/node; as written, no library/ added */
	struct span tag;    /* v1 */
	struct span digest; /* sha256:0f... */
};

/*
 * Take a name apart, without changing or allocating anything. ret may be NULL
 * for a mere check. The error says what is wrong and what to do, and does not
 * repeat the name; it begins "invalid reference format: ", as runtimes do.
 *
 * A name that passes never begins with '-', holds no blank, no control
 * character and no byte above 0x7e, and none of its parts is "." or "..".
 */
int ref_parse(const char *name, struct ref *ret, struct err *err);
int ref_parsen(const char *name, size_t len, struct ref *ret, struct err *err);

/* The last part of the path: what is left of the name in a push target. */
struct span ref_base(const struct ref *ref);

/* The registry that serves the image: REF_DEFAULT_HOST when none is written,
 * also for index.docker.io. What lanes are made of. */
struct span ref_registry(const struct ref *ref);

/*
 * Append the canonical form; equal forms are one image. nginx, nginx:latest
 * and docker.io/library/nginx are one. A digest adds no tag, so `a@D` is not
 * `a:latest@D`: a runtime pulls the same bytes for both, but they are saved
 * and pushed under different names, and taking them for one would lose one.
 */
void ref_key(const struct ref *ref, struct buf *b);

#endif
