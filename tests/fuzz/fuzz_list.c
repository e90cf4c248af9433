/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list, read at once and in small pieces: both must find the same. The first
 * byte chooses the form and the size of a piece.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/list.h"
#include "image/ref.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *data;
	size_t len;
	size_t piece;
};

static ssize_t read_bytes(void *user, char *to, size_t n)
{
	struct bytes *b = user;

	if (n > b->piece)
		n = b->piece;
	if (n > b->len)
		n = b->len;
	if (n)
		memcpy(to, b->data, n);
	b->data += n;
	b->len -= n;
	return (ssize_t)n;
}

static int read_list(struct list *l, struct bytes from, enum list_form form, struct err *err)
{
	struct list_source source = { read_bytes, &from };

	list_init(l);
	return list_read_source(l, "list", &source, form, err);
}

static void check_item(const struct list_item *it)
{
	MUST(it->name[0] && it->line);
	for (const char *s = it->name; *s; s++)
		MUST((unsigned char)*s >= ' ' && *s != 0x7f);
	if (it->bad)
		MUST(it->bad[0]);
	else
		MUST(!ref_parse(it->name, NULL, NULL));
}

static void check_same(const struct list *a, const struct list *b)
{
	MUST(a->n == b->n && a->n_bad == b->n_bad && a->n_again == b->n_again);
	for (size_t i = 0; i < a->n; i++) {
		MUST(!strcmp(a->item[i].name, b->item[i].name));
		MUST(a->item[i].line == b->item[i].line);
		MUST(a->item[i].priority == b->item[i].priority);
		MUST(!a->item[i].bad == !b->item[i].bad);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how = size ? data[0] : 0;
	struct bytes from = { data + (size > 0), size - (size > 0), SIZE_MAX };
	enum list_form form = how & 1 ? LIST_PLAIN : LIST_AUTO;
	struct err err = { "" };
	struct list whole, pieces;
	int rc;

	rc = read_list(&whole, from, form, &err);
	MUST(!rc == !err.text[0]);
	from.piece = 1 + (how >> 1);
	MUST(read_list(&pieces, from, form, NULL) == rc);
	for (size_t i = 0; i < whole.n; i++)
		check_item(&whole.item[i]);
	if (!rc)
		check_same(&whole, &pieces);
	list_release(&whole);
	list_release(&pieces);
	return 0;
}
