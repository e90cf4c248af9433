/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/path.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

#define SHOWN_MAX ((size_t)200)

const char *path_show(const char *name, struct buf *b)
{
	buf_reset(b);
	utf8_show(b, name, strlen(name), SHOWN_MAX);
	return buf_str(b);
}

static int refuse(const char *name, const char *why, struct err *err)
{
	struct buf shown = BUF_INIT;

	err_set(err, "'%s' %s", path_show(name, &shown), why);
	buf_release(&shown);
	return -1;
}

static bool is_printable(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return !*s;
}

static int check_letters(const char *name, struct err *err)
{
	if (strlen(name) > PATH_NAME_MAX)
		return refuse(name, "is too long a name", err);
	if (!is_printable(name))
		return refuse(name, "is a name with characters other than printable ASCII", err);
	if (name[0] == '/')
		return refuse(name, "is an absolute name; names have to stay in the archive", err);
	return 0;
}

static bool is_up(const char *part, size_t len)
{
	return len == 2 && part[0] == '.' && part[1] == '.';
}

/* Drop the last part of the path in b; false when there is none. */
static bool go_up(struct buf *b)
{
	const char *slash;

	if (!b->len)
		return false;
	slash = strrchr(buf_str(b), '/');
	b->len = slash ? (size_t)(slash - b->data) : 0;
	b->data[b->len] = '\0';
	return true;
}

/* Walk from what is in b along the path; false when it leaves the top. */
static bool walk(const char *path, bool may_go_up, struct buf *b)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (is_up(path, len)) {
			if (!may_go_up || !go_up(b))
				return false;
		} else if (len && !(len == 1 && path[0] == '.')) {
			if (b->len)
				buf_addc(b, '/');
			buf_add(b, path, len);
		}
		path += len;
		path += *path == '/';
	}
	return true;
}

int path_clean(const char *name, struct buf *b, struct err *err)
{
	buf_reset(b);
	if (check_letters(name, err))
		return -1;
	if (!walk(name, false, b))
		return refuse(name, "is a name with '..'; names have to stay in the archive", err);
	return 0;
}

int path_join(const char *dir, size_t dir_len, const char *target, struct buf *b, struct err *err)
{
	buf_reset(b);
	if (check_letters(target, err))
		return -1;
	buf_add(b, dir, dir_len);
	if (!walk(target, true, b))
		return refuse(target, "is a link that leaves the archive", err);
	return 0;
}
