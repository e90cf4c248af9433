/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "image/names.h"
#include "refgen.h"
#include "unit.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define N_RANDOM 20000

static void ck_file(const char *name, unsigned variant, const char *want)
{
	struct buf b = BUF_INIT;

	names_file(name, ".tar", variant, &b);
	ck_assert_str_eq(buf_str(&b), want);
	buf_release(&b);
}

START_TEST(files)
{
	ck_file("nginx", 0, "nginx.tar");
	ck_file("nginx:1.27", 0, "nginx_1.27.tar");
	ck_file("quay.io/a/img@sha256:" HEX64, 0, "quay.io_a_img@sha256_" HEX64 ".tar");
	ck_file("localhost:5000/a/b:1", 0, "localhost_5000_a_b_1.tar");
	ck_file("[::1]:5000/x", 0, "[__1]_5000_x.tar");
	/* FNV-1a of "nginx", counted up: these names must never change. */
	ck_file("nginx", 1, "nginx~f79a102f6f885c30.tar");
	ck_file("nginx", 2, "nginx~f79a102f6f885c31.tar");
}
END_TEST

static char *long_name(size_t len, const char *tag)
{
	struct buf b = BUF_INIT;

	while (b.len < len)
		buf_addc(&b, 'x');
	buf_adds(&b, tag);
	return buf_detach(&b);
}

START_TEST(long_files)
{
	char *fits = long_name(251, ""), *a = long_name(250, ":1"), *b = long_name(250, ":2");
	struct buf one = BUF_INIT, two = BUF_INIT;

	names_file(fits, ".tar", 0, &one);
	ck_assert_uint_eq(one.len, 255);
	ck_assert_ptr_null(strchr(buf_str(&one), '~'));
	buf_reset(&one);
	names_file(a, ".tar", 0, &one);
	names_file(b, ".tar", 0, &two);
	ck_assert_uint_eq(one.len, 255);
	ck_assert_uint_eq(two.len, 255);
	ck_assert_str_ne(buf_str(&one), buf_str(&two));
	ck_assert_ptr_nonnull(strchr(buf_str(&one), '~'));
	buf_reset(&two);
	names_file(a, ".tar", 1, &two);
	ck_assert_str_ne(buf_str(&one), buf_str(&two));
	buf_release(&one);
	buf_release(&two);
	free(fits);
	free(a);
	free(b);
}
END_TEST

static void ck_span(struct span span, const char *want)
{
	char *got = mem_strndup(span.s, span.len);

	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(projects)
{
	static const struct {
		const char *name, *save, *push;
	} t[] = {
		{ "nginx", "library", "library" },
		{ "nginx:1@sha256:" HEX64, "library", "library" },
		{ "calico/node", "calico", "calico" },
		{ "registry.k8s.io/coredns/coredns", "coredns", "coredns" },
		{ "quay.io/a/b/c/img:1", "c", "c" },
		{ "registry.k8s.io/pause", "registry.k8s.io", "library" },
		{ "localhost/x", "localhost", "library" },
		{ "localhost:5000/x", "localhost:5000", "library" },
		{ "localhost:5000/p/x", "p", "p" },
		{ "[::1]:5000/x", "[::1]:5000", "library" },
		{ "localhost", "library", "library" },
		{ "localhost:5000", "library", "library" },
		{ "docker.io/library/nginx", "library", "library" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ck_span(names_save_project(t[i].name), t[i].save);
		ck_span(names_push_project(t[i].name), t[i].push);
	}
}
END_TEST

static void ck_dir(const char *name, int mode, const char *want)
{
	struct buf b = BUF_INIT;
	struct err err = { "" };

	ck_assert_int_eq(names_save_dir(name, mode, &b, &err), want ? 0 : -1);
	ck_assert_str_eq(buf_str(&b), want ? want : "");
	ck_assert_int_eq(err.text[0] != '\0', want == NULL);
	buf_release(&b);
}

START_TEST(dirs)
{
	ck_dir("a/b/c", 1, ".");
	ck_dir("a/b/c", 2, "./images");
	ck_dir("a/b/c", 3, "./images/b");
	ck_dir("c", 3, "./images/library");
	/* No reference is like these; the door holds all the same. */
	ck_dir("a/../c", 3, NULL);
	ck_dir("a/./c", 3, NULL);
	ck_dir("../c", 3, NULL);
	ck_dir("a//c", 3, NULL);
	ck_dir("/c", 3, NULL);
}
END_TEST

static void ck_target(const char *name, const char *registry, const char *project, const char *want,
		      const char *why)
{
	struct buf b = BUF_INIT;
	struct err err = { "" };
	int rc = names_target(name, registry, project, &b, &err);

	ck_assert_msg((rc == 0) == (want != NULL), "%s: %s", name, err.text);
	ck_assert_str_eq(buf_str(&b), want ? want : "");
	if (!want)
		ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
	buf_release(&b);
}

START_TEST(targets)
{
	ck_target("nginx", "r.io", NULL, "r.io/nginx:latest", NULL);
	ck_target("quay.io/a/b:1", "r.io:5000/sub", NULL, "r.io:5000/sub/b:1", NULL);
	ck_target("quay.io/a/b:1", "r.io", "p", "r.io/p/b:1", NULL);
	ck_target("quay.io/a/b:1", "r.io", "p/q", "r.io/p/q/b:1", NULL);
	ck_target("a@sha256:" HEX64, "r.io", "p", "r.io/p/a:sha256-0123456789ab", NULL);
	ck_target("a:1@sha256:" HEX64, "r.io", "p", "r.io/p/a:1", NULL);
	ck_target("a@sha512:" HEX64 HEX64, "r.io", NULL, "r.io/a:sha512-0123456789ab", NULL);
	ck_target("a@x+y:" HEX64, "r.io", NULL, "r.io/a:x_y-0123456789ab", NULL);
	ck_target("localhost:5000", "r.io", NULL, "r.io/localhost:5000", NULL);
	ck_target("a", "r.io", "P", NULL, "push target 'r.io/P/a:latest' is not a reference");
	ck_target("a", "r.io", "P", NULL, "must be lowercase");
	ck_target("a", "r.io", "", NULL, "an empty part");
	ck_target("a", "r.io", "..", NULL, "--project");
	ck_target("a", "r.io/", "p", NULL, "an empty part");
	ck_target("a", "-r.io", "p", NULL, "cannot begin with '-'");
	ck_target("a", "http://r.io", "p", NULL, "an image name is not a URL");
	ck_target("a", "r\033.io", "p", NULL, "'r\\x1b.io/p/a:latest'");
	ck_target("A", "r.io", "p", NULL, "must be lowercase");
}
END_TEST

START_TEST(long_algorithm)
{
	struct buf name = BUF_INIT, target = BUF_INIT;
	struct err err = { "" };

	buf_adds(&name, "a@");
	for (int i = 0; i < 300; i++)
		buf_addc(&name, 'x');
	buf_adds(&name, ":" HEX64);
	ck_assert_msg(!names_target(buf_str(&name), "r.io", NULL, &target, &err), "%s", err.text);
	ck_assert_uint_eq(target.len, strlen("r.io/a:") + REF_TAG_MAX);
	buf_release(&name);
	buf_release(&target);
}
END_TEST

START_TEST(one_file_for_two)
{
	struct name_map taken = { { NULL, 0 }, NULL, 0, 0 };
	struct err err = { "" };
	uint32_t earlier = 99;
	const char *a, *b, *again;

	a = names_claim_path(&taken, "a/b:c", 1, ".tar", 0, &earlier, &err);
	ck_assert_str_eq(a, "./a_b_c.tar");
	ck_assert_uint_eq(earlier, 0);
	b = names_claim_path(&taken, "a_b:c", 1, ".tar", 1, &earlier, &err);
	ck_assert_uint_eq(earlier, 0);
	ck_assert_str_ne(a, b);
	ck_assert_int_eq(strncmp(b, "./a_b_c~", 8), 0);
	/* Even the same name once more gets a path of its own. */
	again = names_claim_path(&taken, "a_b:c", 1, ".tar", 2, &earlier, &err);
	ck_assert_uint_eq(earlier, 0);
	ck_assert_str_ne(again, b);
	/* Another directory, another file. */
	a = names_claim_path(&taken, "p/a_b:c", 3, ".tar", 3, &earlier, &err);
	ck_assert_str_eq(a, "./images/p/p_a_b_c.tar");
	ck_assert_uint_eq(earlier, 3);
	ck_assert_ptr_null(names_claim_path(&taken, "a/../b", 3, ".tar", 4, &earlier, &err));
	name_map_release(&taken);
}
END_TEST

START_TEST(who_was_first)
{
	struct name_map c = { { NULL, 0 }, NULL, 0, 0 };
	const char *kept[5000];
	uint32_t earlier;
	char s[32];

	for (uint32_t i = 0; i < 5000; i++) {
		size_t len = (size_t)snprintf(s, sizeof(s), "r.io/%u", i);

		kept[i] = name_map_add(&c, s, len, i, &earlier);
		ck_assert_ptr_nonnull(kept[i]);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		size_t len = (size_t)snprintf(s, sizeof(s), "r.io/%u", i);

		ck_assert_str_eq(kept[i], s);
		earlier = UINT32_MAX;
		ck_assert_ptr_null(name_map_add(&c, s, len, 7, &earlier));
		ck_assert_uint_eq(earlier, i);
	}
	ck_assert_ptr_nonnull(name_map_add(&c, "r.io/12", 4, 1, &earlier)); /* "r.io" */
	ck_assert_ptr_nonnull(name_map_add(&c, "", 0, 1, &earlier));
	ck_assert_ptr_null(name_map_add(&c, "", 0, 2, &earlier));
	name_map_release(&c);
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

static void ck_names(const char *name, const struct ref *r)
{
	struct span save = names_save_project(name), push = names_push_project(name), tag;
	struct buf b = BUF_INIT;
	struct err err = { "" };
	struct ref target;

	names_file(name, ".tar", 0, &b);
	ck_assert_ptr_null(strchr(buf_str(&b), '/'));
	ck_assert_ptr_null(strchr(buf_str(&b), ':'));
	ck_assert_uint_le(b.len, NAMES_FILE_MAX);
	ck_assert_str_eq(buf_str(&b) + b.len - 4, ".tar");
	if (strlen(name) <= NAMES_FILE_MAX - 4)
		ck_assert_ptr_null(strchr(buf_str(&b), '~'));
	ck_assert(save.len && !memchr(save.s, '/', save.len) && save.s[0] != '.');
	ck_assert(push.len && !memchr(push.s, '/', push.len) && !memchr(push.s, ':', push.len));
	buf_reset(&b);
	ck_assert_msg(!names_target(name, "r.example:5000/x", "p", &b, &err), "%s", err.text);
	ck_assert_int_eq(strncmp(buf_str(&b), "r.example:5000/x/p/", 19), 0);
	ck_assert_int_eq(ref_parse(buf_str(&b), &target, &err), 0);
	ck_assert_uint_eq(ref_base(&target).len, ref_base(r).len);
	tag = target.tag;
	ck_assert_uint_gt(tag.len, 0);
	ck_assert_uint_eq(target.digest.len, 0);
	if (r->digest.len && !r->tag.len)
		ck_assert_ptr_nonnull(memchr(tag.s, '-', tag.len));
	buf_release(&b);
}

/* What a file may be called by one image is no other's. */
START_TEST(random_names)
{
	struct name_map names = { { NULL, 0 }, NULL, 0, 0 }, paths = names, written = names;
	struct chance c = { 2 };
	struct buf name = BUF_INIT;
	struct err err = { "" };
	uint32_t earlier, n = 0, moved = 0;
	const char *path;
	struct ref r;

	for (size_t i = 0; i < N_RANDOM; i++) {
		buf_reset(&name);
		refgen_add(&c, &name);
		if (ref_parse(buf_str(&name), &r, NULL) ||
		    !name_map_add(&names, buf_str(&name), name.len, n, &earlier))
			continue;
		ck_names(buf_str(&name), &r);
		path = names_claim_path(&paths, buf_str(&name), 2, ".tar", n, &earlier, &err);
		ck_assert_ptr_nonnull(path);
		ck_assert_int_eq(earlier != n,
				 strchr(path, '~') != NULL && name.len <= NAMES_FILE_MAX - 4);
		ck_assert_ptr_nonnull(name_map_add(&written, path, strlen(path), n, &earlier));
		ck_assert_int_eq(strncmp(path, "./images/", 9), 0);
		ck_assert_ptr_null(strchr(path + 9, '/'));
		moved += strchr(path, '~') != NULL;
		n++;
	}
	ck_assert_uint_gt(n, N_RANDOM / 8);
	ck_assert_uint_gt(moved, 10);
	name_map_release(&names);
	name_map_release(&paths);
	name_map_release(&written);
	buf_release(&name);
}
END_TEST

UNIT_MAIN("names", files, long_files, projects, dirs, targets, long_algorithm, one_file_for_two,
	  who_was_first, random_names)
