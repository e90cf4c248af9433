/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/local_images.h"

#include <string.h>

#include "unit.h"

#define ID "89b02ea3c882bb6e3966e816e7d0897dd832baaf3390ba5f1deae3bf4c260bf0"
#define OTHER "016a137133982b9089589d270e19b54d0b952a6197cf01561ca912803a6ce7b3"

static void take(struct local_images *inv, const char *line)
{
	local_images_take(inv, line, strlen(line));
}

START_TEST(an_image_is_found_by_each_of_its_names)
{
	struct local_images inv = { 0 };
	const struct local_image *f;

	take(&inv, "sha256:" ID "\t1253375\tlinux/amd64\t[\"nginx:1.25\",\"localhost:5000/n:a\"]"
		   "\t[\"nginx@sha256:" OTHER "\"]");
	take(&inv, OTHER "\t7\tlinux/arm64\t[\"docker.io/library/alpine:latest\"]\tnull");
	f = local_images_find(&inv, "docker.io/library/nginx:1.25");
	ck_assert_ptr_nonnull(f);
	ck_assert_str_eq(f->id, ID);
	ck_assert_int_eq(f->bytes, 1253375);
	ck_assert_str_eq(f->platform, "linux/amd64");
	ck_assert_ptr_eq(local_images_find(&inv, "localhost:5000/n:a"), f);
	ck_assert_ptr_eq(local_images_find(&inv, "nginx@sha256:" OTHER), f);
	ck_assert_ptr_eq(local_images_find(&inv, "nginx:9@sha256:" OTHER), f);
	ck_assert_str_eq(local_images_find(&inv, "alpine")->id, OTHER);
	ck_assert_ptr_null(local_images_find(&inv, "nginx"));
	ck_assert_ptr_null(local_images_find(&inv, "nginx@sha256:" ID));
	ck_assert_ptr_null(local_images_find(&inv, "-no such"));
	local_images_release(&inv);
}
END_TEST

START_TEST(a_strange_answer_is_no_image)
{
	static const char *const lines[] = {
		"",
		"\t\t\t\t",
		"short\t1\tl/a\t[\"a\"]\t[]",
		ID "\t-1\tl/a\t[\"a\"]\t[]",
		ID "\tmany\tl/a\t[\"a\"]\t[]",
		ID "\t99999999999999999999999999\tl/a\t[\"a\"]\t[]",
		ID "\t1\tl/a\t[\"a\"]",
		ID "\t1\tl/a\t[\"a\"]\t[]\tmore",
		ID "\t1\tl/a\t[\"-a\",\"A B\",\"a",
	};
	struct local_images inv = { 0 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		take(&inv, lines[i]);
	ck_assert_ptr_null(local_images_find(&inv, "a"));
	ck_assert_uint_eq(inv.n, 0);
	local_images_release(&inv);
}
END_TEST

UNIT_MAIN("inventory", an_image_is_found_by_each_of_its_names, a_strange_answer_is_no_image)
