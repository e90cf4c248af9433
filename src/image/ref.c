/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/ref.h"

#include <string.h>

#include "base/utf8.h"

#define WRONG "invalid reference format: "
#define ID_LEN ((size_t)64)
#define HEX_MIN ((size_t)32) /* of an algorithm that is not in the table */
#define PORT_MAX 65535u
#define SHOWN ((size_t)80) /* bytes of a part in a message */

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static int is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || is_upper(c);
}

static int is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int span_is(struct span a, const char *s)
{
	return a.len == strlen(s) && !memcmp(a.s, s, a.len);
}

static int span_has(struct span a, char c)
{
	return a.len && memchr(a.s, c, a.len) != NULL;
}

static struct span span_from(struct span a, size_t at)
{
	return (struct span){ a.s + at, a.len - at };
}

static struct span span_to(struct span a, size_t end)
{
	return (struct span){ a.s, end };
}

/* Where c is first, or a.len. */
static size_t span_find(struct span a, char c)
{
	const char *p = a.len ? memchr(a.s, c, a.len) : NULL;

	return p ? (size_t)(p - a.s) : a.len;
}

/* One past the last c, or 0. */
static size_t span_past_last(struct span a, char c)
{
	size_t n = a.len;

	while (n && a.s[n - 1] != c)
		n--;
	return n;
}

/* `before 'PART' after`, with a hostile part made harmless. */
static int wrong(struct err *err, const char *before, struct span part, const char *after)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, part.s, part.len, SHOWN);
	err_set(err, WRONG "%s '%s'%s", before, buf_str(&shown), after);
	buf_release(&shown);
	return -1;
}

static int bad_char(struct span name, size_t at, struct err *err)
{
	struct span c = { name.s + at, 1 };
	uint32_t code;
	size_t n = utf8_decode(c.s, name.len - at, &code);

	c.len = n ? n : 1;
	if (n && utf8_is_blank(code))
		return err_set(err, WRONG "white space inside the name; write one image per line");
	if (c.s[0] == '$')
		return err_set(err,
			       WRONG "'$' begins a variable, which is not filled in here; "
				     "write its value, or use what `docker compose config` prints");
	if (c.s[0] == '{')
		return err_set(err, WRONG "'{' begins a template, which is not filled in here; "
					  "write its value, or use what `helm template` prints");
	return wrong(err, "unexpected character", c, "; remove it");
}

/* What would only confuse the messages of the parts: characters that are legal
 * nowhere, options, URLs and image ids. */
static int check_whole(struct span name, struct err *err)
{
	size_t i, hex = 0;

	if (!name.len)
		return err_set(err, WRONG "the name is empty; write one, like nginx:1.27");
	if (name.s[0] == '-')
		return err_set(err, WRONG "a name cannot begin with '-'; remove it");
	for (i = 0; i < name.len; i++) {
		if (name.s[i] <= ' ' || name.s[i] > '~' || name.s[i] == '$' || name.s[i] == '{')
			return bad_char(name, i, err);
		hex += is_digit(name.s[i]) || (name.s[i] >= 'a' && name.s[i] <= 'f');
	}
	for (i = 0; i + 3 <= name.len; i++)
		if (!memcmp(name.s + i, "://", 3))
			return wrong(err, "remove", span_to(name, i + 3),
				     ": an image name is not a URL");
	if (name.len == ID_LEN && hex == ID_LEN)
		return err_set(err, WRONG "64 hexadecimal digits are an image id; "
					  "use a name, or name@sha256:digits");
	return 0;
}

/* [A-Za-z][A-Za-z0-9]* in one or more parts joined by one of - _ + . */
static int is_algorithm(struct span a)
{
	int begins = 1;

	for (size_t i = 0; i < a.len; i++) {
		if (begins && !is_lower(a.s[i]) && !is_upper(a.s[i]))
			return 0;
		begins = memchr("-_+.", a.s[i], 4) != NULL;
		if (!begins && !is_alnum(a.s[i]))
			return 0;
	}
	return a.len && !begins;
}

static int check_hex(struct span digest, struct span hex, struct err *err)
{
	for (size_t i = 0; i < hex.len; i++)
		if (!is_hex(hex.s[i]))
			return wrong(err, "the digest", digest,
				     " holds more than hexadecimal digits; copy it again");
	return 0;
}

/* How many digits each algorithm that go-digest knows has. */
static size_t digits_of(struct span algorithm)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = { { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_is(algorithm, known[i].name))
			return known[i].digits;
	return 0;
}

static int check_digest(struct span digest, struct err *err)
{
	size_t colon = span_find(digest, ':'), digits;
	struct span algorithm = span_to(digest, colon), hex;

	if (colon == digest.len || !is_algorithm(algorithm))
		return wrong(err, "the digest", digest,
			     " is not ALGORITHM:HEX; write it like @sha256:0f...");
	hex = span_from(digest, colon + 1);
	if (check_hex(digest, hex, err))
		return -1;
	digits = digits_of(algorithm);
	if (digits ? hex.len != digits : hex.len < HEX_MIN)
		return err_set(err, WRONG "the digest has %zu digits, and not %zu%s; copy it again",
			       hex.len, digits ? digits : HEX_MIN, digits ? "" : " or more");
	for (size_t i = 0; digits && i < hex.len; i++)
		if (is_upper(hex.s[i]))
			return err_set(err, WRONG "the digest must be lowercase; "
						  "write it with small letters");
	return 0;
}

static int check_tag(struct span tag, struct err *err)
{
	if (!tag.len)
		return err_set(err, WRONG "the tag is empty; remove the ':' or write a tag");
	if (tag.len > REF_TAG_MAX)
		return err_set(err, WRONG "tag is longer than %zu characters; shorten it",
			       REF_TAG_MAX);
	for (size_t i = 0; i < tag.len; i++)
		if (!is_alnum(tag.s[i]) && tag.s[i] != '_' &&
		    (i == 0 || (tag.s[i] != '.' && tag.s[i] != '-')))
			return wrong(err, "the tag", tag,
				     i ? " may hold letters, digits and _ . - only"
				       : " must begin with a letter, a digit or _");
	return 0;
}

/* Letters, digits and inner dashes, in parts joined by dots. */
static int is_host_name(struct span host)
{
	char before = '.';

	for (size_t i = 0; i < host.len; i++) {
		char c = host.s[i];

		if (!is_alnum(c) && c != '-' && c != '.')
			return 0;
		if ((c == '-' && before == '.') || (c == '.' && !is_alnum(before)))
			return 0;
		before = c;
	}
	return is_alnum(before);
}

/* [ and hexadecimal digits and colons and ]; the runtime knows the rest. */
static int is_host_v6(struct span host)
{
	if (host.len < 3 || host.s[0] != '[' || host.s[host.len - 1] != ']')
		return 0;
	for (size_t i = 1; i + 1 < host.len; i++)
		if (!is_hex(host.s[i]) && host.s[i] != ':')
			return 0;
	return 1;
}

static int is_port(struct span port)
{
	unsigned n = 0;

	for (size_t i = 0; i < port.len; i++) {
		if (!is_digit(port.s[i]) || n > PORT_MAX)
			return 0;
		n = n * 10 + (unsigned)(port.s[i] - '0');
	}
	return n > 0 && n <= PORT_MAX;
}

static int check_host(struct span host, struct err *err)
{
	size_t colon = span_past_last(host, ':');
	struct span name = host;

	if (colon && host.s[host.len - 1] != ']') {
		name = span_to(host, colon - 1);
		if (!is_port(span_from(host, colon)))
			return wrong(err, "the registry host", host,
				     " has a port that is not a number from 1 to 65535");
	}
	if (is_host_name(name) || is_host_v6(name))
		return 0;
	return wrong(err, "the registry host", host,
		     " may hold letters, digits, '.' and inner '-' only, or be [IPv6]");
}

/* How many separators begin here that may stand between letters: one of . _,
 * two _, any number of dashes. 0 for anything else. */
static size_t separator(struct span part)
{
	size_t n = 0;

	while (n < part.len && part.s[n] == '-')
		n++;
	if (n || !part.len)
		return n;
	if (part.s[0] == '_')
		return part.len > 1 && part.s[1] == '_' ? 2 : 1;
	return part.s[0] == '.';
}

static int is_path_part(struct span part)
{
	for (;;) {
		size_t n = 0;

		while (n < part.len && (is_lower(part.s[n]) || is_digit(part.s[n])))
			n++;
		if (n == part.len)
			return n > 0;
		if (!n)
			return 0;
		part = span_from(part, n);
		n = separator(part);
		if (!n)
			return 0;
		part = span_from(part, n);
	}
}

static int bad_path_part(struct span part, struct err *err)
{
	if (!part.len)
		return err_set(err, WRONG "an empty part next to a '/'; remove the '/'");
	for (size_t i = 0; i < part.len; i++) {
		if (is_upper(part.s[i]))
			return err_set(err, WRONG "repository name must be lowercase; "
						  "write it with small letters");
		if (!is_lower(part.s[i]) && !is_digit(part.s[i]) && !memchr("._-", part.s[i], 3))
			return wrong(err, "unexpected character", (struct span){ part.s + i, 1 },
				     "; remove it");
	}
	return wrong(err, "the part", part,
		     " must begin and end with a letter or digit, and have single"
		     " separators between them (. _ __ or dashes)");
}

static int check_path(struct span path, struct err *err)
{
	for (;;) {
		size_t slash = span_find(path, '/');

		if (!is_path_part(span_to(path, slash)))
			return bad_path_part(span_to(path, slash), err);
		if (slash == path.len)
			return 0;
		path = span_from(path, slash + 1);
	}
}

/* `my_org.name/x` looks like a host and cannot be one; by the grammar it is a
 * path, and podman takes it for a short name. */
static int is_host(struct span first)
{
	if (span_is(first, "localhost") || span_has(first, ':'))
		return 1;
	return span_has(first, '.') && (is_host_name(first) || !is_path_part(first));
}

static int check_name(struct span name, struct ref *ret, struct err *err)
{
	size_t slash = span_find(name, '/');

	ret->path = name;
	if (slash < name.len && is_host(span_to(name, slash))) {
		ret->host = span_to(name, slash);
		ret->path = span_from(name, slash + 1);
		if (check_host(ret->host, err))
			return -1;
	}
	if (check_path(ret->path, err))
		return -1;
	if (name.len > REF_NAME_MAX)
		return err_set(err,
			       WRONG "repository name must not be more than %zu characters; "
				     "shorten it",
			       REF_NAME_MAX);
	return 0;
}

int ref_parsen(const char *name, size_t len, struct ref *ret, struct err *err)
{
	struct ref r = { { "", 0 }, { "", 0 }, { "", 0 }, { "", 0 } };
	struct span rest = { name, len };
	size_t at, colon;

	if (check_whole(rest, err))
		return -1;
	at = span_find(rest, '@');
	if (at < len) {
		r.digest = span_from(rest, at + 1);
		rest = span_to(rest, at);
		if (check_digest(r.digest, err))
			return -1;
	}
	colon = span_past_last(rest, '/');
	colon += span_find(span_from(rest, colon), ':');
	if (colon < rest.len) {
		r.tag = span_from(rest, colon + 1);
		rest = span_to(rest, colon);
		if (check_tag(r.tag, err))
			return -1;
	}
	if (check_name(rest, &r, err))
		return -1;
	if (ret)
		*ret = r;
	return 0;
}

int ref_parse(const char *name, struct ref *ret, struct err *err)
{
	return ref_parsen(name, strlen(name), ret, err);
}

struct span ref_base(const struct ref *ref)
{
	return span_from(ref->path, span_past_last(ref->path, '/'));
}

struct span ref_registry(const struct ref *ref)
{
	if (!ref->host.len || span_is(ref->host, "index.docker.io"))
		return (struct span){ REF_DEFAULT_HOST, strlen(REF_DEFAULT_HOST) };
	return ref->host;
}

void ref_key(const struct ref *ref, struct buf *b)
{
	struct span host = ref_registry(ref);

	buf_add(b, host.s, host.len);
	buf_addc(b, '/');
	if (span_is(host, REF_DEFAULT_HOST) && !span_has(ref->path, '/'))
		buf_adds(b, "library/");
	buf_add(b, ref->path.s, ref->path.len);
	if (ref->tag.len || !ref->digest.len) {
		buf_addc(b, ':');
		buf_add(b, ref->tag.len ? ref->tag.s : REF_DEFAULT_TAG,
			ref->tag.len ? ref->tag.len : strlen(REF_DEFAULT_TAG));
	}
	if (ref->digest.len) {
		buf_addc(b, '@');
		buf_add(b, ref->digest.s, ref->digest.len);
	}
}
