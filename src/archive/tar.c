/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/path.h"
#include "base/tarhead.h"

#define BLOCK TAR_BLOCK_BYTES

/* Where the fields of a header are. */
enum {
	NAME = 0,
	NAME_LEN = 100,
	SIZE = 124,
	SIZE_LEN = 12,
	SUM = 148,
	SUM_LEN = 8,
	TYPE = 156,
	LINK = 157,
	LINK_LEN = 100,
	MAGIC = 257,
	MAGIC_LEN = 8,
	PREFIX = 345,
	PREFIX_LEN = 155,
	TIMES_LEN = 24, /* GNU has two times in the place of the prefix */
};

/* What the headers before an entry say of it. */
struct extra {
	bool x, l, k;
	struct buf path, link;
	bool has_size;
	uint64_t size;
};

void tar_init(struct tar *t, const struct source *src, struct err *err)
{
	*t = (struct tar){ .src = src, .err = err };
}

void tar_release(struct tar *t)
{
	buf_release(&t->name);
	buf_release(&t->link);
	buf_release(&t->last);
}

/* ---- bytes ---- */

/* 1: there are bytes; 0: the source is at its end. */
static int more(struct tar *t)
{
	const void *data;
	ssize_t n;

	if (t->n)
		return 1;
	n = t->src->read(t->src->user, &data, t->err);
	if (n <= 0)
		return (int)n;
	t->data = data;
	t->n = (size_t)n;
	t->bytes += (uint64_t)n;
	return 1;
}

static void use(struct tar *t, size_t n)
{
	t->data += n;
	t->n -= n;
}

/* Up to `want` bytes into `to`: how many; less only at the end of the source. */
static ssize_t gather(struct tar *t, unsigned char *to, size_t want)
{
	size_t have = 0;
	int rc;

	while (have < want && (rc = more(t)) != 0) {
		size_t n = t->n < want - have ? t->n : want - have;

		if (rc < 0)
			return -1;
		memcpy(to + have, t->data, n);
		use(t, n);
		have += n;
	}
	return (ssize_t)have;
}

static int refuse(struct tar *t, const char *what)
{
	struct buf shown = BUF_INIT;

	if (!t->entries)
		err_set(t->err, "its first entry %s", what);
	else
		err_set(t->err, "the entry after '%s' %s", path_show(buf_str(&t->last), &shown),
			what);
	buf_release(&shown);
	return -1;
}

static int refuse_entry(struct tar *t, const char *what)
{
	struct buf shown = BUF_INIT;

	err_set(t->err, "'%s' %s", path_show(buf_str(&t->name), &shown), what);
	buf_release(&shown);
	return -1;
}

static int end_missing(struct tar *t)
{
	t->cut = true;
	return err_set(t->err, "cut: the tar's end is missing after %" PRIu64 " bytes", t->bytes);
}

/* ---- fields ---- */

static bool is_zero(const unsigned char *p, size_t n)
{
	return !p[0] && memcmp(p, p + 1, n - 1) == 0;
}

/* Set b to a text that ends with the field, or with a NUL in it. */
static void take_text(struct buf *b, const unsigned char *field, size_t len)
{
	buf_reset(b);
	buf_add(b, (const char *)field, strnlen((const char *)field, len));
}

static int take_octal(const unsigned char *p, size_t len, uint64_t *ret)
{
	size_t i = 0;

	*ret = 0;
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '7'; i++)
		*ret = *ret * 8 + (uint64_t)(p[i] - '0');
	while (i < len && (p[i] == ' ' || !p[i]))
		i++;
	return i == len ? 0 : -1;
}

/* The first bit says that the rest is a number in base 256. */
static int take_size(const unsigned char *h, uint64_t *ret)
{
	const unsigned char *p = h + SIZE;

	if (!(p[0] & 0x80))
		return take_octal(p, SIZE_LEN, ret);
	if (p[0] != 0x80 || p[1] || p[2] || p[3] || p[4] & 0x80)
		return -1;
	*ret = 0;
	for (size_t i = 4; i < SIZE_LEN; i++)
		*ret = *ret << 8 | p[i];
	return 0;
}

/* The field of the sum itself counts as spaces; some have summed signed bytes. */
static bool is_sound(const unsigned char *h)
{
	uint64_t want, have = 0;
	int64_t have_signed = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		unsigned char c = i >= SUM && i < SUM + SUM_LEN ? ' ' : h[i];

		have += c;
		have_signed += c < 128 ? c : c - 256;
	}
	return take_octal(h + SUM, SUM_LEN, &want) == 0 &&
	       (want == have || (have_signed >= 0 && want == (uint64_t)have_signed));
}

/* The form decides whether there is a prefix of the name; fields that are not
 * those of the form are not used. */
static int take_name(struct tar *t, const unsigned char *h)
{
	const unsigned char *magic = h + MAGIC, *prefix = h + PREFIX;
	struct buf name = BUF_INIT;
	size_t tail = PREFIX;

	take_text(&t->name, h + NAME, NAME_LEN);
	take_text(&t->link, h + LINK, LINK_LEN);
	if (memcmp(magic, "ustar\0", 6) == 0) {
		if (prefix[0]) {
			take_text(&name, prefix, PREFIX_LEN);
			buf_addf(&name, "/%s", buf_str(&t->name));
			buf_reset(&t->name);
			buf_adds(&t->name, buf_str(&name));
			buf_release(&name);
		}
		tail = PREFIX + PREFIX_LEN;
	} else if (memcmp(magic, "ustar  ", MAGIC_LEN) == 0) {
		while (tail < PREFIX + TIMES_LEN && (!h[tail] || strchr("01234567 ", h[tail])))
			tail++;
	} else if (!is_zero(magic, MAGIC_LEN)) {
		return refuse(t, "has a header of a form that readers do not agree on");
	}
	if (!is_zero(h + tail, BLOCK - tail))
		return refuse(t, "has a header with fields that do not belong to its form");
	return 0;
}

/* ---- the headers before an entry ---- */

/* Read the content of such a header. */
static int read_meta(struct tar *t, uint64_t size, struct buf *b)
{
	size_t padded = (size_t)((size + BLOCK - 1) / BLOCK * BLOCK);
	ssize_t n;

	buf_reset(b);
	if (!size)
		return refuse(t, "has a header without content before it");
	n = gather(t, (unsigned char *)buf_room(b, padded + 1), padded);
	if (n < 0)
		return -1;
	if ((size_t)n < padded)
		return end_missing(t);
	b->len = (size_t)size;
	b->data[b->len] = '\0';
	return 0;
}

static int take_pax_value(struct tar *t, struct extra *x, char type, const char *key,
			  const char *value, size_t len)
{
	struct buf *to = strcmp(key, "path") == 0       ? &x->path
			 : strcmp(key, "linkpath") == 0 ? &x->link
							: NULL;
	bool is_size = strcmp(key, "size") == 0;

	if (strncmp(key, "GNU.sparse.", 11) == 0)
		return refuse(t, "has holes");
	if (!to && !is_size)
		return 0;
	if (type == 'g' || !len || memchr(value, '\0', len) || (to ? to->len > 0 : x->has_size))
		return refuse(t, "has a pax header that readers do not agree on");
	if (to) {
		buf_add(to, value, len);
		return 0;
	}
	x->has_size = true;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9' || len > 18)
			return refuse(t, "has a size in a pax header that cannot be read");
		x->size = x->size * 10 + (uint64_t)(value[i] - '0');
	}
	return 0;
}

/* "LENGTH KEY=VALUE\n" again and again; the length is that of all of it. */
static int take_pax(struct tar *t, struct extra *x, char type, struct buf *b)
{
	char *at = b->data, *end = b->data + b->len;
	int rc = 0;

	while (!rc && at < end) {
		size_t len = 0;
		char *p = at, *equals;

		while (p < end && *p >= '0' && *p <= '9' && len <= TAR_META_MAX)
			len = len * 10 + (size_t)(*p++ - '0');
		if (p == at || *p != ' ' || len > (size_t)(end - at) ||
		    len < (size_t)(p - at) + 4 || at[len - 1] != '\n')
			return refuse(t, "has a pax header that cannot be read");
		p++;
		at[len - 1] = '\0';
		equals = memchr(p, '=', (size_t)(at + len - p));
		if (!equals || equals == p || memchr(p, '\0', (size_t)(equals - p)))
			return refuse(t, "has a pax header that cannot be read");
		*equals = '\0';
		rc = take_pax_value(t, x, type, p, equals + 1,
				    (size_t)(at + len - 1 - (equals + 1)));
		at += len;
	}
	return rc;
}

/* 'L' and 'K': a name that is too long for its field. */
static int take_long(struct tar *t, struct buf *to, const struct buf *content)
{
	take_text(to, (const unsigned char *)content->data, content->len);
	return to->len ? 0 : refuse(t, "has an empty long name");
}

static int take_meta(struct tar *t, struct extra *x, char type, uint64_t size)
{
	bool *had = type == 'x' ? &x->x : type == 'L' ? &x->l : &x->k;
	struct buf content = BUF_INIT;
	int rc;

	if (size > TAR_META_MAX)
		return refuse(t, "has a header before it that is too long");
	if (type == 'g' ? x->x || x->l || x->k : *had || (type == 'x' ? x->l || x->k : x->x))
		return refuse(t, "has headers before it that readers do not agree on");
	if (type != 'g')
		*had = true;
	rc = read_meta(t, size, &content);
	if (!rc)
		rc = type == 'L'   ? take_long(t, &x->path, &content)
		     : type == 'K' ? take_long(t, &x->link, &content)
				   : take_pax(t, x, type, &content);
	buf_release(&content);
	return rc;
}

/* ---- entries ---- */

static void replace(struct buf *b, const struct buf *by)
{
	if (!by->len)
		return;
	buf_reset(b);
	buf_add(b, by->data, by->len);
}

/* The header of the entry itself, to which `x` is added. */
static int take_entry(struct tar *t, const struct extra *x, char type, uint64_t size)
{
	bool slash;

	replace(&t->name, &x->path);
	replace(&t->link, &x->link);
	t->size = x->has_size ? x->size : size;
	slash = t->name.len && t->name.data[t->name.len - 1] == '/';
	if (type == '\0')
		type = slash ? '5' : '0';
	else if (type == '0' && slash)
		return refuse_entry(t, "is a file with the name of a directory");
	if (type != '0' && (size || t->size))
		return refuse_entry(t, "is a link or a directory, and has content");
	t->type = type;
	t->left = t->size;
	return 1;
}

static int bad_type(struct tar *t, char type)
{
	char what[64] = "is neither file, directory nor link";

	if (type < '3' || type > '6')
		snprintf(what, sizeof(what), "has a type that readers do not agree on: %d",
			 (unsigned char)type);
	return refuse_entry(t, what);
}

/* Nothing but zeros may come: two blocks of them, of which one was read. */
static int check_end(struct tar *t)
{
	uint64_t end = t->bytes - t->n - BLOCK;
	int rc;

	while ((rc = more(t)) > 0) {
		if (!is_zero(t->data, t->n))
			return err_set(t->err,
				       "there is something after the tar's end at byte %" PRIu64,
				       end);
		use(t, t->n);
	}
	if (rc < 0)
		return -1;
	if (t->bytes < end + 2 * BLOCK)
		return end_missing(t);
	if (t->bytes % BLOCK) {
		t->cut = true;
		return err_set(t->err, "cut: %" PRIu64 " bytes are not complete tar blocks",
			       t->bytes);
	}
	return 0;
}

/* At the end of the source, or in the middle of a header. */
static int no_header(struct tar *t, const unsigned char *h, size_t len)
{
	t->cut = true;
	if (!t->bytes)
		return err_set(t->err, "empty: not one byte");
	if (t->entries || tarhead_begins((const char *)h, len))
		return end_missing(t);
	t->cut = false;
	return err_set(t->err, "not a tar archive");
}

static int bad_header(struct tar *t)
{
	struct buf shown = BUF_INIT;

	if (!t->entries)
		err_set(t->err, "not a tar archive");
	else
		err_set(t->err, "damaged after '%s': the sum of a header is wrong",
			path_show(buf_str(&t->last), &shown));
	buf_release(&shown);
	return -1;
}

/* One header: 1, an entry; 2, one that belongs to the next; 0, the end. */
static int next_header(struct tar *t, struct extra *x)
{
	unsigned char h[BLOCK];
	uint64_t size;
	ssize_t n = gather(t, h, BLOCK);
	char type;

	if (n < 0)
		return -1;
	if ((size_t)n < BLOCK)
		return no_header(t, h, (size_t)n);
	if (is_zero(h, BLOCK))
		return x->x || x->l || x->k ? end_missing(t) : check_end(t);
	if (!is_sound(h))
		return bad_header(t);
	if (take_name(t, h))
		return -1;
	if (take_size(h, &size))
		return refuse_entry(t, "has a size that cannot be read");
	type = (char)h[TYPE];
	switch (type) {
	case 'g':
		if (take_meta(t, x, type, size))
			return -1;
		t->type = 'g';
		t->size = t->left = 0;
		return 1;
	case 'x':
	case 'L':
	case 'K':
		return take_meta(t, x, type, size) ? -1 : 2;
	case '\0':
	case '0':
	case '1':
	case '2':
	case '5':
		return take_entry(t, x, type, size);
	default:
		return bad_type(t, type);
	}
}

/* What is left of an entry: content that nobody has read, and zeros after it. */
static int skip_content(struct tar *t)
{
	size_t pad = (BLOCK - t->size % BLOCK) % BLOCK;
	unsigned char zeros[BLOCK];
	const void *data;
	ssize_t n;

	while ((n = tar_read(t, &data)) > 0)
		;
	if (n < 0)
		return -1;
	n = gather(t, zeros, pad);
	if (n < 0)
		return -1;
	return (size_t)n < pad ? end_missing(t) : 0;
}

int tar_next(struct tar *t)
{
	struct extra x = { .x = false };
	int rc = 2;

	if (t->entries) {
		if (skip_content(t))
			return -1;
		replace(&t->last, &t->name);
	}
	while (rc == 2)
		rc = next_header(t, &x);
	t->entries += rc == 1;
	buf_release(&x.path);
	buf_release(&x.link);
	return rc;
}

ssize_t tar_read(struct tar *t, const void **ret_data)
{
	struct buf shown = BUF_INIT;
	int rc = t->left ? more(t) : 0;
	size_t n;

	if (rc < 0)
		return -1;
	if (!rc && t->left) {
		t->cut = true;
		err_set(t->err, "cut at '%s', after %" PRIu64 " of its %" PRIu64 " bytes",
			path_show(buf_str(&t->name), &shown), t->size - t->left, t->size);
		buf_release(&shown);
		return -1;
	}
	if (!rc)
		return 0;
	n = t->n < t->left ? t->n : (size_t)t->left;
	*ret_data = t->data;
	use(t, n);
	t->left -= n;
	return (ssize_t)n;
}
