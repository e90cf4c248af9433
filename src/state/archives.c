/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/archives.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compressor.h"

#define DEEPEST 64

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && strcasecmp(name + n - e, end) == 0;
}

/* Compressed archives are taken only below ./images, where nothing but images
 * lies; in the current directory foreign ones may lie about. */
static bool is_archive_name(const char *name, bool compressed_too)
{
	const struct compressor *c;

	if (ends_with(name, ".tar"))
		return true;
	for (size_t i = 0; compressed_too && (c = compressor_at(i)); i++)
		if (ends_with(name, c->ending))
			return true;
	return false;
}

bool archives_is_name(const char *name)
{
	return is_archive_name(name, true);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory but for hidden ones, sorted. Takes fd. */
static int read_names(int fd, struct strvec *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int saved;

	if (!dir)
		return -errno;
	errno = 0;
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			strvec_push(names, e->d_name);
	saved = errno;
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_bytes);
	return -saved;
}

struct search {
	struct strvec *paths;
	bool deep;
	bool compressed_too;
	struct err *err;
};

static int search_dir(struct search *s, int fd, const char *prefix, int depth);

static int search_below(struct search *s, int fd, const char *name, const char *path, int depth)
{
	int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct buf prefix = BUF_INIT;
	int rc;

	if (depth >= DEEPEST)
		rc = err_set(s->err, "%s: directories are nested too deeply", path);
	else if (below < 0)
		rc = err_sys(s->err, errno, "open %s", path);
	else {
		buf_addf(&prefix, "%s/", path);
		rc = search_dir(s, below, buf_str(&prefix), depth + 1);
		below = -1;
	}
	if (below >= 0)
		close(below);
	buf_release(&prefix);
	return rc;
}

static int take_entry(struct search *s, int fd, const char *name, const char *path, int depth)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone meanwhile */
	if (S_ISDIR(st.st_mode))
		return s->deep ? search_below(s, fd, name, path, depth) : 0;
	if (!is_archive_name(name, s->compressed_too))
		return 0;
	if (S_ISLNK(st.st_mode) && fstatat(fd, name, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return 0;
	strvec_push(s->paths, path);
	return 0;
}

static int search_dir(struct search *s, int fd, const char *prefix, int depth)
{
	struct strvec names = STRVEC_INIT;
	struct buf path = BUF_INIT;
	int own = dup(fd);
	int rc = own < 0 ? -errno : read_names(own, &names);

	if (rc)
		rc = err_sys(s->err, -rc, "read %s", *prefix ? prefix : ".");
	for (size_t i = 0; !rc && i < names.n; i++) {
		buf_reset(&path);
		buf_addf(&path, "%s%s", prefix, names.v[i]);
		rc = take_entry(s, fd, names.v[i], buf_str(&path), depth);
	}
	close(fd);
	buf_release(&path);
	strvec_release(&names);
	return rc;
}

static int search_from(struct search *s, const char *dir, const char *prefix)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(s->err, errno, "open %s", dir);
	return search_dir(s, fd, prefix, 0);
}

int archives_find(int mode, struct strvec *ret_paths, struct err *err)
{
	struct search s = {
		.paths = ret_paths,
		.deep = mode == 3,
		.compressed_too = mode != 1,
		.err = err,
	};

	return search_from(&s, mode == 1 ? "." : "images", mode == 1 ? "" : "images/");
}

int archives_below(const char *dir, struct strvec *ret_paths, struct err *err)
{
	struct search s = { .paths = ret_paths, .deep = true, .compressed_too = true, .err = err };
	struct buf prefix = BUF_INIT;
	int rc;

	if (strcmp(dir, ".") != 0)
		buf_addf(&prefix, "%s/", dir);
	rc = search_from(&s, dir, buf_str(&prefix));
	buf_release(&prefix);
	return rc;
}
