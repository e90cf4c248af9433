/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/slurp.h"

#define TAGGED "SHA256 ("

static bool is_hex(const char *text, size_t len)
{
	return len >= SUMS_HEX && strspn(text, "0123456789abcdefABCDEF") == SUMS_HEX;
}

bool sums_is_hex(const char *text)
{
	return is_hex(text, strlen(text)) && !text[SUMS_HEX];
}

/* Where the name is, or would have to be. */
static size_t place_of(const struct sums *s, const char *name, bool *ret_there)
{
	size_t from = 0, to = s->n;

	*ret_there = false;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = strcmp(name, s->v[mid].name);

		if (!order) {
			*ret_there = true;
			return mid;
		}
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return from;
}

static void put_hex(struct sums_line *l, const char *hex)
{
	for (size_t i = 0; i < SUMS_HEX; i++)
		l->hex[i] = (char)(hex[i] >= 'A' && hex[i] <= 'F' ? hex[i] + 'a' - 'A' : hex[i]);
	l->hex[SUMS_HEX] = '\0';
}

static void insert(struct sums *s, size_t at, const char *name, const char *hex)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 32;
		s->v = mem_grow(s->v, s->cap, sizeof(*s->v));
	}
	memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof(*s->v));
	s->n++;
	s->v[at].name = mem_strdup(name);
	put_hex(&s->v[at], hex);
}

void sums_set(struct sums *s, const char *name, const char *hex)
{
	bool there;
	size_t at = place_of(s, name, &there);

	if (there)
		put_hex(&s->v[at], hex);
	else
		insert(s, at, name, hex);
}

void sums_drop(struct sums *s, const char *name)
{
	bool there;
	size_t at = place_of(s, name, &there);

	if (!there)
		return;
	free(s->v[at].name);
	s->n--;
	memmove(&s->v[at], &s->v[at + 1], (s->n - at) * sizeof(*s->v));
}

const char *sums_find(const struct sums *s, const char *name)
{
	bool there;
	size_t at = place_of(s, name, &there);

	return there ? s->v[at].hex : NULL;
}

/* Set b to the name; 0, or -1 when an escape is none. */
static int unescape(const char *name, size_t len, struct buf *b)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c == '\\') {
			c = ++i < len ? name[i] : '\0';
			if (c != '\\' && c != 'n' && c != 'r')
				return -1;
			c = (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c);
		}
		buf_addc(b, c);
	}
	return 0;
}

/* Either form of a line: where its name and its digits are. */
static int dissect(const char *line, size_t len, const char **ret_name, size_t *ret_len,
		   const char **ret_hex)
{
	size_t tag = strlen(TAGGED), tail = SUMS_HEX + 4; /* ") = " */

	if (is_hex(line, len) && len > SUMS_HEX + 2 && line[SUMS_HEX] == ' ' &&
	    (line[SUMS_HEX + 1] == ' ' || line[SUMS_HEX + 1] == '*')) {
		*ret_hex = line;
		*ret_name = line + SUMS_HEX + 2;
		*ret_len = len - SUMS_HEX - 2;
		return 0;
	}
	if (len <= tag + tail || strncmp(line, TAGGED, tag) != 0 ||
	    strncmp(line + len - tail, ") = ", 4) != 0 || !is_hex(line + len - SUMS_HEX, SUMS_HEX))
		return -1;
	*ret_hex = line + len - SUMS_HEX;
	*ret_name = line + tag;
	*ret_len = len - tag - tail;
	return 0;
}

/* One line, its end taken off; the order comes later. */
static int take_line(struct sums *s, const char *line, size_t len, struct buf *name)
{
	bool escaped = len && line[0] == '\\';
	const char *raw, *hex;
	size_t raw_len;

	if (!len || line[0] == '#')
		return 0;
	if (memchr(line, '\0', len) || dissect(line + escaped, len - escaped, &raw, &raw_len, &hex))
		return -1;
	buf_reset(name);
	if (!escaped)
		buf_add(name, raw, raw_len);
	else if (unescape(raw, raw_len, name))
		return -1;
	insert(s, s->n, buf_str(name), hex);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sums_line *)a)->name, ((const struct sums_line *)b)->name);
}

static int sort(struct sums *s, const char *path, struct err *err)
{
	size_t n = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_name);
	for (size_t i = 0; i < s->n; i++) {
		struct sums_line line = s->v[i];

		if (n && strcmp(s->v[n - 1].name, line.name) == 0 &&
		    strcmp(s->v[n - 1].hex, line.hex) != 0)
			return err_set(err, "%s: two sums for one name", path);
		if (n && strcmp(s->v[n - 1].name, line.name) == 0) {
			free(line.name);
			s->v[i].name = NULL;
			continue;
		}
		s->v[i].name = NULL;
		s->v[n++] = line;
	}
	s->n = n;
	return 0;
}

int sums_parse(struct sums *s, const char *text, size_t len, const char *path, struct err *err)
{
	struct buf name = BUF_INIT;
	size_t line = 0;
	int rc = 0;

	while (!rc && len) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len, end = n;

		line++;
		if (end && text[end - 1] == '\r')
			end--;
		if (take_line(s, text, end, &name))
			rc = err_set(err, "%s:%zu: not a line as sha256sum writes it", path, line);
		n += nl != NULL;
		text += n;
		len -= n;
	}
	buf_release(&name);
	return rc ? rc : sort(s, path, err);
}

int sums_read(struct sums *s, const char *dir, const char *name, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct stat st;
	int rc = 0;

	buf_addf(&path, "%s/%s", dir, name);
	if (stat(buf_str(&path), &st) < 0)
		rc = errno == ENOENT || errno == ENOTDIR
			     ? 0
			     : err_sys(err, errno, "open %s", buf_str(&path));
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, "%s is not a regular file", buf_str(&path));
	else if (slurp(buf_str(&path), SUMS_MAX_BYTES, &text, err))
		rc = err_wrap(err, "read %s", buf_str(&path));
	else
		rc = sums_parse(s, buf_str(&text), text.len, buf_str(&path), err);
	buf_release(&path);
	buf_release(&text);
	return rc;
}

static void write_line(const struct sums_line *l, struct buf *b)
{
	bool escaped = strpbrk(l->name, "\\\n\r") != NULL;

	buf_addf(b, "%s%s  ", escaped ? "\\" : "", l->hex);
	for (const char *p = l->name; *p; p++)
		if (*p == '\\' || *p == '\n' || *p == '\r')
			buf_addf(b, "\\%c", *p == '\n' ? 'n' : *p == '\r' ? 'r' : '\\');
		else
			buf_addc(b, *p);
	buf_addc(b, '\n');
}

void sums_write(const struct sums *s, struct buf *b)
{
	for (size_t i = 0; i < s->n; i++)
		write_line(&s->v[i], b);
}

void sums_release(struct sums *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct sums)SUMS_INIT;
}

bool sums_is_inside(const char *name)
{
	if (*name == '/')
		return false;
	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 2 && name[0] == '.' && name[1] == '.')
			return false;
		name += len + (name[len] == '/');
	}
	return true;
}
