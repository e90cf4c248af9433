/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/slurp.h"
#include "runtime/builtin.h"
#include "runtime/descriptor.h"

#define MAX_FILE_BYTES ((size_t)256 << 10)
#define MAX_FILES 500 /* in one directory */
#define SUFFIX ".ini"

void rt_search_init(struct rt_search *s, const struct strvec *dirs)
{
	*s = (struct rt_search){
		.dirs = dirs,
		.env_path = getenv("HPN_RUNTIME_PATH"),
		.xdg_config_home = getenv("XDG_CONFIG_HOME"),
		.home = getenv("HOME"),
		.sysconfdir = HPN_SYSCONFDIR,
		.pkgdatadir = HPN_PKGDATADIR,
	};
}

/* Asked of the open descriptor, so that nothing can be swapped in between. */
static int check_trust(int fd, const char *what, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_sys(err, errno, "%s", what);
	if (st.st_uid && st.st_uid != geteuid())
		return err_set(err,
			       "%s: refused, since it belongs to another user (uid %lu);"
			       " descriptors say which programs are started: make it yours,"
			       " or remove it",
			       what, (unsigned long)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err,
			       "%s: refused, since others may write to it;"
			       " descriptors say which programs are started:"
			       " chmod go-w %s",
			       what, what);
	return 0;
}

/* By priority, those without one last, then by name. */
static bool comes_before(const struct runtime *a, const struct runtime *b)
{
	if (a->priority == b->priority)
		return strcmp(a->name, b->name) < 0;
	if (!a->priority || !b->priority)
		return a->priority != 0;
	return a->priority < b->priority;
}

static void add_runtime(struct runtimes *all, struct runtime *rt)
{
	size_t at = all->n++;

	all->v = mem_grow(all->v, all->n, sizeof(struct runtime *));
	for (; at && comes_before(rt, all->v[at - 1]); at--)
		all->v[at] = all->v[at - 1];
	all->v[at] = rt;
}

/* The file is open and is closed by the caller. */
static int load_open(struct runtimes *all, int fd, const char *path, const char *name,
		     struct err *err)
{
	struct buf data = BUF_INIT;
	struct runtime *rt = NULL;
	struct stat st;
	int rc;

	if (fstat(fd, &st))
		return err_sys(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s: not a regular file; remove it", path);
	if (check_trust(fd, path, err))
		return -1;
	rc = slurp_fd(fd, MAX_FILE_BYTES, &data, err);
	if (rc == -EFBIG)
		err_set(err, "%s: over %zu bytes; is this a descriptor?", path, MAX_FILE_BYTES);
	else if (rc)
		err_wrap(err, "%s", path);
	else
		rt = descriptor_read(path, name, buf_str(&data), data.len, true, err);
	buf_release(&data);
	if (!rt)
		return -1;
	add_runtime(all, rt);
	return 0;
}

static int load_file(struct runtimes *all, int dir_fd, const char *dir, const char *file,
		     struct err *err)
{
	char *name = mem_strndup(file, strlen(file) - strlen(SUFFIX));
	struct buf path = BUF_INIT;
	int fd, rc = 0;

	buf_addf(&path, "%s/%s", dir, file);
	if (!runtimes_find(all, name)) {
		/* Non-blocking: somebody may have put a FIFO there. */
		fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0) {
			rc = err_sys(err, errno, "%s", buf_str(&path));
		} else {
			rc = load_open(all, fd, buf_str(&path), name, err);
			close(fd);
		}
	}
	buf_release(&path);
	free(name);
	return rc;
}

static bool is_descriptor_name(const char *s)
{
	size_t len = strlen(s), suffix = strlen(SUFFIX);

	return *s != '.' && len > suffix && !strcmp(s + len - suffix, SUFFIX);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that the first mistake is always the same one. */
static int list_dir(DIR *d, const char *dir, struct strvec *ret_files, struct err *err)
{
	const struct dirent *e;

	errno = 0;
	while ((e = readdir(d))) {
		if (!is_descriptor_name(e->d_name))
			continue;
		if (ret_files->n == MAX_FILES)
			return err_set(err, "%s: over %d descriptors; is this the right directory?",
				       dir, MAX_FILES);
		strvec_push(ret_files, e->d_name);
		errno = 0;
	}
	if (errno)
		return err_sys(err, errno, "%s", dir);
	if (ret_files->n)
		qsort(ret_files->v, ret_files->n, sizeof(ret_files->v[0]), by_bytes);
	return 0;
}

/* An empty directory cannot do harm, whoever may write to it. */
static int load_open_dir(struct runtimes *all, DIR *d, const char *dir, struct err *err)
{
	struct strvec files = STRVEC_INIT;
	int rc = list_dir(d, dir, &files, err);

	if (!rc && files.n)
		rc = check_trust(dirfd(d), dir, err);
	for (size_t i = 0; !rc && i < files.n; i++)
		rc = load_file(all, dirfd(d), dir, files.v[i], err);
	strvec_release(&files);
	return rc;
}

static int load_dir(struct runtimes *all, const char *dir, bool must_exist, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
	DIR *d;

	if (fd < 0) {
		if (!must_exist && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
			return 0;
		return err_sys(err, errno, "directory of descriptors %s", dir);
	}
	d = fdopendir(fd);
	if (!d) {
		rc = err_sys(err, errno, "%s", dir);
		close(fd);
		return rc;
	}
	rc = load_open_dir(all, d, dir, err);
	closedir(d);
	return rc;
}

static int load_below(struct runtimes *all, const char *dir, const char *rest, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	if (!dir || !*dir)
		return 0;
	buf_addf(&path, "%s%s", dir, rest);
	rc = load_dir(all, buf_str(&path), false, err);
	buf_release(&path);
	return rc;
}

static int load_path(struct runtimes *all, const char *path, struct err *err)
{
	while (path && *path) {
		size_t len = strcspn(path, ":");
		char *dir = mem_strndup(path, len);
		int rc = len ? load_dir(all, dir, false, err) : 0;

		free(dir);
		if (rc)
			return -1;
		path += len + (path[len] == ':');
	}
	return 0;
}

static int load_builtin(struct runtimes *all, const struct rt_builtin *b, struct err *err)
{
	struct buf data = BUF_INIT;
	struct runtime *rt;

	if (runtimes_find(all, b->name))
		return 0;
	for (const char *const *line = b->lines; *line; line++)
		buf_addf(&data, "%s\n", *line);
	rt = descriptor_read("compiled in", b->name, buf_str(&data), data.len, false, err);
	buf_release(&data);
	if (!rt)
		return -1;
	add_runtime(all, rt);
	return 0;
}

static int load_all(const struct rt_search *s, struct runtimes *all, struct err *err)
{
	bool xdg = s->xdg_config_home && s->xdg_config_home[0] == '/';

	for (size_t i = 0; s->dirs && i < s->dirs->n; i++)
		if (load_dir(all, s->dirs->v[i], true, err))
			return -1;
	if (load_path(all, s->env_path, err))
		return -1;
	if (xdg ? load_below(all, s->xdg_config_home, "/hpn/runtimes", err)
		: load_below(all, s->home, "/.config/hpn/runtimes", err))
		return -1;
	if (load_below(all, s->sysconfdir, "/hpn/runtimes", err) ||
	    load_below(all, s->pkgdatadir, "/runtimes", err))
		return -1;
	for (const struct rt_builtin *b = rt_builtins; b->name; b++)
		if (load_builtin(all, b, err))
			return -1;
	return 0;
}

int runtimes_load(const struct rt_search *s, struct runtimes *ret, struct err *err)
{
	*ret = (struct runtimes){ 0 };
	if (load_all(s, ret, err)) {
		runtimes_release(ret);
		return -1;
	}
	return 0;
}

struct runtime *runtimes_find(const struct runtimes *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i]->name, name))
			return all->v[i];
	return NULL;
}

void runtimes_release(struct runtimes *all)
{
	for (size_t i = 0; i < all->n; i++)
		runtime_free(all->v[i]);
	free(all->v);
	*all = (struct runtimes){ 0 };
}
