/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/utf8.h"
#include "image/ref.h"
#include "image/yamllist.h"
#include "memsource.h"
#include "refgen.h"
#include "unit.h"

#define N_RANDOM 5000

/* What was found: LINE TEXT, and a '!' and the reason for bad ones. */
static int note(void *user, const struct list_found *f, struct err *err)
{
	struct buf *b = user;

	buf_addf(b, "%s%lu ", b->len ? "|" : "", (unsigned long)f->line);
	utf8_show(b, f->text, f->len, SIZE_MAX);
	if (f->bad)
		buf_addf(b, " !%s", f->bad);
	return b->len > 100000 ? err_set(err, "enough") : 0;
}

static int read_yaml(const char *s, size_t len, size_t piece, struct buf *ret, struct err *err)
{
	struct memsource m = { s, len, piece, 0 };
	struct list_source source = { memsource_read, &m };
	struct list_sink sink = { note, ret };
	int errnum;

	return yamllist_read(&source, &sink, &errnum, err);
}

static void ck_yaml(const char *s, const char *want)
{
	for (size_t piece = 1; piece <= 4096; piece += 4095) {
		struct buf got = BUF_INIT;
		struct err err = { "" };

		ck_assert_msg(!read_yaml(s, strlen(s), piece, &got, &err), "%s", err.text);
		ck_assert_str_eq(buf_str(&got), want);
		buf_release(&got);
	}
}

START_TEST(compose)
{
	ck_yaml("version: '3'\n"
		"services:\n"
		"  web:\n"
		"    image: nginx:1.27\n"
		"    ports: ['80:80']\n"
		"  db:\n"
		"    image: \"postgres:16\"   # the store\n"
		"  own:\n"
		"    build: .\n"
		"volumes: {image: {}}\n",
		"4 nginx:1.27|7 postgres:16");
}
END_TEST

START_TEST(kubernetes)
{
	ck_yaml("---\n"
		"# Source: chart/templates/a.yaml\n"
		"apiVersion: batch/v1\n"
		"kind: CronJob\n"
		"spec: {jobTemplate: {spec: {template: {spec: {\n"
		"  initContainers: [{name: i, image: busybox}],\n"
		"  containers: [{image: 'quay.io/a/b@sha256:0', name: c}]}}}}}\n"
		"---\n"
		"---\n"
		"kind: ConfigMap\n"
		"data:\n"
		"  pod.yaml: |\n"
		"    image: not-this\n"
		"---\n"
		"kind: Deployment\n"
		"spec:\n"
		"  containers:\n"
		"  - name: x\n"
		"    image: >-\n"
		"      folded:1\n"
		"  - image: y:1.10\n"
		"    imagePullPolicy: Always\n"
		"  volumes:\n"
		"  - image:\n"
		"      reference: quay.io/v/o:1\n"
		"      pullPolicy: Always\n"
		"...\n",
		"6 busybox|7 quay.io/a/b@sha256:0|19 folded:1|21 y:1.10|25 quay.io/v/o:1");
}
END_TEST

START_TEST(json)
{
	ck_yaml("{\n \"services\": {\"a\": {\"image\": \"x:1\"},\n  \"b\": {\"image\":\"y\"}}}\n",
		"2 x:1|3 y");
}
END_TEST

START_TEST(none)
{
	ck_yaml("", "");
	ck_yaml("# c\n", "");
	ck_yaml("a: b", "");
	ck_yaml("image:", "");
	ck_yaml("image: ~\n---\nimage: null\n---\nimage: ''\n---\nimage: ' '\n", "");
	ck_yaml("image: 'null'", "1 null");
	ck_yaml("image: [a, b]\nimages: c\nIMAGE: d\n", "");
	ck_yaml("- image\n- nginx\n", "");
	ck_yaml("image: {name: x}", "");
	ck_yaml("[image, a]: b", "");
	ck_yaml("? [x, {image: in-a-key}]\n: image\n", "1 in-a-key");
	ck_yaml("\"image\\0x\": a", "");
}
END_TEST

START_TEST(charts)
{
	ck_yaml("image: {repository: nginx}", "1 nginx");
	ck_yaml("image:\n  registry: quay.io\n  repository: a/b\n  tag: 1.10\n",
		"2 quay.io/a/b:1.10");
	ck_yaml("image: {tag: v1, repository: a, digest: 'sha256:0', pullPolicy: x}",
		"1 a:v1@sha256:0");
	ck_yaml("image: {repository: a, tag: '', digest: 'sha256:0'}", "1 a@sha256:0");
	ck_yaml("image: {repository: a, registry: '', tag: x}", "1 a:x");
	ck_yaml("image: {repository: ''}", "");
	ck_yaml("image: {repository: a, repository: b}", "1 b");
	ck_yaml("repository: a\ntag: b\n", "");
	ck_yaml("image: {repository: a, tag: ''}",
		"1 a !the tag is empty, and the chart fills it in; "
		"use the output of `helm template`");
	ck_yaml("image: {sub: {repository: a}, image: b}", "1 b");
	ck_yaml("image: {repository: [a], tag: x}", "");
	ck_yaml("image: {repository: \"a\\0b\"}", "1 a\\x01b");
}
END_TEST

START_TEST(templates)
{
	ck_yaml("image: ${REGISTRY}/a:${TAG:-latest}", "1 ${REGISTRY}/a:${TAG:-latest}");
	ck_yaml("image: \"{{ .Values.image }}\"", "1 {{ .Values.image }}");
	ck_yaml("image: {{ .Values.image }}\nb: c\n",
		"1 {{ !a template that is not filled in; use the output of `helm template`");
}
END_TEST

START_TEST(aliases)
{
	ck_yaml("x: &i nginx:1\nimage: *i\n", "2 nginx:1");
	ck_yaml("x: &i a\ny: &i b\nimage: *i\n", "3 b");
	ck_yaml("x: &r a\nimage: {repository: *r}\n", "2 a");
	ck_yaml("x: &m {image: a}\ny: {<<: *m}\nz: *m\n", "1 a");
	ck_yaml("x: &m {repository: a}\nimage: *m\n",
		"2 *m !an alias to something that is not a text; write the image here");
	ck_yaml("x: &m {repository: a}\nimage: {<<: *m, tag: b}\n",
		"2 << !parts of the image come from an alias; write them here");
	ck_yaml("x: &i image\n*i : a\n", "2 a");
	ck_yaml("x: &i a\n---\nx: &j b\nimage: *j\n", "4 b");
	/* a key that is an alias to no text is not the key before it */
	ck_yaml("x: &m {b: c}\nimage: i\n*m : d\n", "2 i");
	ck_yaml("&a image: nginx\n", "1 nginx");
	ck_yaml("image: &n\ny: {image: *n}\n", "");
}
END_TEST

/* The words between are libyaml's and change with its version. */
static void ck_fault(const char *s, const char *begin, const char *end)
{
	struct buf got = BUF_INIT;
	struct err err = { "" };
	size_t len;

	ck_assert_int_eq(read_yaml(s, strlen(s), 7, &got, &err), -1);
	len = strlen(err.text);
	ck_assert_msg(!strncmp(err.text, begin, strlen(begin)), "%s", err.text);
	ck_assert_uint_gt(len, strlen(begin) + strlen(end));
	ck_assert_str_eq(err.text + len - strlen(end), end);
	buf_release(&got);
}

START_TEST(faults)
{
	ck_fault("a: 1\nb: [\n", "3: not valid YAML: ", "; look at the indentation there");
	ck_fault("image: a\n\tb: c\n", "2: not valid YAML: ", "; look at the indentation there");
	ck_fault("image: {repository: a\n",
		 "2: not valid YAML: ", "; look at the indentation there");
	ck_fault("image: x\033y\n", "1: not valid YAML: ", ", at byte 9 of the file");
	ck_fault("a: \xff\n", "1: not valid YAML: ", ", at byte 4 of the file");
}
END_TEST

START_TEST(sink_has_the_last_word)
{
	struct buf s = BUF_INIT, got = BUF_INIT;
	struct err err = { "" };

	for (int i = 0; i < 50000; i++)
		buf_addf(&s, "- image: a%d\n", i);
	ck_assert_int_eq(read_yaml(s.data, s.len, 4096, &got, &err), -1);
	ck_assert_str_eq(err.text, "enough");
	buf_release(&s);
	buf_release(&got);
}
END_TEST

static void ck_depth(const char *open, size_t n, int good)
{
	struct buf s = BUF_INIT, got = BUF_INIT;
	struct err err = { "" };

	for (size_t i = 0; i < n; i++)
		buf_adds(&s, open);
	if (good)
		buf_adds(&s, "{image: x}");
	for (size_t i = 0; good && i < n; i++)
		buf_addc(&s, '}');
	ck_assert_int_eq(read_yaml(s.data, s.len, 4096, &got, &err), good ? 0 : -1);
	ck_assert_int_eq(strstr(err.text, "nested too deeply") != NULL, !good);
	ck_assert_str_eq(buf_str(&got), good ? "1 x" : "");
	buf_release(&s);
	buf_release(&got);
}

START_TEST(bombs)
{
	struct buf s = BUF_INIT;

	ck_depth("{a: ", YAMLLIST_MAX_DEPTH - 1, 1);
	ck_depth("{a: ", YAMLLIST_MAX_DEPTH + 1, 0);
	ck_depth("[", 100000, 0);
	ck_depth("{a: ", 100000, 0);
	ck_depth("- ", 100000, 0);
	/* The billion laughs: nine levels of nine aliases each. */
	buf_adds(&s, "a0: &a0 {image: lol}\n");
	for (int i = 1; i < 10; i++) {
		buf_addf(&s, "a%d: &a%d [", i, i);
		for (int j = 0; j < 9; j++)
			buf_addf(&s, "*a%d,", i - 1);
		buf_adds(&s, "]\n");
	}
	ck_yaml(buf_str(&s), "1 lol");
	buf_reset(&s);
	for (int i = 0; i < 3000; i++)
		buf_addf(&s, "- &a%d x\n", i);
	buf_adds(&s, "- image: *a5\n- image: *a2999\n");
	ck_yaml(buf_str(&s), "3001 x|3002 *a2999 !an alias to something that is not a text; "
			     "write the image here");
	buf_release(&s);
}
END_TEST

/* A source without an end. */
static ssize_t for_ever(void *user, char *to, size_t n)
{
	size_t *left = user;

	memset(to, '\n', n);
	ck_assert_uint_ge(*left, n);
	*left -= n;
	return (ssize_t)n;
}

START_TEST(endless)
{
	size_t most = YAMLLIST_MAX_BYTES;
	struct list_source source = { for_ever, &most };
	struct buf got = BUF_INIT;
	struct list_sink sink = { note, &got };
	struct err err = { "" };
	int errnum;

	ck_assert_int_eq(yamllist_read(&source, &sink, &errnum, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "larger than 67108864 bytes; split the file"));
	ck_assert_int_eq(errnum, 0);
	buf_release(&got);
}
END_TEST

START_TEST(detect)
{
	static const struct {
		const char *file, *text;
		int yaml;
	} t[] = {
		{ "l", "apiVersion: v1\nkind: Pod\n", 1 },
		{ "l", "---\n# Source: x\napiVersion: v1\n", 1 },
		{ "l", "\xef\xbb\xbf# c\n\n%YAML 1.1\n---\nkind: List\napiVersion: v1\n", 1 },
		{ "l", "services:\n  a:\n    image: b\n", 1 },
		{ "l", "version: '3'\nservices:\n", 1 },
		{ "l", "name: x\r\nservices:\r\n  a:\r\n    image: b\r\n", 1 },
		{ "l", "x-common: &c\n  restart: no\nservices: {}\n", 1 },
		{ "l", "web:\n  image: nginx\n", 1 },
		{ "l", "- name: a\n  image: nginx\n", 1 },
		{ "l", "image: nginx", 1 },
		{ "l", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", 1 },
		{ "l", "{\n  \"services\": {\n", 1 },
		{ "l", "'image': x", 1 },
		{ "l.yaml", "a: b\n", 1 },
		{ "l.YML", "- nginx\n", 1 },
		{ "l.yaml", "", 1 },
		{ "l", "", 0 },
		{ "l", "nginx:1\n", 0 },
		{ "l", "localhost:5000/x\n", 0 },
		{ "l", "localhost:5000\n", 0 },
		{ "l", "[::1]:5000/x\n", 0 },
		{ "l", "nginx # image: x\n", 0 },
		{ "l", "# apiVersion: v1\nnginx\n", 0 },
		{ "l", "---\nnginx\n", 0 },
		{ "l", "nginx:\nalpine:3\n", 0 },
		{ "l", "image: nginx\nalpine:3\n", 0 },
		{ "l", "apiVersion: v1\nalpine:3\n", 0 },
		{ "l", "nginx: latest\n", 0 },
		{ "l", "Bad:\n-x\nb c\n", 0 },
		{ "l", "-v\nimage: x\n", 0 },
		{ "l", "https://x/image:1\n", 0 },
		{ "l", "{{ .Image }}\n", 0 },
		{ "l", "image:1\n", 0 },
		{ "l", "services\n", 0 },
		{ "l", "image", 0 },
		{ "l.yaml", "nginx:1\nredis\n", 0 },
		{ "l.yml", "# mine\n\xef\xbb\xbf\nnginx # c\n", 0 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ck_assert_msg(yamllist_detect(t[i].file, t[i].text, strlen(t[i].text), 1) ==
				      t[i].yaml,
			      "%s: %s", t[i].file, t[i].text);
	/* Half a line says nothing. */
	ck_assert_int_eq(yamllist_detect("l", "image: x\nnginx", 14, 0), 1);
	ck_assert_int_eq(yamllist_detect("l", "image: x\nnginx", 14, 1), 0);
}
END_TEST

/* Whatever else is in it: with one good line it is a list. */
START_TEST(lists_stay_lists)
{
	static const char *const noise[] = {
		"services:", "image: x", "apiVersion: v1", "---", "{\"image\":1}", "  - image: y",
		"Bad",       ""
	};
	struct chance c = { 4 };
	struct buf text = BUF_INIT, name = BUF_INIT;
	size_t checked = 0;

	for (size_t i = 0; i < N_RANDOM; i++) {
		buf_reset(&text);
		buf_reset(&name);
		refgen_add(&c, &name);
		if (ref_parse(buf_str(&name), NULL, NULL))
			continue;
		for (size_t n = chance_below(&c, 4); n; n--) {
			refgen_pick(&c, &text, noise, 8);
			buf_addc(&text, '\n');
		}
		buf_addf(&text, "%s%s\n", buf_str(&name), chance_below(&c, 3) ? "" : " # image: x");
		refgen_pick(&c, &text, noise, 8);
		ck_assert_msg(!yamllist_detect(i % 2 ? "l" : "l.yaml", text.data, text.len, 1),
			      "%s", text.data);
		checked++;
	}
	ck_assert_uint_gt(checked, N_RANDOM / 4);
	buf_release(&text);
	buf_release(&name);
}
END_TEST

UNIT_MAIN("yamllist", compose, kubernetes, json, none, charts, templates, aliases, faults,
	  sink_has_the_last_word, bombs, endless, detect, lists_stay_lists)
