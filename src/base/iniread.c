/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/iniread.h"

#include <ini.h>
#include <string.h>

#include "base/buf.h"
#include "base/slurp.h"
#include "base/strvec.h"

#define MAX_KEYS 2000 /* duplicates are looked for one by one */

struct reader {
	const char *file;
	const char *data;
	size_t len;
	size_t pos;
	int line;
	int indented;                          /* the line that inih has now */
	int has_name;                          /* a key has come since the section began */
	char section[INIREAD_MAX_SECTION + 1]; /* inih cuts its own */
	struct strvec seen;
	const struct ini_handler_ops *ops;
	void *user;
	struct err *err;
	int failed;       /* the reading ends */
	int skip_more;    /* after a mistake: indented lines belong to it */
	int skip_section; /* after a mistake in a [section]: so do its keys */
};

static void fail(struct reader *r, const struct err *why)
{
	struct err told;

	err_set(&told, "%s:%d: %s", r->file, r->line, why->text);
	if (r->ops->fault) {
		r->ops->fault(r->user, told.text);
		r->skip_more = 1;
	} else {
		r->failed = 1;
		err_set(r->err, "%s", told.text);
	}
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the first of `stops` or a comment (; after a space) begins, else n. */
static size_t find_end(const char *s, size_t n, const char *stops)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr(stops, s[i]) || (s[i] == ';' && i && is_blank(s[i - 1])))
			return i;
	}
	return n;
}

/* A name that comes twice would silently win or lose, so it may not. */
static int remember(struct reader *r, const char *what, const char *name, struct err *why)
{
	struct buf key = BUF_INIT;

	buf_addf(&key, "%s]%s", r->section, name);
	for (size_t i = 0; i < r->seen.n; i++)
		if (!strcmp(r->seen.v[i], buf_str(&key))) {
			buf_release(&key);
			return err_set(why, "%s '%s' comes twice; keep one", what, name);
		}
	strvec_take(&r->seen, buf_detach(&key));
	if (r->seen.n > MAX_KEYS)
		return err_set(why, "more than %d keys; is this the right file?", MAX_KEYS);
	return 0;
}

static int check_bytes(const char *s, size_t n, size_t room, struct err *why)
{
	if (n >= room)
		return err_set(why,
			       "line of over %zu bytes; break the value into"
			       " indented lines, or shorten it",
			       room - 2);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\t' || (c == '\n' && i + 1 == n))
			continue;
		if (c == '\r' && (i + 1 == n || s[i + 1] == '\n'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return err_set(why, "control character 0x%02x; remove it", c);
	}
	return 0;
}

/* In quotes there may be an address such as [::1]:5000. */
static size_t section_end(const char *s, size_t n)
{
	size_t end = find_end(s, n, "]"), quote = find_end(s, n, "\"");

	if (quote >= end)
		return end;
	quote += 1 + find_end(s + quote + 1, n - quote - 1, "\"");
	return quote < n ? quote + find_end(s + quote, n - quote, "]") : n;
}

static int take_section(struct reader *r, const char *s, size_t n, struct err *why)
{
	struct ini_line l = { .file = r->file, .line = r->line, .section = r->section };
	size_t end = section_end(s, n), rest = end + 1;

	if (end == n || s[end] == ';')
		return err_set(why, "section without ']'; write [name]");
	while (rest < n && is_blank(s[rest]))
		rest++;
	if (rest < n && (s[rest] != ';' || rest == end + 1) && s[rest] != '#')
		return err_set(why, "text after ']'; put it on a line of its own");
	if (end == 1 || is_blank(s[1]) || is_blank(s[end - 1]))
		return err_set(why, "section name is empty, or begins or ends with a space;"
				    " write [name]");
	if (end - 1 > INIREAD_MAX_SECTION)
		return err_set(why, "section name of over %d bytes; shorten it",
			       INIREAD_MAX_SECTION);
	memcpy(r->section, s + 1, end - 1);
	r->section[end - 1] = '\0';
	r->has_name = 0;
	if (remember(r, "section", "", why))
		return err_set(why, "section [%s] comes twice; join the two", r->section);
	return r->ops->section ? r->ops->section(r->user, &l, why) : 0;
}

static int check_key(struct reader *r, const char *s, size_t n, struct err *why)
{
	size_t end = find_end(s, n, "=:");

	if (end == n || s[end] == ';')
		return err_set(why, "neither [section] nor key = value; begin a comment"
				    " with # or ;");
	while (end && is_blank(s[end - 1]))
		end--;
	if (!end)
		return err_set(why, "no key before '%c'; write key = value", s[0]);
	if (end > INIREAD_MAX_NAME)
		return err_set(why, "key name of over %d bytes; shorten it", INIREAD_MAX_NAME);
	r->has_name = 1;
	return 0;
}

/* Look at a line before inih does, in the order in which inih looks, and
 * shorten it where inih versions differ. */
static int check_line(struct reader *r, const char *s, size_t *n, struct err *why)
{
	size_t len = *n, at = 0;

	if (r->line == 1 && len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3)) {
		s += 3;
		len -= 3;
	}
	while (at < len && is_blank(s[at]))
		at++;
	if (at == len || s[at] == '#' || s[at] == ';')
		return 0;
	r->indented = at > 0;
	if (r->indented && r->has_name) {
		/* release 55 leaves comments in lines that go on */
		*n = at + find_end(s + at, len - at, "");
		return 0;
	}
	if (r->indented)
		return err_set(why, "indented line with no key above it; begin it in the"
				    " first column");
	return *s == '[' ? take_section(r, s, len, why) : check_key(r, s, len, why);
}

/* Does the line belong to a mistake that was told? */
static int is_skipped(struct reader *r, const char *s)
{
	if (*s == '[')
		r->skip_section = r->skip_more = 0;
	else if (!is_blank(*s))
		r->skip_more = 0;
	return r->skip_section || r->skip_more;
}

/* inih's ini_reader, shaped like fgets(). */
static char *next_line(char *str, int num, void *stream)
{
	struct reader *r = stream;

	while (!r->failed && r->pos < r->len) {
		const char *s = r->data + r->pos, *nl;
		size_t n = r->len - r->pos;
		struct err why = { "" };

		nl = memchr(s, '\n', n);
		if (nl)
			n = (size_t)(nl - s) + 1;
		r->line++;
		r->pos += n;
		if (is_skipped(r, s))
			continue;
		if (check_bytes(s, n, (size_t)num, &why) || check_line(r, s, &n, &why)) {
			r->skip_section = *s == '[';
			fail(r, &why);
			continue;
		}
		memcpy(str, s, n);
		str[n] = '\0';
		return str;
	}
	return NULL;
}

/* inih's ini_handler; 0 is failure there. */
static int take_value(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;
	struct ini_line l = { r->file, r->line, r->section, name, value, r->indented };
	struct err why = { "" };

	(void)section;
	if (r->failed)
		return 0;
	if ((!l.continued && remember(r, "key", name, &why)) || r->ops->value(r->user, &l, &why)) {
		fail(r, &why);
		return !r->failed;
	}
	return 1;
}

int ini_read(const char *file, const char *data, size_t len, const struct ini_handler_ops *ops,
	     void *user, struct err *err)
{
	struct reader r = { .file = file,
			    .data = data,
			    .len = len,
			    .ops = ops,
			    .user = user,
			    .err = err,
			    .seen = STRVEC_INIT };
	int rc = ini_parse_stream(next_line, &r, take_value, &r);

	strvec_release(&r.seen);
	if (r.failed)
		return -1;
	if (rc)
		return err_set(err, "%s:%d: not in INI form", file, rc > 0 ? rc : 1);
	return 0;
}

int ini_read_file(const char *path, const struct ini_handler_ops *ops, void *user, struct err *err)
{
	struct buf data = BUF_INIT;
	int rc;

	rc = slurp(path, INIREAD_MAX_BYTES, &data, err);
	if (rc)
		err_wrap(err, "%s", path);
	else
		rc = ini_read(path, buf_str(&data), data.len, ops, user, err);
	buf_release(&data);
	return rc ? -1 : 0;
}
