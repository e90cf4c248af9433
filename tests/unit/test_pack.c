/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/pack.h"
#include "base/buf.h"

static const char *const kinds[] = { "zstd", "gzip", "xz", "lz4" };
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Text that compresses, but not to nothing. */
static void fill(struct buf *b, size_t lines)
{
	uint32_t x = 1;

	for (size_t i = 0; i < lines; i++) {
		x = x * 1664525 + 1013904223;
		buf_addf(b, "line %zu has %u in it\n", i, x >> 8);
	}
}

static int to_file(FILE *f, const struct buf *b)
{
	ck_assert_uint_eq(fwrite(buf_str(b), 1, b->len, f), b->len);
	ck_assert_int_eq(fflush(f), 0);
	ck_assert_int_eq((int)lseek(fileno(f), 0, SEEK_SET), 0);
	return fileno(f);
}

static int add(void *user, const void *data, size_t len)
{
	buf_add(user, data, len);
	return 0;
}

static int refuse(void *user, const void *data, size_t len)
{
	(void)user, (void)data, (void)len;
	return -1;
}

static int squeeze(const char *text, int threads, const struct buf *in, struct buf *out,
		   struct err *err)
{
	struct pack_out to = { .write = add, .user = out };
	struct pack_how how = { .threads = threads };
	FILE *f = tmpfile();
	int rc;

	ck_assert_int_eq(pack_parse(text, &how, err), 0);
	rc = pack_run(&how, to_file(f, in), &to, err);
	fclose(f);
	return rc;
}

/* The content of what is compressed in `in`; -1 and a text when it breaks. */
static int stretch(const struct buf *in, struct buf *out, bool *ret_packed, struct sum *sum,
		   struct err *err)
{
	FILE *f = tmpfile();
	struct unpack *u = unpack_new(to_file(f, in), sum, err);
	struct source src;
	const void *data;
	uint64_t bytes = 0;
	ssize_t n = -1;

	if (u) {
		*ret_packed = unpack_is_packed(u);
		src = unpack_source(u);
		while ((n = src.read(src.user, &data, err)) > 0)
			buf_add(out, data, (size_t)n);
		if (!n) {
			ck_assert_int_eq(unpack_finish(u, &bytes, err), 0);
			ck_assert_uint_eq(bytes, in->len);
		}
	}
	unpack_free(u);
	fclose(f);
	return n < 0 ? -1 : 0;
}

static void round_trip(const char *how, int threads, size_t lines)
{
	struct buf in = BUF_INIT, packed = BUF_INIT, again = BUF_INIT, out = BUF_INIT;
	struct err err = { "" };
	bool is_packed = false;

	fill(&in, lines);
	ck_assert_msg(!squeeze(how, threads, &in, &packed, &err), "%s: %s", how, err.text);
	ck_assert_int_eq(squeeze(how, threads, &in, &again, &err), 0);
	ck_assert_msg(packed.len == again.len &&
			      !memcmp(buf_str(&packed), buf_str(&again), packed.len),
		      "%s: two runs differ", how);
	ck_assert(lines < 100 || packed.len < in.len);
	ck_assert_msg(!stretch(&packed, &out, &is_packed, NULL, &err), "%s: %s", how, err.text);
	ck_assert_msg(is_packed == (lines > 0), "%s is not known again", how);
	ck_assert_uint_eq(out.len, in.len);
	ck_assert(!in.len || memcmp(out.data, in.data, in.len) == 0);
	buf_release(&in);
	buf_release(&packed);
	buf_release(&again);
	buf_release(&out);
}

START_TEST(each_comes_back)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		round_trip(kinds[i], 1, 0);
		round_trip(kinds[i], 1, 1);
		round_trip(kinds[i], 1, 60000);
	}
}
END_TEST

START_TEST(levels_and_threads)
{
	round_trip("zstd:1", 4, 60000);
	round_trip("zstd:19", 1, 3000);
	round_trip("gzip:9", 4, 3000);
	round_trip("xz:0", 2, 3000);
	round_trip("lz4:9", 1, 3000);
}
END_TEST

START_TEST(what_is_not_compressed_passes)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	char hex[SUM_HEX + 1];
	unsigned char digest[SUM_BYTES];
	struct err err = { "" };
	bool is_packed = true;
	struct sum sum;

	sum_init(&sum);
	buf_adds(&in, "abc");
	ck_assert_int_eq(stretch(&in, &out, &is_packed, &sum, &err), 0);
	ck_assert(!is_packed);
	ck_assert_str_eq(buf_str(&out), "abc");
	sum_end(&sum, digest);
	sum_hex(digest, hex);
	/* FIPS 180's own example */
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	buf_reset(&in);
	buf_reset(&out);
	ck_assert_int_eq(stretch(&in, &out, &is_packed, NULL, &err), 0);
	ck_assert_uint_eq(out.len, 0);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

START_TEST(a_cut_stream_is_an_error)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;
		struct err err = { "" };
		bool is_packed;

		fill(&in, 20000);
		ck_assert_int_eq(squeeze(kinds[i], 1, &in, &packed, &err), 0);
		packed.len /= 2;
		ck_assert_msg(stretch(&packed, &out, &is_packed, NULL, &err) < 0,
			      "half a %s was taken for whole", kinds[i]);
		ck_assert_str_ne(err.text, "");
		buf_release(&in);
		buf_release(&packed);
		buf_release(&out);
	}
}
END_TEST

/* Every sum that a format has is looked at: no bit can change the content. */
START_TEST(a_flipped_bit_is_an_error)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;
		struct err err = { "" };
		bool is_packed;

		fill(&in, 40);
		ck_assert_int_eq(squeeze(kinds[i], 1, &in, &packed, &err), 0);
		for (size_t bit = 0; bit < 8 * packed.len; bit++) {
			int rc;

			buf_reset(&out);
			packed.data[bit / 8] ^= (char)(1 << bit % 8);
			rc = stretch(&packed, &out, &is_packed, NULL, &err);
			ck_assert_msg(rc || !is_packed ||
					      (out.len == in.len &&
					       memcmp(out.data, in.data, in.len) == 0),
				      "%s: bit %zu", kinds[i], bit);
			packed.data[bit / 8] ^= (char)(1 << bit % 8);
		}
		for (size_t len = 6; len < packed.len; len++) {
			struct buf part = { packed.data, len, len };

			buf_reset(&out);
			ck_assert_msg(stretch(&part, &out, &is_packed, NULL, &err) < 0,
				      "%zu of %zu bytes of %s", len, packed.len, kinds[i]);
			ck_assert(strstr(err.text, "cut: the end of the"));
		}
		buf_release(&in);
		buf_release(&packed);
		buf_release(&out);
	}
}
END_TEST

/* Compressors can be run one after the other; what else follows is an error. */
START_TEST(what_follows_a_frame)
{
	static const struct {
		const char *more;
		size_t len;
		bool xz; /* good for xz */
	} tails[] = { { "x", 1, false },
		      { "\0\0\0", 4, true },
		      { "\x1f\x8b", 2, false },
		      { "junk that is longer than a magic", 32, false } };

	for (size_t i = 0; i < N_KINDS; i++) {
		struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;
		struct err err = { "" };
		bool is_packed;
		size_t len;

		fill(&in, 1000);
		ck_assert_int_eq(squeeze(kinds[i], 1, &in, &packed, &err), 0);
		len = packed.len;
		ck_assert_int_eq(squeeze(kinds[i], 1, &in, &packed, &err), 0);
		ck_assert_msg(!stretch(&packed, &out, &is_packed, NULL, &err), "%s", err.text);
		ck_assert_uint_eq(out.len, 2 * in.len);
		for (size_t k = 0; k < sizeof(tails) / sizeof(tails[0]); k++) {
			int want = tails[k].xz && !strcmp(kinds[i], "xz") ? 0 : -1;

			packed.len = len;
			buf_add(&packed, tails[k].more, tails[k].len);
			ck_assert_msg(stretch(&packed, &out, &is_packed, NULL, &err) == want,
				      "%s and %zu", kinds[i], k);
		}
		buf_release(&in);
		buf_release(&packed);
		buf_release(&out);
	}
}
END_TEST

START_TEST(whoever_cannot_write_says_so)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		struct pack_out to = { .write = refuse };
		struct pack_how how = { .threads = 1 };
		struct buf in = BUF_INIT;
		struct err err = { "" };
		FILE *f = tmpfile();

		fill(&in, 20000);
		ck_assert_int_eq(pack_parse(kinds[i], &how, &err), 0);
		ck_assert_int_eq(pack_run(&how, to_file(f, &in), &to, &err), -1);
		ck_assert_str_ne(err.text, "");
		fclose(f);
		buf_release(&in);
	}
}
END_TEST

START_TEST(what_can_be_asked_for)
{
	static const struct {
		const char *text, *name;
		int level;
	} good[] = {
		{ "zstd", "zstd", -1 }, { "zstd:3", "zstd", 3 }, { "gzip:1", "gzip", 1 },
		{ "xz:0", "xz", 0 },    { "lz4:9", "lz4", 9 },   { "none", NULL, -1 },
	};
	static const char *const bad[] = {
		"",
		"zst",
		"zstd:",
		"zstd:0",
		"zstd:20",
		"zstd:x",
		"zstd:3x",
		"gzip:0",
		"xz:-1",
		"lz4:99",
		"none:1",
		"gz",
		"zstd:3:4",
		"ZSTD",
		"bzip2",
		"zstdzz",
		"zstd:99999999999999999999",
	};
	struct pack_how how;
	struct err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_int_eq(pack_parse(good[i].text, &how, &err), 0);
		ck_assert_pstr_eq(how.name, good[i].name);
		ck_assert_int_eq(how.level, good[i].level);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(pack_parse(bad[i], &how, &err) < 0, "'%s' was taken", bad[i]);
}
END_TEST

UNIT_MAIN("pack", each_comes_back, levels_and_threads, what_is_not_compressed_passes,
	  a_cut_stream_is_an_error, a_flipped_bit_is_an_error, what_follows_a_frame,
	  whoever_cannot_write_says_so, what_can_be_asked_for)
