/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/platform.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/suggest.h"
#include "base/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const systems[] = { "linux",   "windows",   "darwin",  "freebsd", "netbsd",
				       "openbsd", "dragonfly", "solaris", "illumos", "aix",
				       "android", "ios",       "plan9",   "js",      "wasip1" };

static const char *const machines[] = { "amd64",  "arm64",   "arm",     "386",      "ppc64le",
					"s390x",  "riscv64", "loong64", "mips64le", "mips64",
					"mipsle", "mips",    "ppc64",   "sparc64",  "wasm" };

/* What others call them. */
static const struct {
	const char *other, *name;
} aliases[] = {
	{ "x86_64", "amd64" },    { "x86-64", "amd64" }, { "aarch64", "arm64" }, { "armhf", "arm" },
	{ "armel", "arm" },       { "i386", "386" },     { "i686", "386" },      { "x86", "386" },
	{ "ppc64el", "ppc64le" }, { "macos", "darwin" },
};

static int is_among(const char *const *known, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(known[i], word))
			return 1;
	return 0;
}

static const char *nearest(const char *const *known, size_t n, const char *word)
{
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (!strcmp(aliases[i].other, word) && is_among(known, n, aliases[i].name))
			return aliases[i].name;
	return suggest_nearest(word, known, n);
}

static int check_word(const char *what, const char *const *known, size_t n, const char *word,
		      struct err *why)
{
	const char *near;
	struct buf shown = BUF_INIT;

	if (is_among(known, n, word))
		return 0;
	near = nearest(known, n, word);
	utf8_show(&shown, word, strlen(word), 40);
	if (near)
		err_set(why, "unknown %s '%s'; did you mean '%s'?", what, buf_str(&shown), near);
	else
		err_set(why, "unknown %s '%s'; write OS/ARCH, such as linux/arm64", what,
			buf_str(&shown));
	buf_release(&shown);
	return -1;
}

/* v7, v8.1 */
static int is_variant(const char *s)
{
	return *s == 'v' && s[1] && strspn(s + 1, "0123456789.") == strlen(s + 1);
}

/* A part of the text, up to the next slash, which is skipped. */
static void take_part(const char **s, struct buf *part)
{
	size_t len = strcspn(*s, "/");

	buf_reset(part);
	buf_add(part, *s, len);
	*s += len + ((*s)[len] == '/');
}

static int check_parts(const char *s, struct buf *part, struct err *why)
{
	take_part(&s, part);
	if (check_word("operating system", systems, COUNT(systems), buf_str(part), why))
		return -1;
	take_part(&s, part);
	if (check_word("architecture", machines, COUNT(machines), buf_str(part), why))
		return -1;
	if (!*s || is_variant(s))
		return 0;
	return err_set(why, "'%.40s' is not a variant; write OS/ARCH/VARIANT, such as linux/arm/v7",
		       s);
}

int platform_check(const char *text, struct err *why)
{
	struct buf part = BUF_INIT;
	int rc;

	if (!*text)
		return 0;
	if (!strchr(text, '/') && nearest(machines, COUNT(machines), text))
		return err_set(why, "'%.40s' has no operating system; did you mean 'linux/%s'?",
			       text, nearest(machines, COUNT(machines), text));
	if (!strchr(text, '/'))
		return err_set(why, "'%.40s' is not a platform; write OS/ARCH, such as linux/arm64",
			       text);
	rc = check_parts(text, &part, why);
	buf_release(&part);
	return rc;
}
