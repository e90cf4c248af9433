/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/entries.h"

#include <stdlib.h>
#include <string.h>

#include "archive/path.h"
#include "archive/tar.h"
#include "base/buf.h"
#include "base/mem.h"

#define MAX_HOPS 8
#define BLOBS "blobs/sha256/"

/* One pass. */
struct scan {
	struct entries *es;
	struct err *err;
	struct tar tar;
	struct buf name, path;
	struct sum sum;
};

static struct entry *add(struct entries *es, const char *name, enum entry_kind kind)
{
	struct entry *e;

	if (es->n == es->cap) {
		es->cap = es->cap ? 2 * es->cap : 64;
		es->v = mem_grow(es->v, es->cap, sizeof(*es->v));
	}
	e = &es->v[es->n++];
	memset(e, 0, sizeof(*e));
	e->name = mem_strdup(name);
	e->kind = kind;
	e->place = es->n;
	return e;
}

static bool is_packed(const unsigned char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t len;
	} kinds[] = {
		{ "\x1f\x8b", 2 },
		{ "BZh", 3 },
		{ "\xfd"
		  "7zXZ",
		  5 },
		{ "\x28\xb5\x2f\xfd", 4 },
		{ "\x04\x22\x4d\x18", 4 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (n >= kinds[i].len && memcmp(p, kinds[i].magic, kinds[i].len) == 0)
			return true;
	return false;
}

/* The first bytes of a file: what is it, and is its text worth keeping? */
static void look(struct scan *s, struct entry *e, const unsigned char *p, size_t n)
{
	size_t at = 0;

	e->packed = is_packed(p, n);
	e->zstd = n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0;
	while (at < n && strchr(" \t\r\n", p[at]))
		at++;
	if (at == n || (p[at] != '{' && p[at] != '[') || e->size_bytes > ENTRIES_TEXT_MAX)
		return;
	if (s->es->texts_bytes + e->size_bytes > ENTRIES_TEXTS_MAX)
		return;
	s->es->texts_bytes += e->size_bytes;
	e->text = mem_alloc((size_t)e->size_bytes);
}

static int read_content(struct scan *s, struct entry *e)
{
	const void *data;
	size_t at = 0;
	ssize_t n;

	while ((n = tar_read(&s->tar, &data)) > 0) {
		if (!at)
			look(s, e, data, (size_t)n);
		if (e->text)
			memcpy(e->text + at, data, (size_t)n);
		sum_add(&s->sum, data, (size_t)n);
		at += (size_t)n;
	}
	sum_end(&s->sum, e->sum);
	return n < 0 ? -1 : 0;
}

/* A blob is what its name says. */
static int check_blob(const struct entry *e, struct err *err)
{
	const char *name = e->name + strlen(BLOBS);
	char hex[SUM_HEX + 1];

	if (strncmp(e->name, BLOBS, strlen(BLOBS)) != 0 || !sum_leads(name) || name[SUM_HEX])
		return 0;
	sum_hex(e->sum, hex);
	if (strcmp(hex, name) != 0)
		return err_set(err, "the content of '%s' is damaged: its sha256 is %s", e->name,
			       hex);
	return 0;
}

static int add_file(struct scan *s)
{
	struct entry *e = add(s->es, buf_str(&s->name), ENTRY_FILE);

	e->size_bytes = s->tar.size;
	return read_content(s, e) ? -1 : check_blob(e, s->err);
}

/* A hard link counts from the top, a symbolic one from its own place. */
static int add_link(struct scan *s)
{
	const char *name = buf_str(&s->name), *slash = strrchr(name, '/');
	bool hard = s->tar.type == '1';
	size_t dir = slash && !hard ? (size_t)(slash - name) : 0;
	struct entry *e;

	if (!s->tar.link.len)
		return err_set(s->err, "'%s' is a link to nothing", name);
	if (path_join(name, dir, buf_str(&s->tar.link), &s->path, s->err))
		return err_wrap(s->err, "'%s'", name);
	e = add(s->es, name, ENTRY_LINK);
	e->link = mem_strdup(buf_str(&s->path));
	e->hard = hard;
	return 0;
}

static int add_entry(struct scan *s)
{
	if (s->es->n == ENTRIES_MAX)
		return err_set(s->err, "more than %zu entries", ENTRIES_MAX);
	if (path_clean(buf_str(&s->tar.name), &s->name, s->err))
		return s->tar.type == 'g' ? 0 : -1; /* a name that means nothing */
	switch (s->tar.type) {
	case '0':
		return add_file(s);
	case '1':
	case '2':
		return add_link(s);
	default: /* a global header is not a file, whatever its name is */
		add(s->es, buf_str(&s->name), ENTRY_DIR);
		return 0;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	int order = strcmp(x->name, y->name);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == ENTRY_LINK)
		return a->hard == b->hard && strcmp(a->link, b->link) == 0;
	return memcmp(a->sum, b->sum, SUM_BYTES) == 0;
}

static void free_entry(struct entry *e)
{
	free(e->name);
	free(e->link);
	free(e->text);
}

/* Two entries of one name: readers differ on which of them counts. */
static int sort(struct entries *es, struct err *err)
{
	size_t n = 0;

	if (es->n)
		qsort(es->v, es->n, sizeof(*es->v), by_name);
	for (size_t i = 0; i < es->n; i++) {
		if (!n || strcmp(es->v[n - 1].name, es->v[i].name) != 0) {
			struct entry e = es->v[i];

			es->v[i] = es->v[n];
			es->v[n++] = e;
		} else if (!is_same(&es->v[n - 1], &es->v[i])) {
			return err_set(err, "'%s' is there twice, and not the same", es->v[i].name);
		}
	}
	while (es->n > n)
		free_entry(&es->v[--es->n]);
	return 0;
}

/* The first entry whose name is not less than this. */
static size_t lower_bound(const struct entries *es, const char *name)
{
	size_t from = 0, to = es->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strcmp(es->v[mid].name, name) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Engines unpack archives into a directory, where what is written below a link
 * lands where the link leads. */
static int check_below(const struct entries *es, const struct entry *e, struct buf *b,
		       struct err *err)
{
	size_t at;

	if (e->kind == ENTRY_DIR || !*e->name)
		return 0;
	buf_reset(b);
	buf_addf(b, "%s/", e->name);
	at = lower_bound(es, buf_str(b));
	if (at == es->n || strncmp(es->v[at].name, buf_str(b), b->len) != 0)
		return 0;
	return err_set(err, "'%s' lies below '%s', which is not a directory", es->v[at].name,
		       e->name);
}

static int check_hard(const struct entries *es, const struct entry *e, struct err *err)
{
	size_t at;

	if (!e->hard)
		return 0;
	at = lower_bound(es, e->link);
	if (at < es->n && strcmp(es->v[at].name, e->link) == 0 && es->v[at].place < e->place)
		return 0;
	return err_set(err, "'%s' is a hard link to '%s', which does not come before it", e->name,
		       e->link);
}

static int scan_run(struct scan *s)
{
	int rc;

	while ((rc = tar_next(&s->tar)) > 0)
		if (add_entry(s))
			return -1;
	if (rc || sort(s->es, s->err))
		return -1;
	for (size_t i = 0; !rc && i < s->es->n; i++) {
		rc = check_below(s->es, &s->es->v[i], &s->path, s->err);
		if (!rc)
			rc = check_hard(s->es, &s->es->v[i], s->err);
	}
	return rc;
}

int entries_read(struct entries *es, const struct source *src, struct err *err)
{
	struct scan s = { .es = es, .err = err };
	int rc;

	tar_init(&s.tar, src, err);
	sum_init(&s.sum);
	rc = scan_run(&s);
	es->bytes = s.tar.bytes;
	es->cut = s.tar.cut;
	tar_release(&s.tar);
	buf_release(&s.name);
	buf_release(&s.path);
	return rc;
}

struct entry *entries_file(struct entries *es, const char *name)
{
	for (int hop = 0; hop < MAX_HOPS; hop++) {
		size_t at = lower_bound(es, name);
		struct entry *e = at < es->n ? &es->v[at] : NULL;

		if (!e || strcmp(e->name, name) != 0)
			return NULL;
		if (e->kind == ENTRY_FILE)
			return e;
		if (e->kind != ENTRY_LINK)
			return NULL;
		name = e->link;
	}
	return NULL;
}

void entries_release(struct entries *es)
{
	while (es->n)
		free_entry(&es->v[--es->n]);
	free(es->v);
	memset(es, 0, sizeof(*es));
}
