/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/compressor.h"
#include "base/mem.h"

#define CHUNK ((size_t)1 << 18)

int pack_parse(const char *text, struct pack_how *ret_how, struct err *err)
{
	const struct compressor *which;

	if (compressor_read(text, &which, &ret_how->level, err))
		return -1;
	ret_how->name = which ? which->name : NULL;
	return 0;
}

static int broken(struct archive *a, struct err *err)
{
	const char *why = archive_error_string(a);

	return err_set(err, "%s", why ? why : "unknown failure");
}

static int set_number(struct archive *a, const char *name, const char *option, int value)
{
	struct buf text = BUF_INIT;
	int rc;

	buf_addf(&text, "%d", value);
	rc = archive_write_set_filter_option(a, name, option, buf_str(&text));
	buf_release(&text);
	return rc;
}

/* A library that cannot do threads does it alone; a time of day in the file
 * would make no two archives the same. */
static int set_up(struct archive *a, const struct pack_how *how, struct err *err)
{
	if (archive_write_add_filter_by_name(a, how->name) != ARCHIVE_OK)
		return broken(a, err);
	if (how->level >= 0 && set_number(a, how->name, "compression-level", how->level))
		return broken(a, err);
	if (how->threads > 1 && (strcmp(how->name, "zstd") == 0 || strcmp(how->name, "xz") == 0))
		set_number(a, how->name, "threads", how->threads);
	if (strcmp(how->name, "gzip") == 0)
		archive_write_set_filter_option(a, how->name, "timestamp", NULL);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_per_block(a, (int)CHUNK);
	archive_write_set_bytes_in_last_block(a, 1);
	return 0;
}

static ssize_t read_some(int fd, void *data, struct err *err)
{
	ssize_t n;

	do
		n = read(fd, data, CHUNK);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, errno, "cannot read") : n;
}

static int pump(struct archive *a, int in, char *data, ssize_t n, struct err *err)
{
	for (; n > 0; n = read_some(in, data, err))
		if (archive_write_data(a, data, (size_t)n) != n)
			return broken(a, err);
	if (n < 0)
		return -1;
	return archive_write_close(a) == ARCHIVE_OK ? 0 : broken(a, err);
}

static la_ssize_t hand_over(struct archive *a, void *user, const void *data, size_t len)
{
	const struct pack_out *out = user;

	if (out->write(out->user, data, len) == 0)
		return (la_ssize_t)len;
	archive_set_error(a, EIO, "cannot write");
	return -1;
}

/* The raw format has one entry, and no header of its own. */
static int begin(struct archive *a, struct pack_out *out, struct err *err)
{
	struct archive_entry *e = archive_entry_new();
	int rc;

	if (!e)
		return err_set(err, "out of memory");
	archive_entry_set_filetype(e, AE_IFREG);
	rc = archive_write_open(a, out, NULL, hand_over, NULL);
	if (rc == ARCHIVE_OK)
		rc = archive_write_header(a, e);
	archive_entry_free(e);
	return rc == ARCHIVE_OK ? 0 : broken(a, err);
}

int pack_run(const struct pack_how *how, int in, const struct pack_out *out, struct err *err)
{
	struct pack_out copy = *out; /* libarchive's is not const */
	struct archive *a = archive_write_new();
	char *data = mem_alloc(CHUNK);
	ssize_t n = read_some(in, data, err);
	int rc = n < 0 ? -1 : 0;

	/* libarchive 3.6 crashes when it has nothing to put into an lz4 */
	if (n > 0) {
		rc = a ? set_up(a, how, err) : err_set(err, "out of memory");
		if (!rc)
			rc = begin(a, &copy, err);
		if (!rc)
			rc = pump(a, in, data, n, err);
	}
	archive_write_free(a);
	free(data);
	return rc;
}

struct unpack {
	struct archive *a;
	int fd;
	struct sum *sum;
	uint64_t bytes;
	char *data;
	struct err err; /* of the last read, for libarchive has no room for it */
	bool failed, empty;
};

static ssize_t take(struct unpack *u)
{
	ssize_t n = read_some(u->fd, u->data, &u->err);

	u->failed = n < 0;
	if (n > 0 && u->sum)
		sum_add(u->sum, u->data, (size_t)n);
	u->bytes += n > 0 ? (uint64_t)n : 0;
	return n;
}

static la_ssize_t feed(struct archive *a, void *user, const void **ret_data)
{
	struct unpack *u = user;
	ssize_t n = take(u);

	(void)a;
	*ret_data = u->data;
	return n < 0 ? ARCHIVE_FATAL : n;
}

static int unpack_broken(struct unpack *u, struct err *err)
{
	return u->failed ? err_set(err, "%s", u->err.text) : broken(u->a, err);
}

static int open_up(struct unpack *u, struct err *err)
{
	struct archive_entry *e;
	int rc;

	archive_read_support_filter_gzip(u->a);
	archive_read_support_filter_bzip2(u->a);
	archive_read_support_filter_xz(u->a);
	archive_read_support_filter_zstd(u->a);
	archive_read_support_filter_lz4(u->a);
	archive_read_support_format_raw(u->a);
	archive_read_support_format_empty(u->a);
	if (archive_read_open(u->a, u, NULL, feed, NULL) != ARCHIVE_OK)
		return unpack_broken(u, err);
	rc = archive_read_next_header(u->a, &e);
	u->empty = rc == ARCHIVE_EOF;
	return rc == ARCHIVE_OK || u->empty ? 0 : unpack_broken(u, err);
}

struct unpack *unpack_new(int fd, struct sum *sum, struct err *err)
{
	struct unpack *u = mem_alloc(sizeof(*u));

	u->fd = fd;
	u->sum = sum;
	u->data = mem_alloc(CHUNK);
	u->a = archive_read_new();
	if (u->a && open_up(u, err) == 0)
		return u;
	if (!u->a)
		err_set(err, "out of memory");
	unpack_free(u);
	return NULL;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	archive_read_free(u->a);
	free(u->data);
	free(u);
}

bool unpack_is_packed(const struct unpack *u)
{
	return archive_filter_code(u->a, 0) != ARCHIVE_FILTER_NONE;
}

static ssize_t read_content(void *user, const void **ret_data, struct err *err)
{
	struct unpack *u = user;
	la_int64_t offset;
	size_t n = 0;
	int rc;

	if (u->empty)
		return 0;
	do
		rc = archive_read_data_block(u->a, ret_data, &n, &offset);
	while (rc == ARCHIVE_OK && !n);
	if (rc == ARCHIVE_EOF)
		return 0;
	return rc == ARCHIVE_OK ? (ssize_t)n : unpack_broken(u, err);
}

struct source unpack_source(struct unpack *u)
{
	return (struct source){ .read = read_content, .user = u };
}

int unpack_finish(struct unpack *u, uint64_t *ret_bytes, struct err *err)
{
	ssize_t n;

	do
		n = take(u);
	while (n > 0);
	*ret_bytes = u->bytes;
	return n ? unpack_broken(u, err) : 0;
}
