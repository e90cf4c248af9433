/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images out of YAML, and the question whether a text is YAML at all. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/yamllist.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *data;
	size_t len;
};

static ssize_t read_bytes(void *user, char *to, size_t n)
{
	struct bytes *b = user;

	if (n > b->len)
		n = b->len;
	if (n)
		memcpy(to, b->data, n);
	b->data += n;
	b->len -= n;
	return (ssize_t)n;
}

/* As many images as bytes would mean that something was followed twice. */
static int take(void *user, const struct list_found *found, struct err *err)
{
	size_t *left = user;

	MUST(found->len && found->line && *left);
	MUST(found->bad == NULL || found->bad[0]);
	--*left;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes from = { data, size };
	size_t left = size;
	struct list_source source = { read_bytes, &from };
	struct list_sink sink = { take, &left };
	struct err err = { "" };
	int errnum, rc;

	rc = yamllist_read(&source, &sink, &errnum, &err);
	MUST(errnum == 0 && !rc == !err.text[0]);
	yamllist_detect("l", (const char *)data, size, 0);
	yamllist_detect("l.yml", (const char *)data, size, 1);
	return 0;
}
