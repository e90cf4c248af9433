/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "archive/check.h"
#include "archive/entries.h"
#include "archive/path.h"
#include "base/mem.h"
#include "tarmaker.h"

/* ---- archives: a set of files, which a case may spoil before it is a tar ---- */

#define MAX_PARTS 40

struct part {
	struct buf name, data;
	char type;
};

struct set {
	struct part v[MAX_PARTS];
	size_t n;
};

static struct part *put(struct set *s, const char *name, const void *data, size_t len)
{
	struct part *p = &s->v[s->n++];

	ck_assert_uint_le(s->n, MAX_PARTS);
	p->type = '0';
	buf_adds(&p->name, name);
	buf_add(&p->data, data, len);
	return p;
}

static struct part *puts_at(struct set *s, const char *name, const char *text)
{
	return put(s, name, text, strlen(text));
}

static void put_link(struct set *s, const char *name, const char *target)
{
	puts_at(s, name, target)->type = '2';
}

static struct part *get(struct set *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(buf_str(&s->v[i].name), name) == 0)
			return &s->v[i];
	ck_abort_msg("no part %s", name);
}

static void rewrite(struct part *p, const char *text)
{
	buf_reset(&p->data);
	buf_adds(&p->data, text);
}

static void take_out(struct set *s, const char *name)
{
	struct part *p = get(s, name);

	buf_release(&p->name);
	buf_release(&p->data);
	*p = s->v[--s->n];
	memset(&s->v[s->n], 0, sizeof(s->v[0]));
}

static void free_set(struct set *s)
{
	while (s->n) {
		buf_release(&s->v[--s->n].name);
		buf_release(&s->v[s->n].data);
	}
}

static void to_tar(const struct set *s, struct buf *tar)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct part *p = &s->v[i];

		if (p->type == '0')
			tar_file(tar, buf_str(&p->name), buf_str(&p->data), p->data.len);
		else
			tar_add(tar, buf_str(&p->name), p->type, buf_str(&p->data), NULL, 0);
	}
	tar_end(tar);
}

/* Replace $1 to $9 by the sha256 of the content of that part, from 1. */
static void expand(const struct set *s, const char *text, struct buf *b)
{
	char hex[SUM_HEX + 1];

	for (; *text; text++) {
		if (*text != '$') {
			buf_addc(b, *text);
			continue;
		}
		text++;
		ck_assert_uint_le((size_t)(*text - '0'), s->n);
		hex_of(buf_str(&s->v[*text - '1'].data), s->v[*text - '1'].data.len, hex);
		buf_adds(b, hex);
	}
}

static struct part *put_text(struct set *s, const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	struct part *p;

	expand(s, text, &b);
	p = put(s, name, buf_str(&b), b.len);
	buf_release(&b);
	return p;
}

/* A file with its own sum in its name: "%s.json", "blobs/sha256/%s". */
static struct part *put_named(struct set *s, const char *before, const char *after,
			      const char *text)
{
	struct part *p = put_text(s, before, text);
	char hex[SUM_HEX + 1];

	hex_of(buf_str(&p->data), p->data.len, hex);
	buf_addf(&p->name, "%s%s", hex, after);
	return p;
}

#define BLOB "blobs/sha256/"
#define CONFIG \
	"{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\",\"rootfs\":{" \
	"\"type\":\"layers\",\"diff_ids\":[\"sha256:$1\",\"sha256:$2\"]}}"

/* As docker 20.10 writes it, less the files of ten years ago. */
static void docker_set(struct set *s)
{
	struct buf m = BUF_INIT;

	puts_at(s, "l1/layer.tar", "the first layer\n");
	puts_at(s, "l2/layer.tar", "the second layer, somewhat longer\n");
	buf_addf(&m,
		 "[{\"Config\":\"%s\",\"RepoTags\":[\"a/b:v1\",\"a/b:v2\"],"
		 "\"Layers\":[\"l1/layer.tar\",\"l2/layer.tar\"]}]",
		 buf_str(&put_named(s, "", ".json", CONFIG)->name));
	put_text(s, "manifest.json", buf_str(&m));
	buf_release(&m);
}

#define DESCRIPTOR(n, size) "{\"digest\":\"sha256:$" #n "\",\"size\":" #size "}"

/* Layers 1 and 2, configuration 3, manifest 4, index.json 5. */
static void oci_set(struct set *s)
{
	struct buf b = BUF_INIT;

	put_named(s, BLOB, "", "the first layer\n");
	put_named(s, BLOB, "", "the second layer, somewhat longer\n");
	put_named(s, BLOB, "", CONFIG);
	buf_addf(&b,
		 "{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
		 "\"digest\":\"sha256:$3\",\"size\":%zu},\"layers\":[" DESCRIPTOR(
			 1, 16) "," DESCRIPTOR(2, 34) "]}",
		 s->v[2].data.len);
	put_named(s, BLOB, "", buf_str(&b));
	buf_reset(&b);
	buf_addf(&b,
		 "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":%zu,\"annotations\":{"
		 "\"org.opencontainers.image.ref.name\":\"v1\","
		 "\"io.containerd.image.name\":\"docker.io/a/b:v1\"}}]}",
		 s->v[3].data.len);
	put_text(s, "index.json", buf_str(&b));
	puts_at(s, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	buf_release(&b);
}

/* ---- checking ---- */

struct memory {
	const char *data;
	size_t len, chunk;
};

static ssize_t give(void *user, const void **ret_data, struct err *err)
{
	struct memory *m = user;
	size_t n = m->len < m->chunk ? m->len : m->chunk;

	(void)err;
	*ret_data = m->data;
	m->data += n;
	m->len -= n;
	return (ssize_t)n;
}

static int check_bytes(const char *data, size_t len, size_t chunk, struct check_report *r,
		       struct err *err)
{
	struct memory m = { .data = data, .len = len, .chunk = chunk };
	struct source src = { .read = give, .user = &m };
	int rc;

	err->text[0] = '\0';
	rc = check_archive(&src, r, err);
	ck_assert_msg(rc == 0 || err->text[0], "failed without a word");
	ck_assert_msg(rc != 0 || !m.len, "good, and not read to the end");
	return rc;
}

static void must_pass(struct set *s, struct check_report *r)
{
	struct buf tar = BUF_INIT;
	struct err err;

	to_tar(s, &tar);
	ck_assert_msg(!check_bytes(tar.data, tar.len, SIZE_MAX, r, &err), "%s", err.text);
	buf_release(&tar);
	free_set(s);
}

/* The text of the error is part of what is promised. */
static void must_fail(struct set *s, const char *words)
{
	struct check_report r;
	struct buf tar = BUF_INIT;
	struct err err;

	to_tar(s, &tar);
	ck_assert_msg(check_bytes(tar.data, tar.len, SIZE_MAX, &r, &err) < 0,
		      "passed, but should say: %s", words);
	ck_assert_msg(strstr(err.text, words), "'%s' does not say '%s'", err.text, words);
	check_release(&r);
	buf_release(&tar);
	free_set(s);
}

START_TEST(docker_whole)
{
	struct set s = { 0 };
	struct check_report r;
	char hex[SUM_HEX + 1];

	docker_set(&s);
	hex_of(s.v[2].data.data, s.v[2].data.len, hex);
	must_pass(&s, &r);
	ck_assert_str_eq(r.format, "docker-archive");
	ck_assert_uint_eq(r.n, 1);
	ck_assert_str_eq(r.images[0].id + 7, hex);
	ck_assert_str_eq(r.images[0].digest, "");
	ck_assert_str_eq(r.images[0].platform, "linux/arm64/v8");
	ck_assert_uint_eq(r.images[0].tags.n, 2);
	ck_assert_str_eq(r.images[0].tags.v[1], "a/b:v2");
	ck_assert_uint_eq(r.images[0].layers_bytes, 50);
	ck_assert_uint_eq(r.layers, 2);
	ck_assert_uint_eq(r.entries, 4);
	ck_assert_uint_eq(r.unchecked, 0);
	ck_assert_uint_eq(r.bytes, 4 * 2 * TAR_BLOCK + 2 * TAR_BLOCK);
	check_release(&r);
}
END_TEST

/* Equal layers: docker 20.10 writes a link, which may come before the file. */
START_TEST(docker_links)
{
	struct set s = { 0 };
	struct check_report r;

	docker_set(&s);
	buf_reset(&s.v[0].name);
	buf_adds(&s.v[0].name, "z/layer.tar");
	put_link(&s, "l1/layer.tar", "../z/layer.tar");
	puts_at(&s, "l1/", "")->type = '5';
	must_pass(&s, &r);
	ck_assert_uint_eq(r.images[0].layers_bytes, 50);
	check_release(&r);

	docker_set(&s);
	buf_reset(&s.v[0].name);
	buf_adds(&s.v[0].name, "z/layer.tar");
	puts_at(&s, "l1/layer.tar", "z/layer.tar")->type = '1';
	must_pass(&s, &r);
	check_release(&r);
}
END_TEST

START_TEST(docker_several)
{
	struct set s = { 0 };
	struct check_report r;
	struct buf m = BUF_INIT;

	docker_set(&s);
	puts_at(&s, "c.json",
		"{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[]}}");
	buf_add(&m, s.v[3].data.data, s.v[3].data.len - 1);
	buf_adds(&m, ",{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[]},");
	buf_add(&m, s.v[3].data.data + 1, s.v[3].data.len - 1);
	rewrite(&s.v[3], buf_str(&m));
	buf_release(&m);
	must_pass(&s, &r);
	ck_assert_uint_eq(r.n, 2);
	ck_assert_uint_eq(r.layers, 2);
	ck_assert_uint_eq(r.images[0].tags.n, 2);
	ck_assert_uint_eq(r.images[1].tags.n, 0);
	ck_assert_str_eq(r.images[1].platform, "linux/amd64");
	check_release(&r);
}
END_TEST

/* No engine loads an image whose configuration says nothing of layers. A chart
 * and the like are no images, which their types say. */
START_TEST(without_rootfs)
{
	static const char *const types[] = { "application/vnd.cncf.helm.config.v1+json",
					     "application/vnd.oci.image.config.v1+json" };
	struct set s = { 0 };
	struct buf m = BUF_INIT;

	docker_set(&s);
	puts_at(&s, "c.json", "{}");
	buf_add(&m, s.v[3].data.data, s.v[3].data.len - 1);
	buf_adds(&m, ",{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"c.json\"]}]");
	rewrite(&s.v[3], buf_str(&m));
	must_fail(&s, "the configuration 'c.json' has no rootfs");
	for (size_t i = 0; i < 2; i++) {
		struct check_report r;
		size_t len;

		oci_set(&s);
		take_out(&s, "index.json");
		put_named(&s, BLOB, "", "{}");
		buf_reset(&m);
		buf_addf(&m,
			 "{\"config\":{\"mediaType\":\"%s\",\"digest\":\"sha256:$6\",\"size\":2},"
			 "\"layers\":[" DESCRIPTOR(1, 16) "]}",
			 types[i]);
		len = put_named(&s, BLOB, "", buf_str(&m))->data.len;
		buf_reset(&m);
		buf_addf(&m,
			 "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":%zu},"
			 "{\"digest\":\"sha256:$7\",\"size\":%zu}]}",
			 s.v[3].data.len, len);
		put_text(&s, "index.json", buf_str(&m));
		if (i) {
			must_fail(&s, "has no rootfs");
			continue;
		}
		must_pass(&s, &r);
		ck_assert_uint_eq(r.n, 1);
		check_release(&r);
	}
	buf_release(&m);
}
END_TEST

/* Compressed layers cannot be held against diff_ids, but against their names. */
START_TEST(docker_compressed)
{
	struct set s = { 0 };
	struct check_report r;
	char hex[SUM_HEX + 1];
	struct buf m = BUF_INIT;

	docker_set(&s);
	rewrite(&s.v[0], "\x1f\x8b compressed");
	must_pass(&s, &r);
	ck_assert_uint_eq(r.unchecked, 1);
	check_release(&r);

	for (int spoilt = 0; spoilt < 2; spoilt++) {
		docker_set(&s);
		rewrite(&s.v[0], "\x28\xb5\x2f\xfd compressed");
		hex_of(s.v[0].data.data, s.v[0].data.len, hex);
		buf_reset(&s.v[0].name);
		buf_addf(&s.v[0].name, "%s.tar.gz", hex);
		buf_reset(&m);
		buf_addf(&m, "[{\"Config\":\"%s\",\"Layers\":[\"%s.tar.gz\",\"l2/layer.tar\"]}]",
			 buf_str(&s.v[2].name), hex);
		rewrite(&s.v[3], buf_str(&m));
		if (spoilt) {
			buf_addc(&s.v[0].data, '!');
			must_fail(&s, "is damaged: its sha256 is");
			continue;
		}
		must_pass(&s, &r);
		ck_assert_uint_eq(r.unchecked, 0);
		check_release(&r);
	}
	buf_release(&m);
}
END_TEST

START_TEST(oci_whole)
{
	struct set s = { 0 };
	struct check_report r;
	char hex[SUM_HEX + 1];

	oci_set(&s);
	hex_of(s.v[3].data.data, s.v[3].data.len, hex);
	must_pass(&s, &r);
	ck_assert_str_eq(r.format, "oci");
	ck_assert_uint_eq(r.n, 1);
	ck_assert_str_eq(r.images[0].digest + 7, hex);
	ck_assert_str_eq(r.images[0].tags.v[0], "docker.io/a/b:v1");
	ck_assert_uint_eq(r.images[0].layers_bytes, 50);
	check_release(&r);
}
END_TEST

/* nerdctl, and docker since 25: one image, told in both ways. */
START_TEST(both_forms)
{
	struct set s = { 0 };
	struct check_report r;

	oci_set(&s);
	put_text(&s, "manifest.json",
		 "[{\"Config\":\"" BLOB "$3\",\"RepoTags\":[\"a/b:v1\"],"
		 "\"Layers\":[\"" BLOB "$1\",\"" BLOB "$2\"]}]");
	must_pass(&s, &r);
	ck_assert_str_eq(r.format, "docker-archive+oci");
	ck_assert_uint_eq(r.n, 1);
	ck_assert_uint_eq(r.layers, 2);
	ck_assert_uint_eq(r.images[0].layers_bytes, 50);
	ck_assert_uint_eq(r.images[0].tags.n, 1);
	ck_assert_str_eq(r.images[0].tags.v[0], "a/b:v1");
	ck_assert_str_ne(r.images[0].digest, "");
	check_release(&r);
}
END_TEST

/* A list of platforms of which one was pulled, with its attestation. */
static void nested_set(struct set *s)
{
	struct buf b = BUF_INIT;
	size_t manifest, list;

	oci_set(s);
	take_out(s, "index.json");
	ck_assert_str_eq(buf_str(&s->v[4].name), "oci-layout");
	put_named(s, BLOB, "",
		  "{\"os\":\"unknown\",\"architecture\":\"unknown\",\"rootfs\":{\"diff_ids\":["
		  "\"sha256:$1\"]}}");
	buf_addf(&b,
		 "{\"config\":{\"digest\":\"sha256:$6\",\"size\":%zu},\"layers\":[" DESCRIPTOR(
			 1, 16) "]}",
		 s->v[5].data.len);
	manifest = put_named(s, BLOB, "", buf_str(&b))->data.len;
	buf_reset(&b);
	buf_addf(
		&b,
		"{\"manifests\":[{\"digest\":\"sha256:%064d\",\"size\":9},"
		"{\"digest\":\"sha256:$4\",\"size\":%zu},{\"digest\":\"sha256:$7\",\"size\":%zu}]}",
		0, s->v[3].data.len, manifest);
	list = put_named(s, BLOB, "", buf_str(&b))->data.len;
	buf_reset(&b);
	buf_addf(&b,
		 "{\"manifests\":[{\"digest\":\"sha256:$8\",\"size\":%zu,\"annotations\":{"
		 "\"org.opencontainers.image.ref.name\":\"a:1\"}}]}",
		 list);
	put_text(s, "index.json", buf_str(&b));
	buf_release(&b);
}

START_TEST(oci_lists)
{
	struct set s = { 0 };
	struct check_report r;

	nested_set(&s);
	must_pass(&s, &r);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_uint_eq(r.absent, 1);
	ck_assert_str_eq(r.images[0].platform, "linux/arm64/v8");
	ck_assert_str_eq(r.images[0].tags.v[0], "a:1");
	check_release(&r);

	nested_set(&s);
	take_out(&s, buf_str(&s.v[6].name));
	take_out(&s, buf_str(&s.v[3].name));
	must_fail(&s, "not one of its images is in the archive");
}
END_TEST

START_TEST(oci_layers_elsewhere)
{
	static const char *const types[] = {
		"application/vnd.oci.image.layer.nondistributable.v1.tar",
		"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		"application/vnd.oci.image.layer.v1.tar"
	};

	for (size_t i = 0; i < 3; i++) {
		struct set s = { 0 };
		struct check_report r;
		struct buf b = BUF_INIT;
		size_t manifest;

		oci_set(&s);
		take_out(&s, "index.json");
		buf_addf(
			&b,
			"{\"config\":{\"digest\":\"sha256:$3\",\"size\":%zu},\"layers\":["
			"{\"mediaType\":\"%s\",\"digest\":\"sha256:%064d\",\"size\":9}," DESCRIPTOR(
				2, 34) "]}",
			s.v[2].data.len, types[i], 0);
		manifest = put_named(&s, BLOB, "", buf_str(&b))->data.len;
		buf_reset(&b);
		buf_addf(&b, "{\"manifests\":[{\"digest\":\"sha256:$6\",\"size\":%zu}]}", manifest);
		put_text(&s, "index.json", buf_str(&b));
		buf_release(&b);
		if (i == 2) {
			must_fail(&s, "which is not in the archive");
			continue;
		}
		must_pass(&s, &r);
		ck_assert_uint_eq(r.layers, 1);
		check_release(&r);
	}
}
END_TEST

/* ---- damage ---- */

START_TEST(cut_anywhere)
{
	for (int oci = 0; oci < 2; oci++) {
		struct set s = { 0 };
		struct buf tar = BUF_INIT;
		struct check_report r;
		struct err err;

		if (oci)
			oci_set(&s);
		else
			docker_set(&s);
		to_tar(&s, &tar);
		for (size_t len = 0; len < tar.len; len++) {
			ck_assert_msg(check_bytes(tar.data, len, SIZE_MAX, &r, &err) < 0,
				      "%zu of %zu bytes passed", len, tar.len);
			check_release(&r);
		}
		ck_assert_int_eq(check_bytes(tar.data, tar.len, SIZE_MAX, &r, &err), 0);
		check_release(&r);
		buf_release(&tar);
		free_set(&s);
	}
}
END_TEST

/* Where the content of layer, configuration or manifest lies. */
static bool is_summed(const struct set *s, size_t at)
{
	size_t start = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t len = s->v[i].data.len;
		bool names = strchr(buf_str(&s->v[i].name), '.') &&
			     (strcmp(buf_str(&s->v[i].name), "manifest.json") == 0 ||
			      strcmp(buf_str(&s->v[i].name), "index.json") == 0);

		start += TAR_BLOCK;
		if (at >= start && at < start + len)
			return !names && strcmp(buf_str(&s->v[i].name), "oci-layout") != 0;
		start += (len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	return false;
}

/* One bit: what passes has lost nothing, and sums tell all of their content. */
START_TEST(flipped_anywhere)
{
	for (int oci = 0; oci < 2; oci++) {
		struct set s = { 0 };
		struct buf tar = BUF_INIT;
		struct check_report r;
		struct err err;

		if (oci)
			oci_set(&s);
		else
			docker_set(&s);
		to_tar(&s, &tar);
		for (size_t bit = 0; bit < 8 * tar.len; bit++) {
			int rc;

			tar.data[bit / 8] ^= (char)(1 << bit % 8);
			rc = check_bytes(tar.data, tar.len, SIZE_MAX, &r, &err);
			ck_assert_msg(rc || !is_summed(&s, bit / 8), "bit %zu passed", bit);
			ck_assert(rc ||
				  (r.n == 1 && r.layers == 2 && r.images[0].layers_bytes == 50));
			tar.data[bit / 8] ^= (char)(1 << bit % 8);
			check_release(&r);
		}
		buf_release(&tar);
		free_set(&s);
	}
}
END_TEST

START_TEST(in_pieces_as_in_one)
{
	static const size_t chunks[] = { 1, 7, 511, 512, 513, 1024, 5000 };
	struct set s = { 0 };
	struct buf tar = BUF_INIT, want = BUF_INIT, have = BUF_INIT;
	struct check_report r;
	struct err err;

	nested_set(&s);
	to_tar(&s, &tar);
	ck_assert_int_eq(check_bytes(tar.data, tar.len, SIZE_MAX, &r, &err), 0);
	check_json(&r, &want);
	check_release(&r);
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		buf_reset(&have);
		ck_assert_int_eq(check_bytes(tar.data, tar.len, chunks[i], &r, &err), 0);
		check_json(&r, &have);
		ck_assert_str_eq(buf_str(&have), buf_str(&want));
		check_release(&r);
	}
	buf_release(&tar);
	buf_release(&want);
	buf_release(&have);
	free_set(&s);
}
END_TEST

START_TEST(the_end_of_the_tar)
{
	static const struct {
		size_t zeros;
		const char *more;
		const char *words; /* NULL: good */
	} cases[] = {
		{ 1024, "", NULL },
		{ 10240, "", NULL },
		{ 512, "", "the tar's end is missing" },
		{ 0, "", "the tar's end is missing" },
		{ 1025, "", "not complete tar blocks" },
		{ 1024, "x", "something after the tar's end" },
		{ 10240, "x", "something after the tar's end" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set s = { 0 };
		struct buf tar = BUF_INIT;
		struct check_report r;
		struct err err;
		int rc;

		docker_set(&s);
		to_tar(&s, &tar);
		tar.len -= 2 * TAR_BLOCK;
		tar_zeros(&tar, cases[i].zeros);
		buf_adds(&tar, cases[i].more);
		rc = check_bytes(tar.data, tar.len, SIZE_MAX, &r, &err);
		ck_assert_msg(rc == (cases[i].words ? -1 : 0), "case %zu: %s", i, err.text);
		ck_assert(!rc || strstr(err.text, cases[i].words));
		check_release(&r);
		buf_release(&tar);
		free_set(&s);
	}
}
END_TEST

START_TEST(swapped_blobs)
{
	struct set s = { 0 };
	struct buf keep;

	oci_set(&s);
	keep = s.v[0].data;
	s.v[0].data = s.v[1].data;
	s.v[1].data = keep;
	must_fail(&s, "is damaged: its sha256 is");

	docker_set(&s);
	keep = s.v[0].data;
	s.v[0].data = s.v[1].data;
	s.v[1].data = keep;
	must_fail(&s, "layer 'l1/layer.tar' is damaged: its sha256 is not its diff_id");
}
END_TEST

START_TEST(what_is_missing)
{
	struct set s = { 0 };

	docker_set(&s);
	take_out(&s, "l1/layer.tar");
	must_fail(&s, "manifest.json names layer 'l1/layer.tar', which is not in the archive");
	docker_set(&s);
	take_out(&s, buf_str(&s.v[2].name));
	must_fail(&s, "manifest.json names configuration '");
	docker_set(&s);
	take_out(&s, "manifest.json");
	must_fail(&s, "neither manifest.json nor index.json");
	oci_set(&s);
	take_out(&s, "oci-layout");
	must_fail(&s, "no 'oci-layout'");
	for (size_t i = 0; i < 4; i++) {
		oci_set(&s);
		take_out(&s, buf_str(&s.v[i].name));
		must_fail(&s, "which is not in the archive");
	}
	must_fail(&s, "neither manifest.json nor index.json");
}
END_TEST

/* ---- documents that say nonsense ---- */

START_TEST(bad_manifests)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "not JSON" },
		{ "[", "not JSON" },
		{ "[]", "not a list of images" },
		{ "{}", "not a list of images" },
		{ "[1]", "an image without a Config" },
		{ "[{\"Config\":7}]", "an image without a Config" },
		{ "[{\"Config\":\"l1/layer.tar\",\"Layers\":[]}]", "is not JSON" },
		{ "[{\"Config\":\"manifest.json\",\"Layers\":[]}]",
		  "not an image's configuration" },
		{ "[{\"Config\":\"no\\u001b[31m\"}]", "'no\\x1b[31m'" },
		{ "[{\"Config\":\"c\",\"Config\":\"c\"}]", "a key comes twice" },
		{ "[{\"Config\":\"$3.json\",\"Layers\":[\"l1/layer.tar\"]}]",
		  "has 2 layers, and its manifest names 1" },
		{ "[{\"Config\":\"$3.json\"}]", "has 2 layers, and its manifest names 0" },
		{ "[{\"Config\":\"$3.json\",\"Layers\":[\"l2/layer.tar\",\"l1/layer.tar\"]}]",
		  "is damaged" },
		{ "[{\"Config\":\"$3.json\",\"Layers\":[\"l1/layer.tar\",null]}]", "'?'" },
		{ "[{\"Config\":\"$3.json\",\"RepoTags\":\"a\",\"Layers\":[\"a\",\"b\"]}]",
		  "RepoTags is not a list" },
		{ "[{\"Config\":\"$3.json\",\"RepoTags\":[1],\"Layers\":[\"a\",\"b\"]}]",
		  "RepoTags holds what is not a name" },
		{ "[] []", "not JSON" },
		{ "[\"\xff\"]", "not JSON" },
		{ "[\"\\u0000\"]", "not JSON" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set s = { 0 };

		docker_set(&s);
		take_out(&s, "manifest.json");
		put_text(&s, "manifest.json", cases[i].text);
		must_fail(&s, cases[i].words);
	}
}
END_TEST

START_TEST(bad_indexes)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "{}", "not one of its images" },
		{ "{\"manifests\":[]}", "not one of its images" },
		{ "{\"manifests\":[1]}", "not a sha256" },
		{ "{\"manifests\":[{\"digest\":\"sha512:00\"}]}", "not a sha256" },
		{ "{\"manifests\":[{\"digest\":\"sha256:../../../etc/passwd\"}]}", "not a sha256" },
		{ "{\"manifests\":[{\"digest\":\"sha256:$4\"}]}", "says otherwise" },
		{ "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":-1}]}", "says otherwise" },
		{ "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":1e300}]}", "says otherwise" },
		{ "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":9223372036854775808}]}",
		  "not JSON" },
		{ "{\"manifests\":[{\"digest\":\"sha256:$1\",\"size\":16}]}", "is not JSON" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set s = { 0 };

		oci_set(&s);
		take_out(&s, "index.json");
		put_text(&s, "index.json", cases[i].text);
		must_fail(&s, cases[i].words);
	}
}
END_TEST

START_TEST(wrong_layout_version)
{
	struct set s = { 0 };

	oci_set(&s);
	rewrite(get(&s, "oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
	must_fail(&s, "a version that is not known here");
}
END_TEST

/* ---- archives made to do harm ---- */

START_TEST(hostile_names)
{
	static const struct {
		const char *name, *words;
		char type;
		const char *link;
	} cases[] = {
		{ "../x", "'..'", '0', "" },
		{ "a/../../x", "'..'", '0', "" },
		{ "..", "'..'", '5', "" },
		{ "/etc/passwd", "absolute", '0', "" },
		{ "a\nb", "printable", '0', "" },
		{ "\x1b[2J", "'\\x1b[2J'", '0', "" },
		{ "\xc3\xa4", "printable", '0', "" },
		{ "dev", "neither file, directory nor link", '3', "" },
		{ "fifo", "neither file, directory nor link", '6', "" },
		{ "l", "leaves the archive", '2', "../x" },
		{ "d/l", "leaves the archive", '2', "../../x" },
		{ "l", "absolute", '2', "/etc/passwd" },
		{ "d/h", "leaves the archive", '1', "../x" },
		{ "h", "absolute", '1', "/etc/passwd" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set s = { 0 };

		docker_set(&s);
		puts_at(&s, cases[i].name, cases[i].link)->type = cases[i].type;
		must_fail(&s, cases[i].words);
	}
}
END_TEST

START_TEST(harmless_names)
{
	struct set s = { 0 };
	struct check_report r;

	docker_set(&s);
	puts_at(&s, "./", "")->type = '5';
	puts_at(&s, "./x/./y//z", "");
	puts_at(&s, "...", "");
	put_link(&s, "d/l", "../nothing");
	must_pass(&s, &r);
	check_release(&r);
}
END_TEST

START_TEST(link_tricks)
{
	struct set s = { 0 };

	docker_set(&s);
	take_out(&s, "l1/layer.tar");
	put_link(&s, "l1/layer.tar", "../l3");
	put_link(&s, "l3", "l1/layer.tar");
	must_fail(&s, "names layer 'l1/layer.tar'");
	docker_set(&s);
	take_out(&s, "l1/layer.tar");
	put_link(&s, "l1/layer.tar", "../l1");
	puts_at(&s, "l1", "")->type = '5';
	must_fail(&s, "names layer 'l1/layer.tar'");
	/* A blob that is a link would not be what its name says. */
	oci_set(&s);
	puts_at(&s, "elsewhere", "the first layex\n");
	put_link(&s, buf_str(&s.v[0].name), "../../elsewhere");
	take_out(&s, buf_str(&s.v[0].name));
	must_fail(&s, "is a link, and not a blob");
}
END_TEST

START_TEST(twice)
{
	struct set s = { 0 };
	struct check_report r;

	docker_set(&s);
	puts_at(&s, "l1/layer.tar", "the first layer\n");
	puts_at(&s, "d/", "")->type = '5';
	puts_at(&s, "./d", "")->type = '5';
	must_pass(&s, &r);
	ck_assert_uint_eq(r.entries, 5);
	check_release(&r);

	docker_set(&s);
	puts_at(&s, "manifest.json", "[]");
	must_fail(&s, "'manifest.json' is there twice");
	docker_set(&s);
	put_link(&s, "l1/layer.tar", "../l2/layer.tar");
	must_fail(&s, "'l1/layer.tar' is there twice");
}
END_TEST

static void must_fail_raw(struct buf *tar, const char *words)
{
	struct check_report r;
	struct err err;

	ck_assert_msg(check_bytes(buf_str(tar), tar->len, SIZE_MAX, &r, &err) < 0, "passed: %s",
		      words);
	ck_assert_msg(strstr(err.text, words), "'%s' does not say '%s'", err.text, words);
	check_release(&r);
	buf_release(tar);
}

/* ---- what readers of tars and of JSON understand in different ways ---- */

/* A pax record, whose length counts its own digits. */
static void pax_record(struct buf *b, const char *key, const char *value)
{
	size_t body = strlen(key) + strlen(value) + 3, len = body + 1;

	while (len != body + (len < 10 ? 1 : len < 100 ? 2 : 3))
		len++;
	buf_addf(b, "%zu %s=%s\n", len, key, value);
}

static void pax(struct buf *tar, char type, const char *key, const char *value)
{
	struct buf b = BUF_INIT;

	pax_record(&b, key, value);
	tar_add(tar, "pax", type, NULL, b.data, b.len);
	buf_release(&b);
}

static void long_name(struct buf *tar, char type, const char *name)
{
	tar_add(tar, "././@LongLink", type, NULL, name, strlen(name) + 1);
}

/* Change a header that was just written, and make its sum fit. */
static void alter(struct buf *tar, size_t header, size_t at, const char *data, size_t len)
{
	memcpy(tar->data + header + at, data, len);
	tar_seal((unsigned char *)tar->data + header);
}

/* A good archive behind a hostile beginning, which has to be refused for it. */
static void must_fail_after(struct buf *tar, const char *words)
{
	struct set s = { 0 };

	docker_set(&s);
	to_tar(&s, tar);
	free_set(&s);
	must_fail_raw(tar, words);
}

START_TEST(types_that_readers_skip)
{
	struct buf tar = BUF_INIT;

	for (const char *type = "ASVXDNM7\x7f"; *type; type++) {
		tar_add(&tar, "manifest.json", *type, NULL, "[]", 2);
		must_fail_after(&tar, "a type that readers do not agree on");
	}
}
END_TEST

START_TEST(content_that_readers_skip)
{
	static const char types[] = "125";
	struct buf tar = BUF_INIT, evil = BUF_INIT;

	tar_file(&evil, "manifest.json", "[]", 2);
	for (size_t i = 0; i < 3; i++) {
		tar_add(&tar, "x", types[i], "y", evil.data, evil.len);
		must_fail_after(&tar, "is a link or a directory, and has content");
		/* the size may also come from a pax header */
		pax(&tar, 'x', "size", "1024");
		tar_add(&tar, "x", types[i], "y", evil.data, 0);
		buf_add(&tar, evil.data, evil.len);
		must_fail_after(&tar, "is a link or a directory, and has content");
	}
	tar_add(&tar, "d/", '0', NULL, evil.data, evil.len);
	must_fail_after(&tar, "is a file with the name of a directory");
	tar_add(&tar, "d/", '\0', NULL, evil.data, evil.len);
	must_fail_after(&tar, "is a link or a directory, and has content");
	buf_release(&evil);
}
END_TEST

START_TEST(names_that_readers_choose)
{
	struct buf tar = BUF_INIT, b = BUF_INIT;

	pax(&tar, 'x', "path", "manifest.json");
	long_name(&tar, 'L', "other");
	tar_file(&tar, "x", "[]", 2);
	must_fail_after(&tar, "headers before it that readers do not agree on");
	long_name(&tar, 'K', "other");
	pax(&tar, 'x', "linkpath", "manifest.json");
	tar_add(&tar, "x", '2', "z", NULL, 0);
	must_fail_after(&tar, "headers before it that readers do not agree on");
	for (const char *type = "xLK"; *type; type++) {
		for (int i = 0; i < 2; i++) {
			if (*type == 'x')
				pax(&tar, 'x', "path", i ? "a" : "manifest.json");
			else
				long_name(&tar, *type, i ? "a" : "manifest.json");
		}
		tar_file(&tar, "x", "[]", 2);
		must_fail_after(&tar, "headers before it that readers do not agree on");
	}
	pax(&tar, 'x', "path", "manifest.json");
	pax(&tar, 'g', "comment", "c");
	tar_file(&tar, "x", "[]", 2);
	must_fail_after(&tar, "headers before it that readers do not agree on");
	pax(&tar, 'g', "path", "manifest.json");
	must_fail_after(&tar, "a pax header that readers do not agree on");
	pax(&tar, 'x', "path", "");
	must_fail_after(&tar, "a pax header that readers do not agree on");
	pax(&tar, 'x', "GNU.sparse.name", "manifest.json");
	must_fail_after(&tar, "has holes");
	pax(&tar, 'x', "size", "-1");
	must_fail_after(&tar, "a size in a pax header that cannot be read");
	pax_record(&b, "path", "manifest.json");
	pax_record(&b, "path", "other");
	tar_add(&tar, "pax", 'x', NULL, b.data, b.len);
	must_fail_after(&tar, "a pax header that readers do not agree on");
	b.data[0] = '9';
	tar_add(&tar, "pax", 'x', NULL, b.data, b.len);
	must_fail_after(&tar, "a pax header that cannot be read");
	buf_release(&b);
}
END_TEST

START_TEST(prefixes_that_readers_ignore)
{
	static const struct {
		const char *magic;
		const char *words; /* NULL: the name is prefix/name */
	} cases[] = {
		{ "ustar\0"
		  "00",
		  NULL },
		{ "ustar\0\0", NULL },
		{ "ustar  ", "fields that do not belong to its form" },
		{ "\0\0\0\0\0\0\0", "fields that do not belong to its form" },
		{ "ustarX00", "a form that readers do not agree on" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct check_report r;
		struct buf tar = BUF_INIT;
		struct err err;
		struct set s = { 0 };

		tar_file(&tar, "manifest.json", "[]", 2);
		alter(&tar, 0, 257, cases[i].magic, 8);
		alter(&tar, 0, 345, "p", 1);
		if (cases[i].words) {
			must_fail_after(&tar, cases[i].words);
			continue;
		}
		docker_set(&s);
		to_tar(&s, &tar);
		free_set(&s);
		ck_assert_int_eq(check_bytes(tar.data, tar.len, 100, &r, &err), 0);
		ck_assert_uint_eq(r.entries, 5);
		check_release(&r);
		buf_release(&tar);
	}
}
END_TEST

/* Long names as they are written today, and numbers in base 256. */
START_TEST(names_beyond_a_header)
{
	char name[301];
	struct check_report r;
	struct buf tar = BUF_INIT;
	struct set s = { 0 };
	struct err err;
	size_t at;

	memset(name, 'n', 300);
	name[300] = '\0';
	memcpy(name, "d/", 2);
	pax(&tar, 'g', "comment", "c");
	pax(&tar, 'x', "path", name);
	tar_file(&tar, "short", "[]", 2);
	name[2] = 'm';
	long_name(&tar, 'L', name);
	at = tar.len;
	tar_file(&tar, "short", "[]", 2);
	alter(&tar, at, 124, "\x80\0\0\0\0\0\0\0\0\0\0\2", 12);
	name[2] = 'l';
	long_name(&tar, 'K', name);
	long_name(&tar, 'L', name);
	tar_add(&tar, "short", '2', "short", NULL, 0);
	docker_set(&s);
	to_tar(&s, &tar);
	for (size_t chunk = 1; chunk < 5000; chunk += 511) {
		ck_assert_msg(check_bytes(tar.data, tar.len, chunk, &r, &err) == 0, "%s", err.text);
		ck_assert_uint_eq(r.entries, 8);
		check_release(&r);
	}
	buf_release(&tar);
	free_set(&s);
}
END_TEST

/* Unpacked into a directory, the second entry would replace manifest.json. */
START_TEST(below_links)
{
	static const char evil[] = "[]";
	struct buf tar = BUF_INIT;

	tar_add(&tar, "d", '2', ".", NULL, 0);
	tar_file(&tar, "d/manifest.json", evil, 2);
	must_fail_after(&tar, "'d/manifest.json' lies below 'd', which is not a directory");
	tar_file(&tar, "d/manifest.json", evil, 2);
	tar_file(&tar, "d", evil, 2);
	must_fail_after(&tar, "'d/manifest.json' lies below 'd', which is not a directory");
	tar_add(&tar, "hard", '1', "manifest.json", NULL, 0);
	must_fail_after(&tar, "'hard' is a hard link to 'manifest.json', which does not come");
	tar_add(&tar, "hard", '1', "nothing", NULL, 0);
	must_fail_after(&tar, "'hard' is a hard link to 'nothing', which does not come");
}
END_TEST

/* Go takes a key in any case; of the letters beyond ASCII two fold to s and k. */
START_TEST(keys_in_another_case)
{
	static const char *const manifests[] = {
		"\"config\":\"x\",\"Config\":\"$3.json\"",
		"\"CONFIG\":\"x\"",
		"\"repotags\":[\"evil:1\"]",
		"\"RepoTag\xc5\xbf\":[\"evil:1\"]",
		"\"Layer\xc5\xbf\":[]",
		"\"parent\":\"x\"",
	};
	static const char *const indexes[] = {
		"\"Manifests\":[]", "\"manifest\xc5\xbf\":[]", "\"MediaType\":\"x\"",
		"\"Config\":{}",    "\"annotationS\":{}",
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
		struct set s = { 0 };

		docker_set(&s);
		buf_reset(&b);
		buf_addf(&b, "[{%s,%s", manifests[i], buf_str(&get(&s, "manifest.json")->data) + 2);
		take_out(&s, "manifest.json");
		put_text(&s, "manifest.json", buf_str(&b));
		must_fail(&s, i ? "has a key that engines read as" : "");
	}
	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		struct set s = { 0 };

		oci_set(&s);
		buf_reset(&b);
		buf_addf(&b, "{%s,%s", indexes[i], buf_str(&get(&s, "index.json")->data) + 1);
		rewrite(get(&s, "index.json"), buf_str(&b));
		must_fail(&s, "has a key that engines read as");
	}
	buf_release(&b);
}
END_TEST

/* An index beside manifest.json, with these annotations: the image's names. */
static void both_named(const char *notes, const char *want)
{
	struct set s = { 0 };
	struct check_report r;
	struct buf b = BUF_INIT;

	oci_set(&s);
	put_text(&s, "manifest.json",
		 "[{\"Config\":\"" BLOB "$3\",\"RepoTags\":[\"a/b:v1\"],"
		 "\"Layers\":[\"" BLOB "$1\",\"" BLOB "$2\"]}]");
	buf_addf(&b,
		 "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":%zu,\"annotations\":{%s}}]}",
		 s.v[3].data.len, notes);
	take_out(&s, "index.json");
	put_text(&s, "index.json", buf_str(&b));
	must_pass(&s, &r);
	buf_reset(&b);
	for (size_t i = 0; i < r.images[0].tags.n; i++)
		buf_addf(&b, "%s ", r.images[0].tags.v[i]);
	ck_assert_str_eq(buf_str(&b), want);
	check_release(&r);
	buf_release(&b);
}

#define FULL_NAME "\"io.containerd.image.name\":"
#define REF_NAME "\"org.opencontainers.image.ref.name\":"

START_TEST(names_of_both_forms)
{
	both_named("", "a/b:v1 ");
	both_named(FULL_NAME "\"docker.io/a/b:v1\"," REF_NAME "\"v1\"", "a/b:v1 ");
	both_named(REF_NAME "\"v1\"", "a/b:v1 v1 ");
	both_named(REF_NAME "\"a/b:v1\"", "a/b:v1 ");
	both_named(REF_NAME "\"v2\"", "a/b:v1 v2 ");
	both_named(REF_NAME "\"evil:1\"", "a/b:v1 evil:1 ");
	both_named(FULL_NAME "\"evil:1\"," REF_NAME "\"v1\"", "a/b:v1 evil:1 ");
	both_named(FULL_NAME "\"docker.io/a/b:v1\"," REF_NAME "\"evil:1\"", "a/b:v1 evil:1 ");
}
END_TEST

START_TEST(two_forms_of_one_document)
{
	struct set s = { 0 };
	struct buf b = BUF_INIT;
	size_t len;

	oci_set(&s);
	puts_at(&s, "repositories", "{\"evil\":{\"1\":\"x\"}}");
	must_fail(&s, "'repositories' names images, and manifest.json is not in it");
	oci_set(&s);
	take_out(&s, "index.json");
	buf_addf(&b, "{\"manifests\":[],%s", buf_str(&s.v[3].data) + 1);
	len = put_named(&s, BLOB, "", buf_str(&b))->data.len;
	buf_reset(&b);
	buf_addf(&b, "{\"manifests\":[{\"digest\":\"sha256:$6\",\"size\":%zu}]}", len);
	put_text(&s, "index.json", buf_str(&b));
	must_fail(&s, "could be a manifest, and an index");
	buf_release(&b);
}
END_TEST

START_TEST(huge_sizes)
{
	struct buf tar = BUF_INIT;

	tar_header(&tar, "big", '0', NULL, 077777777777);
	buf_adds(&tar, "little");
	must_fail_raw(&tar, "of its 8589934591 bytes");
	/* base 256: nearly all that fits into 63 bits, and a negative number */
	tar_header(&tar, "big", '0', NULL, 0);
	memcpy(tar.data + 124, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xfe\0", 12);
	tar_seal((unsigned char *)tar.data);
	tar_zeros(&tar, 2048);
	must_fail_raw(&tar, "big");
	tar_header(&tar, "big", '0', NULL, 0);
	memset(tar.data + 124, 0xff, 12);
	tar_seal((unsigned char *)tar.data);
	tar_end(&tar);
	ck_assert_uint_eq(tar.len, 3 * TAR_BLOCK);
	must_fail_raw(&tar, "");
	tar_header(&tar, "big.json", '0', NULL, ENTRIES_TEXT_MAX + 1);
	buf_adds(&tar, "{");
	must_fail_raw(&tar, "cut at 'big.json'");
}
END_TEST

START_TEST(not_a_tar)
{
	struct buf tar = BUF_INIT;

	must_fail_raw(&tar, "empty");
	buf_adds(&tar, "Error: no such image\n");
	must_fail_raw(&tar, "not a tar archive");
	tar_end(&tar);
	must_fail_raw(&tar, "neither manifest.json nor index.json");
	tar_zeros(&tar, 100);
	must_fail_raw(&tar, "not a tar archive");
}
END_TEST

START_TEST(hostile_json)
{
	static const char *const open[] = { "[", "{\"a\":", "[[{\"b\":" };
	struct set s = { 0 };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < 3; i++) {
		buf_reset(&b);
		while (b.len < 100000)
			buf_adds(&b, open[i]);
		docker_set(&s);
		rewrite(get(&s, "manifest.json"), buf_str(&b));
		must_fail(&s, "nested too deeply");
	}
	buf_reset(&b);
	buf_adds(&b, "[0");
	for (size_t i = 0; i < 250000; i++)
		buf_adds(&b, ",[]");
	buf_adds(&b, "]");
	docker_set(&s);
	rewrite(get(&s, "manifest.json"), buf_str(&b));
	must_fail(&s, "too many values");
	buf_reset(&b);
	buf_adds(&b, "[\"");
	while (b.len <= ENTRIES_TEXT_MAX)
		buf_adds(&b, "sixteen letters ");
	buf_adds(&b, "\"]");
	docker_set(&s);
	rewrite(get(&s, "manifest.json"), buf_str(&b));
	must_fail(&s, "too large to be looked at");
	/* brackets in a string are none, nor is an escaped quote the end of it */
	buf_reset(&b);
	buf_adds(&b, "[\"\\\"");
	for (size_t i = 0; i < 1000; i++)
		buf_adds(&b, "[{,");
	buf_adds(&b, "\"]");
	docker_set(&s);
	rewrite(get(&s, "manifest.json"), buf_str(&b));
	must_fail(&s, "an image without a Config");
	buf_release(&b);
}
END_TEST

START_TEST(too_many_names)
{
	struct set s = { 0 };
	struct buf b = BUF_INIT;

	docker_set(&s);
	buf_addf(&b,
		 "[{\"Config\":\"%s\",\"Layers\":[\"l1/layer.tar\",\"l2/layer.tar\"],"
		 "\"RepoTags\":[\"x\"",
		 buf_str(&s.v[2].name));
	for (size_t i = 0; i < CHECK_MAX_TAGS; i++)
		buf_addf(&b, ",\"t%zu\"", i);
	buf_adds(&b, "]}]");
	rewrite(get(&s, "manifest.json"), buf_str(&b));
	buf_release(&b);
	must_fail(&s, "has more than 1000 names");
}
END_TEST

/* A few bytes that name one large document again and again. */
START_TEST(json_bombs)
{
	struct set s = { 0 };
	struct buf config = BUF_INIT, b = BUF_INIT;

	buf_adds(&config, "{\"rootfs\":{\"diff_ids\":[]},\"x\":\"");
	while (config.len < ENTRIES_TEXT_MAX / 2)
		buf_adds(&config, "sixteen letters ");
	buf_adds(&config, "\"}");
	put(&s, "c", config.data, config.len);
	buf_adds(&b, "[{\"Config\":\"c\"}");
	for (int i = 0; i < 200; i++)
		buf_adds(&b, ",{\"Config\":\"c\"}");
	buf_adds(&b, "]");
	puts_at(&s, "manifest.json", buf_str(&b));
	must_fail(&s, "too large, or named too often");
	buf_release(&config);
	buf_release(&b);
}
END_TEST

/* An index that holds itself cannot be made; one that goes down and down can. */
START_TEST(indexes_in_indexes)
{
	struct set s = { 0 };
	struct buf b = BUF_INIT;

	oci_set(&s);
	take_out(&s, "index.json");
	buf_addf(&b, "{\"manifests\":[{\"digest\":\"sha256:$4\",\"size\":%zu}]}", s.v[3].data.len);
	for (int i = 0; i < 5; i++) {
		size_t size = put_named(&s, BLOB, "", buf_str(&b))->data.len;
		char hex[SUM_HEX + 1];

		hex_of(s.v[s.n - 1].data.data, size, hex);
		buf_reset(&b);
		buf_addf(&b, "{\"manifests\":[{\"digest\":\"sha256:%s\",\"size\":%zu}]}", hex,
			 size);
	}
	puts_at(&s, "index.json", buf_str(&b));
	buf_release(&b);
	must_fail(&s, "more than 4 deep");
}
END_TEST

/* As many headers as are asked for, without a tar in memory. */
struct flood {
	size_t left;
	struct buf header;
};

static ssize_t flow(void *user, const void **ret_data, struct err *err)
{
	struct flood *f = user;
	char name[32];

	(void)err;
	if (!f->left)
		return 0;
	buf_reset(&f->header);
	snprintf(name, sizeof(name), "f%zu", f->left--);
	tar_header(&f->header, name, '0', NULL, 0);
	*ret_data = f->header.data;
	return (ssize_t)TAR_BLOCK;
}

START_TEST(a_flood_of_entries)
{
	struct flood f = { .left = 1000000, .header = BUF_INIT };
	struct source src = { .read = flow, .user = &f };
	struct check_report r;
	struct err err;

	ck_assert_int_eq(check_archive(&src, &r, &err), -1);
	ck_assert_str_eq(err.text, "more than 200000 entries");
	ck_assert_uint_gt(f.left, 700000);
	check_release(&r);
	buf_release(&f.header);
}
END_TEST

static ssize_t give_out(void *user, const void **ret_data, struct err *err)
{
	struct memory *m = user;

	if (!m->len)
		return err_set(err, "the line went dead");
	return give(user, ret_data, err);
}

START_TEST(a_source_that_fails)
{
	struct set s = { 0 };
	struct buf tar = BUF_INIT;

	docker_set(&s);
	to_tar(&s, &tar);
	for (size_t len = 0; len <= tar.len; len += 256) {
		struct memory m = { .data = tar.data, .len = len, .chunk = 256 };
		struct source src = { .read = give_out, .user = &m };
		struct check_report r;
		struct err err;

		ck_assert_int_eq(check_archive(&src, &r, &err), -1);
		ck_assert_str_eq(err.text, "the line went dead");
		check_release(&r);
	}
	buf_release(&tar);
	free_set(&s);
}
END_TEST

START_TEST(json_is_one_harmless_line)
{
	struct set s = { 0 };
	struct check_report r;
	struct buf b = BUF_INIT;

	docker_set(&s);
	buf_addf(&b,
		 "[{\"Config\":\"%s\",\"RepoTags\":[\"\\u001b]0;x\\n\\u202e\"],"
		 "\"Layers\":[\"l1/layer.tar\",\"l2/layer.tar\"]}]",
		 buf_str(&s.v[2].name));
	rewrite(get(&s, "manifest.json"), buf_str(&b));
	must_pass(&s, &r);
	buf_reset(&b);
	check_json(&r, &b);
	ck_assert(strncmp(buf_str(&b), "\"format\":\"docker-archive\",\"images\":[{\"id\":", 42) ==
		  0);
	ck_assert(strstr(buf_str(&b), "\"tags\":[\"\\u001B]0;x\\n\\u202E\"]"));
	for (size_t i = 0; i < b.len; i++)
		ck_assert(b.data[i] >= ' ' && b.data[i] <= '~');
	check_release(&r);
	buf_release(&b);
}
END_TEST

START_TEST(paths)
{
	static const struct {
		const char *dir, *target, *want; /* NULL: refused */
	} cases[] = {
		{ "", "a", "a" },
		{ "a/b", "../c", "a/c" },
		{ "a/b", "../../c", "c" },
		{ "a/b", "../../../c", NULL },
		{ "a", "../../c/..", NULL },
		{ "a", "./b/", "a/b" },
		{ "a", "b/../c", "a/c" },
		{ "a", "..", "" },
		{ "", "..", NULL },
		{ "a", "/b", NULL },
		{ "a", "b\tc", NULL },
	};
	struct buf b = BUF_INIT, name = BUF_INIT;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc = path_join(cases[i].dir, strlen(cases[i].dir), cases[i].target, &b, &err);

		ck_assert_int_eq(rc, cases[i].want ? 0 : -1);
		ck_assert(!cases[i].want || strcmp(buf_str(&b), cases[i].want) == 0);
	}
	while (name.len <= PATH_NAME_MAX)
		buf_adds(&name, "abc/");
	ck_assert_int_eq(path_clean(buf_str(&name), &b, &err), -1);
	ck_assert_uint_lt(strlen(err.text), 300);
	name.data[PATH_NAME_MAX] = '\0';
	ck_assert_int_eq(path_clean(buf_str(&name), &b, &err), 0);
	buf_release(&b);
	buf_release(&name);
}
END_TEST

UNIT_MAIN("archive", docker_whole, docker_links, docker_several, without_rootfs, docker_compressed,
	  oci_whole, both_forms, oci_lists, oci_layers_elsewhere, cut_anywhere, flipped_anywhere,
	  in_pieces_as_in_one, the_end_of_the_tar, swapped_blobs, what_is_missing, bad_manifests,
	  bad_indexes, wrong_layout_version, hostile_names, harmless_names, link_tricks, twice,
	  huge_sizes, not_a_tar, hostile_json, too_many_names, json_bombs, types_that_readers_skip,
	  content_that_readers_skip, names_that_readers_choose, prefixes_that_readers_ignore,
	  names_beyond_a_header, below_links, keys_in_another_case, names_of_both_forms,
	  two_forms_of_one_document, indexes_in_indexes, a_flood_of_entries, a_source_that_fails,
	  json_is_one_harmless_line, paths)
