/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/pack.h"

#include <errno.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "base/compressor.h"
#include "base/mem.h"

#define CHUNK ((size_t)1 << 18)

/* A compressor at work. */
struct packer {
	const struct pack_how *how;
	const struct pack_out *out;
	struct err *err;
	char *room; /* where it writes to */
	size_t size;
	z_stream z;
	ZSTD_CCtx *zstd;
	lzma_stream xz;
	LZ4F_cctx *lz4;
	LZ4F_preferences_t lz4_how;
};

struct method {
	const char *name;
	int (*begin)(struct packer *p);
	/* Compress these bytes; with `last` they are the last ones, and may be none. */
	int (*add)(struct packer *p, const char *data, size_t n, bool last);
	void (*end)(struct packer *p);
};

static int broken(struct packer *p, const char *why)
{
	return err_set(p->err, "%s", why ? why : "unknown failure");
}

/* Hand over what the compressor has written. */
static int flush(struct packer *p, size_t n)
{
	if (n && p->out->write(p->out->user, p->room, n))
		return err_set(p->err, "cannot write");
	return 0;
}

/* ---- gzip: no time of day is written, so that two runs do not differ ---- */

static int gzip_begin(struct packer *p)
{
	int level = p->how->level < 0 ? Z_DEFAULT_COMPRESSION : p->how->level;

	return deflateInit2(&p->z, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK
		       ? 0
		       : broken(p, p->z.msg);
}

static int gzip_add(struct packer *p, const char *data, size_t n, bool last)
{
	int rc = Z_OK;

	p->z.next_in = (const unsigned char *)data;
	p->z.avail_in = (unsigned)n;
	do {
		p->z.next_out = (unsigned char *)p->room;
		p->z.avail_out = (unsigned)p->size;
		rc = deflate(&p->z, last ? Z_FINISH : Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return broken(p, p->z.msg);
		if (flush(p, p->size - p->z.avail_out))
			return -1;
	} while (!p->z.avail_out || (last && rc != Z_STREAM_END));
	return 0;
}

static void gzip_end(struct packer *p)
{
	deflateEnd(&p->z);
}

/* ---- zstd: with the sum of the content, as the program writes it ---- */

static int zstd_begin(struct packer *p)
{
	p->zstd = ZSTD_createCCtx();
	if (!p->zstd)
		return broken(p, "out of memory");
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
	if (p->how->level >= 0)
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, p->how->level);
	if (p->how->threads > 1) /* a library without threads does it alone */
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_nbWorkers, p->how->threads);
	return 0;
}

static int zstd_add(struct packer *p, const char *data, size_t n, bool last)
{
	ZSTD_inBuffer in = { data, n, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { p->room, p->size, 0 };

		left = ZSTD_compressStream2(p->zstd, &out, &in,
					    last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return broken(p, ZSTD_getErrorName(left));
		if (flush(p, out.pos))
			return -1;
	} while (in.pos < n || (last && left));
	return 0;
}

static void zstd_end(struct packer *p)
{
	ZSTD_freeCCtx(p->zstd);
}

/* ---- xz ---- */

static int xz_begin(struct packer *p)
{
	uint32_t level = p->how->level < 0 ? LZMA_PRESET_DEFAULT : (uint32_t)p->how->level;
	lzma_mt mt = { .threads = (uint32_t)p->how->threads,
		       .preset = level,
		       .check = LZMA_CHECK_CRC64 };
	lzma_ret rc;

	p->xz = (lzma_stream)LZMA_STREAM_INIT;
	rc = p->how->threads > 1 ? lzma_stream_encoder_mt(&p->xz, &mt)
				 : lzma_easy_encoder(&p->xz, level, LZMA_CHECK_CRC64);
	return rc == LZMA_OK ? 0 : broken(p, "xz cannot begin");
}

static int xz_add(struct packer *p, const char *data, size_t n, bool last)
{
	lzma_ret rc;

	p->xz.next_in = (const unsigned char *)data;
	p->xz.avail_in = n;
	do {
		p->xz.next_out = (unsigned char *)p->room;
		p->xz.avail_out = p->size;
		rc = lzma_code(&p->xz, last ? LZMA_FINISH : LZMA_RUN);
		if (rc != LZMA_OK && rc != LZMA_STREAM_END)
			return broken(p, rc == LZMA_MEM_ERROR ? "out of memory" : "xz has failed");
		if (flush(p, p->size - p->xz.avail_out))
			return -1;
	} while (p->xz.avail_in || (last && rc != LZMA_STREAM_END));
	return 0;
}

static void xz_end(struct packer *p)
{
	lzma_end(&p->xz);
}

/* ---- lz4 ---- */

static int lz4_flush(struct packer *p, size_t n)
{
	return LZ4F_isError(n) ? broken(p, LZ4F_getErrorName(n)) : flush(p, n);
}

static int lz4_begin(struct packer *p)
{
	p->lz4_how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
	p->lz4_how.compressionLevel = p->how->level < 0 ? 0 : p->how->level;
	p->size = LZ4F_compressBound(CHUNK, &p->lz4_how);
	p->room = mem_grow(p->room, p->size, 1);
	if (LZ4F_isError(LZ4F_createCompressionContext(&p->lz4, LZ4F_VERSION)))
		return broken(p, "out of memory");
	return lz4_flush(p, LZ4F_compressBegin(p->lz4, p->room, p->size, &p->lz4_how));
}

static int lz4_add(struct packer *p, const char *data, size_t n, bool last)
{
	if (n && lz4_flush(p, LZ4F_compressUpdate(p->lz4, p->room, p->size, data, n, NULL)))
		return -1;
	return last ? lz4_flush(p, LZ4F_compressEnd(p->lz4, p->room, p->size, NULL)) : 0;
}

static void lz4_end(struct packer *p)
{
	LZ4F_freeCompressionContext(p->lz4);
}

static const struct method methods[] = {
	{ "zstd", zstd_begin, zstd_add, zstd_end },
	{ "gzip", gzip_begin, gzip_add, gzip_end },
	{ "xz", xz_begin, xz_add, xz_end },
	{ "lz4", lz4_begin, lz4_add, lz4_end },
};
#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

/* ---- any of them ---- */

static const struct method *method_of(const char *name)
{
	for (size_t i = 0; i < N_METHODS; i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

int pack_parse(const char *text, struct pack_how *ret_how, struct err *err)
{
	const struct compressor *which;

	if (compressor_read(text, &which, &ret_how->level, err))
		return -1;
	ret_how->name = which ? which->name : NULL;
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

/* Of nothing nothing is made, not even what a compressor writes around it. */
int pack_run(const struct pack_how *how, int in, const struct pack_out *out, struct err *err)
{
	const struct method *m = method_of(how->name);
	struct packer p = { .how = how, .out = out, .err = err, .size = CHUNK };
	char *data = mem_alloc(CHUNK);
	ssize_t n = read_some(in, data, err);
	bool begun = n > 0;
	int rc = n < 0 ? -1 : 0;

	p.room = mem_alloc(p.size);
	if (begun)
		rc = m->begin(&p);
	while (!rc && n > 0) {
		rc = m->add(&p, data, (size_t)n, false);
		if (!rc)
			n = read_some(in, data, err);
		if (n < 0)
			rc = -1;
	}
	if (!rc && begun)
		rc = m->add(&p, data, 0, true);
	if (begun)
		m->end(&p);
	free(p.room);
	free(data);
	return rc;
}
