/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <bzlib.h>
#include <errno.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "archive/pack.h"
#include "base/mem.h"

#define CHUNK ((size_t)1 << 18)
#define MAGIC_MAX ((size_t)6)

/* A decompressor works on frames: what one run of a compressor has written. A
 * file may have several of them, one after the other. */
struct decoder;

struct unpack {
	int fd;
	struct sum *sum;
	uint64_t bytes;      /* read from the file */
	unsigned char *data; /* of these, at to n are not used yet */
	size_t at, n;
	bool eof;
	const struct decoder *d; /* NULL: the file is not compressed */
	bool in_frame, cut;
	unsigned char *out;
	z_stream z;
	bz_stream bz;
	lzma_stream xz;
	ZSTD_DCtx *zstd;
	LZ4F_dctx *lz4;
	struct err err; /* of a read */
};

/* What one step has used of the input, and written. */
struct step {
	size_t used, made;
	bool end;        /* of the frame */
	const char *why; /* it cannot go on; NULL: it can */
};

struct decoder {
	const char *name;
	bool (*begins)(const unsigned char *p, size_t n);
	bool padded;                    /* zeros may come between two frames */
	int (*begin)(struct unpack *u); /* a frame */
	void (*step)(struct unpack *u, struct step *s);
	void (*end)(struct unpack *u); /* of a frame that was started */
};

/* ---- gzip ---- */

static bool gzip_begins(const unsigned char *p, size_t n)
{
	return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static int gzip_begin(struct unpack *u)
{
	memset(&u->z, 0, sizeof(u->z));
	return inflateInit2(&u->z, MAX_WBITS + 16) == Z_OK ? 0 : -1;
}

static void gzip_step(struct unpack *u, struct step *s)
{
	int rc;

	u->z.next_in = u->data + u->at;
	u->z.avail_in = (unsigned)(u->n - u->at);
	u->z.next_out = u->out;
	u->z.avail_out = (unsigned)CHUNK;
	rc = inflate(&u->z, Z_NO_FLUSH);
	s->used = u->n - u->at - u->z.avail_in;
	s->made = CHUNK - u->z.avail_out;
	s->end = rc == Z_STREAM_END;
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		s->why = u->z.msg ? u->z.msg : "out of memory";
}

static void gzip_end(struct unpack *u)
{
	inflateEnd(&u->z);
}

/* ---- bzip2 ---- */

static bool bzip2_begins(const unsigned char *p, size_t n)
{
	return n >= 4 && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9';
}

static int bzip2_begin(struct unpack *u)
{
	memset(&u->bz, 0, sizeof(u->bz));
	return BZ2_bzDecompressInit(&u->bz, 0, 0) == BZ_OK ? 0 : -1;
}

static void bzip2_step(struct unpack *u, struct step *s)
{
	int rc;

	u->bz.next_in = (char *)u->data + u->at;
	u->bz.avail_in = (unsigned)(u->n - u->at);
	u->bz.next_out = (char *)u->out;
	u->bz.avail_out = (unsigned)CHUNK;
	rc = BZ2_bzDecompress(&u->bz);
	s->used = u->n - u->at - u->bz.avail_in;
	s->made = CHUNK - u->bz.avail_out;
	s->end = rc == BZ_STREAM_END;
	if (rc != BZ_OK && rc != BZ_STREAM_END)
		s->why = rc == BZ_MEM_ERROR ? "out of memory" : "damaged data";
}

static void bzip2_end(struct unpack *u)
{
	BZ2_bzDecompressEnd(&u->bz);
}

/* ---- xz ---- */

static bool xz_begins(const unsigned char *p, size_t n)
{
	return n >= 6 && memcmp(p,
				"\xfd"
				"7zXZ\0",
				6) == 0;
}

static int xz_begin(struct unpack *u)
{
	u->xz = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&u->xz, UINT64_MAX, 0) == LZMA_OK ? 0 : -1;
}

static void xz_step(struct unpack *u, struct step *s)
{
	lzma_ret rc;

	u->xz.next_in = u->data + u->at;
	u->xz.avail_in = u->n - u->at;
	u->xz.next_out = u->out;
	u->xz.avail_out = CHUNK;
	rc = lzma_code(&u->xz, LZMA_RUN);
	s->used = u->n - u->at - u->xz.avail_in;
	s->made = CHUNK - u->xz.avail_out;
	s->end = rc == LZMA_STREAM_END;
	if (rc == LZMA_MEM_ERROR)
		s->why = "out of memory";
	else if (rc != LZMA_OK && rc != LZMA_STREAM_END && rc != LZMA_BUF_ERROR)
		s->why = "damaged data";
}

static void xz_end(struct unpack *u)
{
	lzma_end(&u->xz);
}

/* ---- zstd: also frames to be skipped, as pzstd writes them ---- */

static bool zstd_begins(const unsigned char *p, size_t n)
{
	return n >= 4 && (memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ||
			  ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0));
}

static int zstd_begin(struct unpack *u)
{
	if (!u->zstd)
		u->zstd = ZSTD_createDCtx();
	return u->zstd ? 0 : -1;
}

static void zstd_step(struct unpack *u, struct step *s)
{
	ZSTD_inBuffer in = { u->data + u->at, u->n - u->at, 0 };
	ZSTD_outBuffer out = { u->out, CHUNK, 0 };
	size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);

	s->used = in.pos;
	s->made = out.pos;
	if (ZSTD_isError(rc))
		s->why = ZSTD_getErrorName(rc);
	else
		s->end = rc == 0;
}

static void zstd_end(struct unpack *u)
{
	ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
}

/* ---- lz4 ---- */

static bool lz4_begins(const unsigned char *p, size_t n)
{
	return n >= 4 && memcmp(p, "\x04\x22\x4d\x18", 4) == 0;
}

static int lz4_begin(struct unpack *u)
{
	return LZ4F_isError(LZ4F_createDecompressionContext(&u->lz4, LZ4F_VERSION)) ? -1 : 0;
}

static void lz4_step(struct unpack *u, struct step *s)
{
	size_t rc;

	s->used = u->n - u->at;
	s->made = CHUNK;
	rc = LZ4F_decompress(u->lz4, u->out, &s->made, u->data + u->at, &s->used, NULL);
	if (LZ4F_isError(rc))
		s->why = LZ4F_getErrorName(rc);
	else
		s->end = rc == 0;
}

static void lz4_end(struct unpack *u)
{
	LZ4F_freeDecompressionContext(u->lz4);
}

static const struct decoder decoders[] = {
	{ "gzip", gzip_begins, false, gzip_begin, gzip_step, gzip_end },
	{ "bzip2", bzip2_begins, false, bzip2_begin, bzip2_step, bzip2_end },
	{ "xz", xz_begins, true, xz_begin, xz_step, xz_end },
	{ "zstd", zstd_begins, false, zstd_begin, zstd_step, zstd_end },
	{ "lz4", lz4_begins, false, lz4_begin, lz4_step, lz4_end },
};

/* ---- the file ---- */

/* Have at least `want` bytes that are not used yet, unless the file ends. */
static int fill(struct unpack *u, size_t want)
{
	if (u->at == u->n || u->n - u->at < want) {
		memmove(u->data, u->data + u->at, u->n - u->at);
		u->n -= u->at;
		u->at = 0;
	}
	while (!u->eof && u->n < want) {
		ssize_t n = read(u->fd, u->data + u->n, CHUNK - u->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(&u->err, errno, "cannot read");
		u->eof = !n;
		if (n && u->sum)
			sum_add(u->sum, u->data + u->n, (size_t)n);
		u->n += (size_t)n;
		u->bytes += (uint64_t)n;
	}
	return 0;
}

struct unpack *unpack_new(int fd, struct sum *sum, struct err *err)
{
	struct unpack *u = mem_alloc(sizeof(*u));

	*u = (struct unpack){ .fd = fd, .sum = sum };
	u->data = mem_alloc(CHUNK);
	u->out = mem_alloc(CHUNK);
	if (fill(u, MAGIC_MAX)) {
		err_set(err, "%s", u->err.text);
		unpack_free(u);
		return NULL;
	}
	for (size_t i = 0; !u->d && i < sizeof(decoders) / sizeof(decoders[0]); i++)
		if (decoders[i].begins(u->data, u->n))
			u->d = &decoders[i];
	return u;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->in_frame)
		u->d->end(u);
	ZSTD_freeDCtx(u->zstd);
	free(u->data);
	free(u->out);
	free(u);
}

bool unpack_is_packed(const struct unpack *u)
{
	return u->d != NULL;
}

bool unpack_is_cut(const struct unpack *u)
{
	return u->cut;
}

/* At the beginning of a frame: 1; 0 where the file ends. */
static int begin_frame(struct unpack *u, struct err *err)
{
	do {
		if (fill(u, MAGIC_MAX))
			return err_set(err, "%s", u->err.text);
		while (u->d->padded && u->at < u->n && !u->data[u->at])
			u->at++;
	} while (u->at == u->n && !u->eof);
	if (fill(u, MAGIC_MAX))
		return err_set(err, "%s", u->err.text);
	if (u->at == u->n)
		return 0;
	if (!u->d->begins(u->data + u->at, u->n - u->at))
		return err_set(err,
			       "there is something after the end of the %s data at byte %" PRIu64,
			       u->d->name, u->bytes - (u->n - u->at));
	if (u->d->begin(u))
		return err_set(err, "%s: out of memory", u->d->name);
	u->in_frame = true;
	return 1;
}

static ssize_t decode(struct unpack *u, const void **ret_data, struct err *err)
{
	for (;;) {
		struct step s = { .why = NULL };
		int rc = u->in_frame ? 1 : begin_frame(u, err);

		if (rc <= 0)
			return rc;
		if (fill(u, 1))
			return err_set(err, "%s", u->err.text);
		u->d->step(u, &s);
		u->at += s.used;
		if (s.why)
			return err_set(err, "%s: %s", u->d->name, s.why);
		if (s.end) {
			u->d->end(u);
			u->in_frame = false;
		}
		*ret_data = u->out;
		if (s.made)
			return (ssize_t)s.made;
		u->cut = !s.end && u->eof && u->at == u->n;
		if (u->cut)
			return err_set(err,
				       "cut: the end of the %s data is missing after %" PRIu64
				       " bytes",
				       u->d->name, u->bytes);
	}
}

static ssize_t read_content(void *user, const void **ret_data, struct err *err)
{
	struct unpack *u = user;
	size_t n;

	if (u->d)
		return decode(u, ret_data, err);
	if (fill(u, 1))
		return err_set(err, "%s", u->err.text);
	n = u->n - u->at;
	*ret_data = u->data + u->at;
	u->at = u->n;
	return (ssize_t)n;
}

struct source unpack_source(struct unpack *u)
{
	return (struct source){ .read = read_content, .user = u };
}

int unpack_finish(struct unpack *u, uint64_t *ret_bytes, struct err *err)
{
	int rc = 0;

	while (!rc && !u->eof) {
		u->at = u->n;
		rc = fill(u, 1);
	}
	*ret_bytes = u->bytes;
	return rc ? err_set(err, "%s", u->err.text) : 0;
}
