/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/entries.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/path.h"
#include "base/buf.h"
#include "base/mem.h"

#define BLOCK ((uint64_t)512)
#define MAX_HOPS 8
#define BLOBS "blobs/sha256/"

/* One pass. */
struct scan {
	struct entries *es;
	const struct source *src;
	struct archive *a;
	struct err *err;
	struct buf name, path;
	struct sum sum;
	uint64_t zeros; /* how many zeros the bytes so far end with */
	bool failed;    /* the source said why */
};

/* How many zero bytes the block ends with. */
static size_t zeros_behind(const unsigned char *p, size_t n)
{
	size_t left = n;

	if (p[n - 1])
		return 0;
	if (!p[0] && memcmp(p, p + 1, n - 1) == 0)
		return n; /* the whole block, at the speed of memcmp */
	while (!p[left - 1])
		left--;
	return n - left;
}

static ssize_t take(struct scan *s, const void **ret_data)
{
	ssize_t n = s->src->read(s->src->user, ret_data, s->err);
	size_t zeros;

	if (n <= 0) {
		s->failed = n < 0;
		return n;
	}
	zeros = zeros_behind(*ret_data, (size_t)n);
	s->zeros = zeros == (size_t)n ? s->zeros + zeros : zeros;
	s->es->bytes += (uint64_t)n;
	return n;
}

static la_ssize_t feed(struct archive *a, void *user, const void **ret_data)
{
	ssize_t n = take(user, ret_data);

	(void)a;
	return n < 0 ? ARCHIVE_FATAL : n;
}

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
	uint64_t at = 0;
	la_int64_t offset;
	size_t n;
	int rc;

	while ((rc = archive_read_data_block(s->a, &data, &n, &offset)) == ARCHIVE_OK) {
		if ((uint64_t)offset != at || n > e->size_bytes - at)
			return err_set(s->err, "'%s' has holes", e->name);
		if (!n)
			continue;
		if (!at)
			look(s, e, data, n);
		if (e->text)
			memcpy(e->text + at, data, n);
		sum_add(&s->sum, data, n);
		at += n;
	}
	if (s->failed)
		return -1;
	if (rc != ARCHIVE_EOF || at != e->size_bytes)
		return err_set(s->err, "cut at '%s', after %" PRIu64 " of its %" PRIu64 " bytes",
			       e->name, at, e->size_bytes);
	sum_end(&s->sum, e->sum);
	return 0;
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

static int add_file(struct scan *s, struct archive_entry *ae)
{
	struct entry *e;

	if (!archive_entry_size_is_set(ae) || archive_entry_size(ae) < 0)
		return err_set(s->err, "'%s' has no size", buf_str(&s->name));
	if (archive_entry_sparse_count(ae))
		return err_set(s->err, "'%s' has holes", buf_str(&s->name));
	e = add(s->es, buf_str(&s->name), ENTRY_FILE);
	e->size_bytes = (uint64_t)archive_entry_size(ae);
	return read_content(s, e) ? -1 : check_blob(e, s->err);
}

/* A hard link counts from the top, a symbolic one from its own place. */
static int add_link(struct scan *s, const char *target, bool hard)
{
	const char *name = buf_str(&s->name), *slash = strrchr(name, '/');
	size_t dir = slash && !hard ? (size_t)(slash - name) : 0;

	if (!target)
		return err_set(s->err, "'%s' is a link to nothing", name);
	if (path_join(name, dir, target, &s->path, s->err))
		return err_wrap(s->err, "'%s'", name);
	add(s->es, name, ENTRY_LINK)->link = mem_strdup(buf_str(&s->path));
	return 0;
}

static int add_entry(struct scan *s, struct archive_entry *ae)
{
	const char *name = archive_entry_pathname(ae);
	const char *target = archive_entry_hardlink(ae);

	if (!name)
		return err_set(s->err, "an entry has a name that cannot be read");
	if (s->es->n == ENTRIES_MAX)
		return err_set(s->err, "more than %zu entries", ENTRIES_MAX);
	if (path_clean(name, &s->name, s->err))
		return -1;
	if (target)
		return add_link(s, target, true);
	switch (archive_entry_filetype(ae)) {
	case AE_IFREG:
		return add_file(s, ae);
	case AE_IFLNK:
		return add_link(s, archive_entry_symlink(ae), false);
	case AE_IFDIR:
		add(s->es, buf_str(&s->name), ENTRY_DIR);
		return 0;
	default:
		return err_set(s->err, "'%s' is neither file, directory nor link",
			       buf_str(&s->name));
	}
}

/* libarchive has no more entries to give, and not because it is at the end. */
static int broken(struct scan *s)
{
	const char *why = archive_error_string(s->a);

	if (s->failed)
		return -1;
	if (!s->es->bytes)
		return err_set(s->err, "empty: not one byte");
	if (!s->es->n)
		return err_set(s->err, "not a tar archive");
	return err_set(s->err, "damaged or cut behind '%s': %s", s->es->v[s->es->n - 1].name,
		       why ? why : "no reason known");
}

static int read_entries(struct scan *s)
{
	struct archive_entry *ae;
	int rc;

	while ((rc = archive_read_next_header(s->a, &ae)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
		if (add_entry(s, ae))
			return -1;
	return rc == ARCHIVE_EOF ? 0 : broken(s);
}

/* libarchive takes an archive that just stops for whole; nobody else should. */
static int check_end(struct scan *s)
{
	uint64_t end = (uint64_t)archive_read_header_position(s->a), total;
	const void *data;
	ssize_t n;

	do
		n = take(s, &data);
	while (n > 0);
	if (n < 0)
		return -1;
	total = s->es->bytes;
	if (!total)
		return err_set(s->err, "empty: not one byte");
	if (total < end + 2 * BLOCK)
		return err_set(s->err, "cut: the tar's end is missing after %" PRIu64 " bytes",
			       total);
	if (s->zeros < total - end)
		return err_set(s->err, "there is something behind the tar's end at byte %" PRIu64,
			       end);
	if (total % BLOCK)
		return err_set(s->err, "cut: %" PRIu64 " bytes are not whole tar blocks", total);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == ENTRY_LINK)
		return strcmp(a->link, b->link) == 0;
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

static int scan_run(struct scan *s)
{
	archive_read_support_format_tar(s->a);
	if (archive_read_open(s->a, s, NULL, feed, NULL) != ARCHIVE_OK)
		return broken(s);
	if (read_entries(s) || check_end(s))
		return -1;
	return sort(s->es, s->err);
}

int entries_read(struct entries *es, const struct source *src, struct err *err)
{
	struct scan s = { .es = es, .src = src, .err = err };
	int rc;

	s.a = archive_read_new();
	if (!s.a)
		return err_set(err, "out of memory");
	sum_init(&s.sum);
	rc = scan_run(&s);
	archive_read_free(s.a);
	buf_release(&s.name);
	buf_release(&s.path);
	return rc;
}

static int against(const void *name, const void *e)
{
	return strcmp(name, ((const struct entry *)e)->name);
}

struct entry *entries_file(struct entries *es, const char *name)
{
	struct entry *e;

	for (int hop = 0; es->n && hop < MAX_HOPS; hop++) {
		e = bsearch(name, es->v, es->n, sizeof(*es->v), against);
		if (!e || e->kind == ENTRY_FILE)
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
