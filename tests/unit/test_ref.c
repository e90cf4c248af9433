/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <regex.h>
#include <string.h>

#include "base/mem.h"
#include "image/ref.h"
#include "refgen.h"
#include "unit.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define N_RANDOM 30000

static char *repeat(char c, size_t n)
{
	char *s = mem_alloc(n + 1);

	memset(s, c, n);
	return s;
}

static void ck_span(struct span span, const char *want)
{
	char *got = mem_strndup(span.s, span.len);

	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(parts)
{
	static const struct {
		const char *name, *host, *path, *tag, *digest, *base, *registry, *key;
	} t[] = {
		{ "nginx", "", "nginx", "", "", "nginx", "docker.io",
		  "docker.io/library/nginx:latest" },
		{ "nginx:1.27", "", "nginx", "1.27", "", "nginx", "docker.io",
		  "docker.io/library/nginx:1.27" },
		{ "calico/node", "", "calico/node", "", "", "node", "docker.io",
		  "docker.io/calico/node:latest" },
		{ "docker.io/nginx", "docker.io", "nginx", "", "", "nginx", "docker.io",
		  "docker.io/library/nginx:latest" },
		{ "index.docker.io/library/nginx:1", "index.docker.io", "library/nginx", "1", "",
		  "nginx", "docker.io", "docker.io/library/nginx:1" },
		{ "registry.example:5000/a/b:1@sha256:" HEX64, "registry.example:5000", "a/b", "1",
		  "sha256:" HEX64, "b", "registry.example:5000",
		  "registry.example:5000/a/b:1@sha256:" HEX64 },
		{ "a@sha256:" HEX64, "", "a", "", "sha256:" HEX64, "a", "docker.io",
		  "docker.io/library/a@sha256:" HEX64 },
		{ "localhost/x", "localhost", "x", "", "", "x", "localhost", "localhost/x:latest" },
		{ "localhost:5000", "", "localhost", "5000", "", "localhost", "docker.io",
		  "docker.io/library/localhost:5000" },
		{ "localhost:5000/x:1", "localhost:5000", "x", "1", "", "x", "localhost:5000",
		  "localhost:5000/x:1" },
		{ "[2001:db8::1]:5000/x", "[2001:db8::1]:5000", "x", "", "", "x",
		  "[2001:db8::1]:5000", "[2001:db8::1]:5000/x:latest" },
		{ "[::1]/x:y", "[::1]", "x", "y", "", "x", "[::1]", "[::1]/x:y" },
		{ "my_org.name/x", "", "my_org.name/x", "", "", "x", "docker.io",
		  "docker.io/my_org.name/x:latest" },
		{ "a/b/c__d/e--f", "", "a/b/c__d/e--f", "", "", "e--f", "docker.io",
		  "docker.io/a/b/c__d/e--f:latest" },
		{ HEX64 ":1", "", HEX64, "1", "", HEX64, "docker.io",
		  "docker.io/library/" HEX64 ":1" },
		{ "Quay.IO/a", "Quay.IO", "a", "", "", "a", "Quay.IO", "Quay.IO/a:latest" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err err = { "" };
		struct buf key = BUF_INIT;
		struct ref r;

		ck_assert_msg(!ref_parse(t[i].name, &r, &err), "%s: %s", t[i].name, err.text);
		ck_span(r.host, t[i].host);
		ck_span(r.path, t[i].path);
		ck_span(r.tag, t[i].tag);
		ck_span(r.digest, t[i].digest);
		ck_span(ref_base(&r), t[i].base);
		ck_span(ref_registry(&r), t[i].registry);
		ref_key(&r, &key);
		ck_assert_str_eq(buf_str(&key), t[i].key);
		buf_release(&key);
	}
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *name, *text;
	} t[] = {
		{ "", "the name is empty" },
		{ "-v", "cannot begin with '-'" },
		{ "--help", "cannot begin with '-'" },
		{ "a b", "white space inside" },
		{ "a\tb", "white space inside" },
		{ "a\xc2\xa0"
		  "b",
		  "white space inside" },
		{ "a\033[31m", "unexpected character '\\x1b'" },
		{ "a\x7f", "unexpected character '\\x7f'" },
		{ "\xff", "unexpected character '\\xff'" },
		{ "n\xc3\xa4me", "unexpected character '\xc3\xa4'" },
		{ "Nginx", "repository name must be lowercase" },
		{ "Foo/bar", "repository name must be lowercase" },
		{ "quay.io/Foo/bar", "repository name must be lowercase" },
		{ "https://quay.io/a", "remove 'https://': an image name is not a URL" },
		{ HEX64, "image id" },
		{ "a:", "tag is empty" },
		{ "a:.x", "must begin with a letter" },
		{ "a:-x", "must begin with a letter" },
		{ "a:b:c", "may hold letters" },
		{ "a:x y", "white space inside" },
		{ "a:x$(id)", "begins a variable" },
		{ "a:${TAG:-latest}", "begins a variable" },
		{ "{{ .Values.image }}", "begins a template" },
		{ "a/", "an empty part" },
		{ "/a", "an empty part" },
		{ "a//b", "an empty part" },
		{ "quay.io/", "an empty part" },
		{ ":1", "an empty part" },
		{ "@sha256:" HEX64, "an empty part" },
		{ ".", "must begin and end" },
		{ "..", "must begin and end" },
		{ "../x", "the registry host '..'" },
		{ "a/../b", "must begin and end" },
		{ "a/./b", "must begin and end" },
		{ "a..b", "single separators" },
		{ "a___b", "single separators" },
		{ "a._b", "single separators" },
		{ "_a", "must begin and end" },
		{ "a-", "must begin and end" },
		{ "a~b", "unexpected character '~'" },
		{ "a\\b", "unexpected character '\\'" },
		{ "my_reg:5000/x", "may hold letters, digits, '.' and inner '-'" },
		{ "-reg.io/x", "cannot begin with '-'" },
		{ "reg-.io/x", "the registry host 'reg-.io'" },
		{ "reg..io/x", "the registry host 'reg..io'" },
		{ "reg.io./x", "the registry host 'reg.io.'" },
		{ "reg:/x", "port that is not a number" },
		{ "reg:1a/x", "port that is not a number" },
		{ "reg:0/x", "port that is not a number from 1 to 65535" },
		{ "reg:65536/x", "port that is not a number from 1 to 65535" },
		{ "reg:99999/x", "port that is not a number from 1 to 65535" },
		{ "reg:18446744073709551617/x", "port that is not a number from 1 to 65535" },
		{ "reg:1:2/x", "the registry host 'reg:1:2'" },
		{ "[]:5000/x", "the registry host" },
		{ "[::1/x", "the registry host" },
		{ "[::g]/x", "the registry host" },
		{ "a@", "is not ALGORITHM:HEX" },
		{ "a@sha256", "is not ALGORITHM:HEX" },
		{ "a@:abc", "is not ALGORITHM:HEX" },
		{ "a@sha+:" HEX64, "is not ALGORITHM:HEX" },
		{ "a@1sha:" HEX64, "is not ALGORITHM:HEX" },
		{ "a@sha256:0", "has 1 digits, and not 64" },
		{ "a@sha256:" HEX64 "0", "has 65 digits, and not 64" },
		{ "a@sha512:" HEX64, "has 64 digits, and not 128" },
		{ "a@md5:0", "has 1 digits, and not 32 or more" },
		{ "a@sha256:X", "more than hexadecimal digits" },
		{ "a@sha256:" HEX64 "@sha256:" HEX64, "more than hexadecimal digits" },
		{ "a@sha256:A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "digest must be lowercase" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err err = { "" };

		ck_assert_msg(ref_parse(t[i].name, NULL, &err) == -1, "accepted: %s", t[i].name);
		ck_assert_msg(!strncmp(err.text, "invalid reference format: ", 26), "%s", err.text);
		ck_assert_msg(strstr(err.text, t[i].text) != NULL, "%s: %s", t[i].name, err.text);
	}
}
END_TEST

START_TEST(nul_is_no_end)
{
	struct err err = { "" };

	ck_assert_int_eq(ref_parsen("a\0b", 3, NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "'\\x00'"));
	ck_assert_int_eq(ref_parsen("a\0b", 1, NULL, &err), 0);
	ck_assert_int_eq(ref_parse("-x", NULL, NULL), -1);
}
END_TEST

static int accepts(const char *before, char c, size_t n, const char *after)
{
	char *many = repeat(c, n);
	struct buf b = BUF_INIT;
	int rc;

	buf_addf(&b, "%s%s%s", before, many, after);
	rc = ref_parse(buf_str(&b), NULL, NULL);
	buf_release(&b);
	free(many);
	return rc == 0;
}

START_TEST(lengths)
{
	ck_assert_int_eq(accepts("a:", 'x', 128, ""), 1);
	ck_assert_int_eq(accepts("a:", 'x', 129, ""), 0);
	ck_assert_int_eq(accepts("", 'x', 255, ":1"), 1);
	ck_assert_int_eq(accepts("", 'x', 256, ":1"), 0);
	ck_assert_int_eq(accepts("quay.io/", 'x', 247, ""), 1);
	ck_assert_int_eq(accepts("quay.io/", 'x', 248, ""), 0);
	ck_assert_int_eq(accepts("a@sha512:", '0', 128, ""), 1);
	ck_assert_int_eq(accepts("a@sha512:", '0', 127, ""), 0);
	ck_assert_int_eq(accepts("a@sha384:", '0', 96, ""), 1);
	ck_assert_int_eq(accepts("a@blake+x:", 'F', 32, ""), 1);
	ck_assert_int_eq(accepts("a@blake+x:", 'F', 31, ""), 0);
	ck_assert_int_eq(accepts("", 'f', 64, ""), 0);
	ck_assert_int_eq(accepts("", 'f', 63, ""), 1);
	ck_assert_int_eq(accepts("", 'g', 64, ""), 1);
	ck_assert_int_eq(accepts("", 'x', 1000000, ""), 0);
}
END_TEST

/* The grammar once more, as the specification writes it. */
#define PART "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
#define PATH PART "(/" PART ")*"
#define LABEL "([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
#define PORT ":[0-9]+"
#define NAME "(" LABEL "(\\." LABEL ")*|\\[[a-fA-F0-9:]+])"
#define HOST "(localhost|" NAME PORT "|" LABEL "(\\." LABEL ")+|\\[[a-fA-F0-9]*:[a-fA-F0-9:]*])"
#define TAG "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
#define DIGEST "(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,})?"

static int naive_digest(const char *name)
{
	static const char *const known[] = { "@sha256:", "@sha384:", "@sha512:" };
	static const size_t digits[] = { 64, 96, 128 };
	const char *at = strchr(name, '@');

	for (size_t i = 0; at && i < 3; i++)
		if (!strncmp(at, known[i], 8))
			return strlen(at + 8) == digits[i] && !strpbrk(at + 8, "ABCDEF");
	return 1;
}

static int naive_port(const char *name)
{
	const char *slash = strchr(name, '/'), *colon = slash;

	while (colon && colon > name && *colon != ':' && *colon != ']')
		colon--;
	if (!colon || *colon != ':')
		return 1;
	return strtoul(colon + 1, NULL, 10) - 1 < 65535;
}

static int naive_accepts(const regex_t *re, const char *name)
{
	size_t id = strspn(name, "0123456789abcdef");
	const char *tag = strrchr(name, '/');

	tag = strpbrk(tag ? tag : name, ":@");
	if (regexec(re, name, 0, NULL, 0) || (id == 64 && !name[id]))
		return 0;
	return (tag ? (size_t)(tag - name) : strlen(name)) <= 255 && naive_digest(name) &&
	       naive_port(name);
}

static void ck_round_trip(const char *name, const struct ref *r)
{
	struct buf b = BUF_INIT;

	buf_add(&b, r->host.s, r->host.len);
	buf_adds(&b, r->host.len ? "/" : "");
	buf_add(&b, r->path.s, r->path.len);
	buf_adds(&b, r->tag.len ? ":" : "");
	buf_add(&b, r->tag.s, r->tag.len);
	buf_adds(&b, r->digest.len ? "@" : "");
	buf_add(&b, r->digest.s, r->digest.len);
	ck_assert_str_eq(buf_str(&b), name);
	buf_release(&b);
}

static void ck_key_is_stable(const struct ref *r)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = { "" };
	struct ref again;

	ref_key(r, &once);
	ck_assert_msg(!ref_parse(buf_str(&once), &again, &err), "%s: %s", buf_str(&once), err.text);
	ref_key(&again, &twice);
	ck_assert_str_eq(buf_str(&once), buf_str(&twice));
	buf_release(&once);
	buf_release(&twice);
}

START_TEST(random_names)
{
	struct chance c = { 1 };
	struct buf name = BUF_INIT;
	size_t good = 0, bad = 0;
	regex_t re;

	ck_assert_int_eq(
		regcomp(&re, "^(" HOST "/)?" PATH TAG DIGEST "$", REG_EXTENDED | REG_NOSUB), 0);
	for (size_t i = 0; i < N_RANDOM; i++) {
		struct err err = { "" };
		struct ref r;
		int rc;

		buf_reset(&name);
		refgen_add(&c, &name);
		rc = ref_parse(buf_str(&name), &r, &err);
		ck_assert_msg(naive_accepts(&re, buf_str(&name)) == (rc == 0), "%s: %s",
			      buf_str(&name), err.text);
		if (!rc) {
			ck_round_trip(buf_str(&name), &r);
			ck_key_is_stable(&r);
			good++;
		} else {
			bad++;
		}
	}
	ck_assert_uint_gt(good, N_RANDOM / 4);
	ck_assert_uint_gt(bad, N_RANDOM / 8);
	regfree(&re);
	buf_release(&name);
}
END_TEST

UNIT_MAIN("ref", parts, refused, nul_is_no_end, lengths, random_names)
