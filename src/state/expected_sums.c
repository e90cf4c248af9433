/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/expected_sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static struct sum_file *page_of(struct expected_sums *b, const char *dir)
{
	struct sum_file *p;

	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->v[i].dir, dir))
			return &b->v[i];
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 8;
		b->v = mem_grow(b->v, b->cap, sizeof(*b->v));
	}
	p = &b->v[b->n++];
	*p = (struct sum_file){ .dir = mem_strdup(dir) };
	sums_read(&p->sums, dir, SUMS_NAME, &p->err);
	return p;
}

/* The folder that the path up to `len` is in; *ret_rest is where the name
 * begins. 0: the current one. */
static size_t parent(const char *path, size_t len, size_t *ret_rest)
{
	while (len && path[len - 1] != '/')
		len--;
	*ret_rest = len;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

int expected_sums_find(struct expected_sums *b, const char *path, const char **ret_hex,
		       struct err *err)
{
	size_t len = strlen(path), rest = len;
	struct buf dir = BUF_INIT;
	int rc = 0;

	*ret_hex = NULL;
	for (int up = 0; !rc && !*ret_hex && up < 2 && rest; up++) {
		const struct sum_file *p;

		len = parent(path, len, &rest);
		buf_reset(&dir);
		buf_add(&dir, path, len);
		p = page_of(b, len ? buf_str(&dir) : ".");
		if (*p->err.text)
			rc = err_set(err, "%s", p->err.text);
		*ret_hex = sums_find(&p->sums, path + rest);
	}
	buf_release(&dir);
	return rc;
}

/* What stands before the names of this page, as paths are shown. */
static void prefix_of(const struct sum_file *p, struct buf *b)
{
	buf_reset(b);
	if (strcmp(p->dir, ".") != 0)
		buf_addf(b, "%s/", p->dir);
}

static bool is_below(const char *dir, const char *below)
{
	size_t len = strlen(dir);

	if (!strcmp(dir, ".") && below[0] != '/')
		return true;
	return strncmp(dir, below, len) == 0 && (!below[len] || below[len] == '/');
}

static void add_missing(const struct sum_file *p, bool (*wanted)(const char *name),
			struct strvec *paths)
{
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < p->sums.n; i++) {
		const char *name = p->sums.v[i].name;

		if (!wanted(name) || !sums_is_inside(name))
			continue;
		prefix_of(p, &path);
		buf_adds(&path, name);
		if (access(buf_str(&path), F_OK) < 0 && errno == ENOENT)
			strvec_push(paths, buf_str(&path));
	}
	buf_release(&path);
}

int expected_sums_missing(struct expected_sums *b, const char *dir,
			  bool (*wanted)(const char *name), struct strvec *paths, struct err *err)
{
	page_of(b, dir);
	for (size_t i = 0; i < b->n; i++) {
		const struct sum_file *p = &b->v[i];

		if (!is_below(dir, p->dir))
			continue;
		if (*p->err.text)
			return err_set(err, "%s", p->err.text);
		add_missing(p, wanted, paths);
	}
	return 0;
}

void expected_sums_release(struct expected_sums *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->v[i].dir);
		sums_release(&b->v[i].sums);
	}
	free(b->v);
	*b = (struct expected_sums){ 0 };
}
