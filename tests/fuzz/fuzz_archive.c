/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The checker of archives. No mutation survives a tar's checksums and the
 * sums of blobs, so an input is a recipe: files, each "NAME\nCONTENT", with
 * \x01 between them. In names and contents @A to @Z stand for the sha256 of
 * the first to the 26th file and @a to @z for their sizes. A name that ends
 * in ">" is a symbolic link to the content, "/" a directory. An input that
 * begins with "raw" is the archive itself, behind these three bytes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "archive/check.h"
#include "../unit/tarmaker.h"

#define MAX_FILES 26

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct recipe {
	struct buf tar;
	char hex[MAX_FILES][SUM_HEX + 1];
	size_t bytes[MAX_FILES];
	size_t n;
};

static void expand(const struct recipe *r, const char *text, size_t len, struct buf *b)
{
	for (size_t i = 0; i < len; i++) {
		size_t file = SIZE_MAX;
		char c = i + 1 < len ? text[i + 1] : 0;

		if (text[i] == '@' && c >= 'A' && c <= 'Z')
			file = (size_t)(c - 'A');
		else if (text[i] == '@' && c >= 'a' && c <= 'z')
			file = (size_t)(c - 'a');
		if (file >= r->n) {
			buf_addc(b, text[i]);
			continue;
		}
		if (c <= 'Z')
			buf_adds(b, r->hex[file]);
		else
			buf_addf(b, "%zu", r->bytes[file]);
		i++;
	}
}

/* A file may have its own sum in its name, so the content comes first. */
static void cook_file(struct recipe *r, const char *text, size_t len)
{
	const char *line = memchr(text, '\n', len);
	size_t name_len = line ? (size_t)(line - text) : len;
	struct buf name = BUF_INIT, content = BUF_INIT;
	char type = '0';

	if (line)
		expand(r, line + 1, len - name_len - 1, &content);
	if (r->n < MAX_FILES) {
		hex_of(buf_str(&content), content.len, r->hex[r->n]);
		r->bytes[r->n++] = content.len;
	}
	expand(r, text, name_len, &name);
	if (name.len && name.data[name.len - 1] == '>') {
		name.data[--name.len] = '\0';
		type = '2';
	} else if (name.len && name.data[name.len - 1] == '/') {
		type = '5';
	}
	if (type == '0')
		tar_file(&r->tar, buf_str(&name), buf_str(&content), content.len);
	else
		tar_add(&r->tar, buf_str(&name), type, buf_str(&content), NULL, 0);
	buf_release(&name);
	buf_release(&content);
}

static void cook(struct recipe *r, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, 1, len);
		size_t part = end ? (size_t)(end - text) : len;

		cook_file(r, text, part);
		part += end != NULL;
		text += part;
		len -= part;
	}
	tar_end(&r->tar);
}

struct memory {
	const char *data;
	size_t len, chunk;
};

static ssize_t give(void *user, const void **ret_data, struct err *err)
{
	struct memory *m = user;
	size_t n = m->len < m->chunk ? m->len : m->chunk;

	(void)err;
	*ret_data = m->data;
	m->data += n;
	m->len -= n;
	return (ssize_t)n;
}

/* What is good must be good however it comes, and can be printed. */
static int check(const char *data, size_t len, size_t chunk, struct buf *json)
{
	struct memory m = { .data = data, .len = len, .chunk = chunk };
	struct source src = { .read = give, .user = &m };
	struct check_report report;
	struct err err = { "" };
	int rc = check_archive(&src, &report, &err);

	if (rc && !err.text[0])
		abort();
	if (!rc)
		check_json(&report, json);
	if (!rc && (m.len || !report.n))
		abort();
	check_release(&report);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT, pieces = BUF_INIT;
	struct recipe r = { .tar = BUF_INIT };

	if (size >= 3 && memcmp(data, "raw", 3) == 0)
		buf_add(&r.tar, data + 3, size - 3);
	else
		cook(&r, (const char *)data, size);
	if (check(buf_str(&r.tar), r.tar.len, SIZE_MAX, &whole) !=
	    check(buf_str(&r.tar), r.tar.len, 700, &pieces))
		abort();
	if (strcmp(buf_str(&whole), buf_str(&pieces)) != 0)
		abort();
	buf_release(&r.tar);
	buf_release(&whole);
	buf_release(&pieces);
	return 0;
}
