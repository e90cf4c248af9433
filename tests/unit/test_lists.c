/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <string.h>

#include "archive/index.h"
#include "base/sums.h"

#define A "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
#define B "0000bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

static int parse(struct sums *s, const char *text, struct err *err)
{
	return sums_parse(s, text, strlen(text), "SHA256SUMS", err);
}

START_TEST(sums_read_both_forms)
{
	struct sums s = SUMS_INIT;
	struct buf b = BUF_INIT;
	struct err err;

	ck_assert_int_eq(parse(&s,
			       "# a note\n\n" B " *z.tar\r\nSHA256 (a (1).tar) = " A "\n\\" A
			       "  a\\\\b\\nc\n",
			       &err),
			 0);
	ck_assert_uint_eq(s.n, 3);
	ck_assert_str_eq(sums_find(&s, "z.tar"), B);
	ck_assert_str_eq(sums_find(&s, "a (1).tar"), A);
	ck_assert_str_eq(sums_find(&s, "a\\b\nc"), A);
	ck_assert_ptr_null(sums_find(&s, "a"));
	sums_set(&s, "z.tar", A);
	sums_set(&s, "m.tar", "ABCDEF18A086007016E948B04AED3B82103A36BEA41755B6CDDFAF10ACE3C6EF");
	sums_drop(&s, "a (1).tar");
	sums_write(&s, &b);
	ck_assert_str_eq(
		buf_str(&b),
		"\\" A "  a\\\\b\\nc\n"
		"abcdef18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef  m.tar\n" A
		"  z.tar\n");
	sums_release(&s);
	buf_release(&b);
}
END_TEST

START_TEST(sums_refuse_what_is_none)
{
	static const char *const bad[] = { "x",
					   A,
					   A " ",
					   A "  ",
					   A " name",
					   A "0  name",
					   "SHA256 () = " A,
					   "SHA256 (x) = 12",
					   "\\" A "  a\\x",
					   A "  a\n" B "  a\n" };
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sums s = SUMS_INIT;

		ck_assert_msg(parse(&s, bad[i], &err) == -1, "taken: %s", bad[i]);
		ck_assert_ptr_nonnull(strstr(err.text, "SHA256SUMS"));
		sums_release(&s);
	}
}
END_TEST

START_TEST(sums_names_stay_inside)
{
	ck_assert(sums_is_inside("a/b..c/..d"));
	ck_assert(sums_is_inside("."));
	ck_assert(!sums_is_inside("/a"));
	ck_assert(!sums_is_inside("a/../../b"));
	ck_assert(!sums_is_inside(".."));
}
END_TEST

static void put(json_t *index, const char *file, const char *image, const char *hex,
		const char *tag)
{
	json_t *what = json_pack("{s:[{s:s,s:s,s:[s]}]}", "images", "id", "sha256:1", "platform",
				 "linux/amd64", "tags", tag);
	struct index_file f = { file, image, 7, hex, what };

	index_put(index, &f);
	json_decref(what);
}

static int is_b(void *ctx, const char *file)
{
	(void)ctx;
	return !strcmp(file, "b.tar");
}

START_TEST(index_keeps_what_it_knows)
{
	static const char none[] = "{\"schema\":1,\"images\":[]}";
	struct buf b = BUF_INIT;
	struct err err;
	json_t *index = index_parse(none, strlen(none), "x", &err);

	put(index, "b.tar", "asked:b", B, "tag:b");
	put(index, "a.tar", "asked:a", A, "tag:a");
	put(index, "b.tar", NULL, B, "tag:b"); /* the same content: asked:b */
	put(index, "a.tar", NULL, B, "tag:c"); /* another one */
	index_lines(index, &b);
	ck_assert_str_eq(buf_str(&b), "file a.tar\n"
				      "image sha256:1 linux/amd64 7 " B "\n"
				      "name tag:c\n"
				      "file b.tar\n"
				      "image sha256:1 linux/amd64 7 " B "\n"
				      "name asked:b\nname tag:b\n");
	index_prune(index, is_b, NULL);
	buf_reset(&b);
	index_lines(index, &b);
	ck_assert_ptr_null(strstr(buf_str(&b), "b.tar"));
	json_decref(index);
	buf_release(&b);
}
END_TEST

UNIT_MAIN("lists", sums_read_both_forms, sums_refuse_what_is_none, sums_names_stay_inside,
	  index_keeps_what_it_knows)
