/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of images, many of them right, many of them nearly so. */
#ifndef HPN_TESTS_REFGEN_H
#define HPN_TESTS_REFGEN_H

#include <string.h>

#include "base/buf.h"
#include "chance.h"

static inline void refgen_pick(struct chance *c, struct buf *b, const char *const *from, size_t n)
{
	buf_adds(b, from[chance_below(c, n)]);
}

static inline void refgen_digest(struct chance *c, struct buf *b)
{
	static const char *const algorithms[] = { "sha256",     "sha256", "sha512", "sha384",
						  "sha256+b64", "md5",    "SHA256" };
	static const size_t lengths[] = { 64, 64, 64, 128, 96, 32, 31 };
	size_t which = chance_below(c, 7);

	refgen_pick(c, b, algorithms + which, 1);
	buf_addc(b, ':');
	if (which > 2 || chance_below(c, 8) == 0)
		which = chance_below(c, 7);
	else
		which = which == 2 ? 3 : 0;
	for (size_t i = 0; i < lengths[which]; i++)
		buf_addc(b, "0123456789abcdef"[chance_below(c, 16)]);
	if (chance_below(c, 20) == 0)
		b->data[b->len - 1] = 'F';
}

/* One more part of a repository's name. */
static inline void refgen_part(struct chance *c, struct buf *b)
{
	static const char *const letters[] = { "a", "b", "0", "img", "node", "x1" };
	static const char *const between[] = { ".", "_", "__", "-", "---", "." };

	refgen_pick(c, b, letters, 6);
	while (chance_below(c, 3) == 0) {
		refgen_pick(c, b, between, 6);
		refgen_pick(c, b, letters, 6);
	}
}

/* Change one byte to one that is often wrong. */
static inline void refgen_spoil(struct chance *c, struct buf *b)
{
	static const char bytes[] = "A_.-:/@[] #\t\n~\x80\x7f";

	if (b->len)
		b->data[chance_below(c, b->len)] = bytes[chance_below(c, sizeof(bytes) - 1)];
}

static inline void refgen_add(struct chance *c, struct buf *b)
{
	static const char *const hosts[] = {
		"quay.io/",   "localhost/",         "localhost:5000/", "[::1]:5000/",
		"[fe80::1]/", "REG.io:443/",        "docker.io/",      "index.docker.io/",
		"a-b.c-d.e/", "docker.io/library/", "10.0.0.1/"
	};
	static const char *const tags[] = { "latest", "1", "v1.2-rc.3", "_x", "A", "1.27-alpine" };
	struct buf one = BUF_INIT;

	if (chance_below(c, 2))
		refgen_pick(c, &one, hosts, sizeof(hosts) / sizeof(hosts[0]));
	for (size_t more = 1 + chance_below(c, 3); more; more--) {
		refgen_part(c, &one);
		if (more > 1)
			buf_addc(&one, '/');
	}
	if (chance_below(c, 2)) {
		buf_addc(&one, ':');
		refgen_pick(c, &one, tags, 6);
	}
	if (chance_below(c, 4) == 0) {
		buf_addc(&one, '@');
		refgen_digest(c, &one);
	}
	if (chance_below(c, 3) == 0)
		refgen_spoil(c, &one);
	buf_add(b, one.data, one.len);
	buf_release(&one);
}

#endif
