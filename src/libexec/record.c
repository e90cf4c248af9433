/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libexec/record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/index.h"
#include "archive/json.h"
#include "base/publish.h"
#include "base/sums.h"

/* The lists of a folder, and the names that they are written under. */
struct lists {
	const char *dir;
	int lock;
	struct sums sums;
	json_t *index;
	struct buf sums_final, sums_new, index_final, index_new;
};

static const char *skip_dots(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		for (path += 2; *path == '/'; path++)
			;
	return path;
}

/* The archive's name as seen from the folder; NULL when it is not below it. */
static const char *name_in(const char *dir, const char *path)
{
	size_t len;

	if (strcmp(dir, ".") == 0)
		return skip_dots(path);
	dir = skip_dots(dir);
	path = skip_dots(path);
	len = strlen(dir);
	while (len && dir[len - 1] == '/')
		len--;
	if (strncmp(path, dir, len) != 0 || path[len] != '/')
		return NULL;
	return path + len + strspn(path + len, "/");
}

static int lock(struct lists *l, struct err *err)
{
	int rc;

	l->lock = open(l->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->lock < 0)
		return err_sys(err, errno, "open %s", l->dir);
	do
		rc = flock(l->lock, LOCK_EX);
	while (rc < 0 && errno == EINTR);
	return rc < 0 ? err_sys(err, errno, "cannot lock %s", l->dir) : 0;
}

static int lists_read(struct lists *l, const struct record *r, struct err *err)
{
	*l = (struct lists){ .dir = r->dir, .lock = -1 };
	buf_addf(&l->sums_final, "%s/" SUMS_NAME, r->dir);
	buf_addf(&l->index_final, "%s/" INDEX_NAME, r->dir);
	buf_addf(&l->sums_new, "%s.sums", r->scratch);
	buf_addf(&l->index_new, "%s.json", r->scratch);
	if (lock(l, err) || sums_read(&l->sums, r->dir, err))
		return -1;
	l->index = index_read(r->dir, err);
	return l->index ? 0 : -1;
}

static void lists_release(struct lists *l)
{
	if (l->lock >= 0)
		close(l->lock);
	sums_release(&l->sums);
	json_decref(l->index);
	buf_release(&l->sums_final);
	buf_release(&l->sums_new);
	buf_release(&l->index_final);
	buf_release(&l->index_new);
}

static int is_gone(void *ctx, const char *file)
{
	const struct lists *l = ctx;
	struct stat st;

	if (!sums_is_inside(file))
		return 0;
	return fstatat(l->lock, file, &st, 0) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void prune(struct lists *l)
{
	index_prune(l->index, is_gone, l);
	for (size_t i = l->sums.n; i-- > 0;)
		if (is_gone(l, l->sums.v[i].name))
			sums_drop(&l->sums, l->sums.v[i].name);
}

static int add(struct lists *l, const struct record *r, const struct index_file *f,
	       const char *what, struct err *err)
{
	struct buf text = BUF_INIT;
	struct index_file file = *f;
	json_t *object;

	buf_addf(&text, "{%s}", what);
	object = json_parse("the report", buf_str(&text), text.len, err);
	buf_release(&text);
	if (!object)
		return -1;
	if (r->prune)
		prune(l);
	file.what = object;
	index_put(l->index, &file);
	sums_set(&l->sums, f->name, f->hex);
	json_decref(object);
	return 0;
}

static int write_new(const struct lists *l, struct err *err)
{
	struct buf sums = BUF_INIT, index = BUF_INIT;
	int rc;

	sums_write(&l->sums, &sums);
	index_write(l->index, &index);
	rc = publish_write(buf_str(&l->sums_new), &sums, err);
	if (!rc && publish_write(buf_str(&l->index_new), &index, err)) {
		unlink(buf_str(&l->sums_new));
		rc = -1;
	}
	buf_release(&sums);
	buf_release(&index);
	return rc;
}

static int rename_all(const struct lists *l, const struct record *r, const char *file,
		      struct err *err)
{
	int rc = r->publish && rename(file, r->publish) < 0
			 ? err_sys(err, errno, "cannot rename the archive to %s", r->publish)
			 : 0;

	if (!rc && rename(buf_str(&l->sums_new), buf_str(&l->sums_final)) < 0)
		rc = err_sys(err, errno, "cannot rename to %s", buf_str(&l->sums_final));
	if (!rc && rename(buf_str(&l->index_new), buf_str(&l->index_final)) < 0)
		rc = err_sys(err, errno, "cannot rename to %s", buf_str(&l->index_final));
	if (rc) {
		unlink(buf_str(&l->sums_new));
		unlink(buf_str(&l->index_new));
	}
	return rc;
}

/* A signal between two of the renames would leave lists that do not fit. */
static int take_names(const struct lists *l, const struct record *r, const char *file,
		      struct err *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	rc = rename_all(l, r, file, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!rc)
		rc = publish_sync_dir(buf_str(&l->sums_final), err);
	if (!rc && r->publish)
		rc = publish_sync_dir(r->publish, err);
	return rc;
}

static int list_and_publish(const struct record *r, const char *file, const struct index_file *f,
			    const char *what, struct err *err)
{
	struct lists l;
	int rc = lists_read(&l, r, err);

	if (!rc)
		rc = add(&l, r, f, what, err);
	if (!rc)
		rc = write_new(&l, err);
	if (!rc)
		rc = take_names(&l, r, file, err);
	lists_release(&l);
	return rc;
}

int record_archive(const struct record *r, const char *file, uint64_t bytes,
		   const unsigned char sum[SUM_BYTES], const char *what, struct err *err)
{
	struct index_file f = { .image = r->image, .bytes = bytes };
	char hex[SUM_HEX + 1];

	if (r->publish && publish_settle(file, err))
		return -1;
	if (r->publish && !r->dir)
		return publish_rename(file, r->publish, err);
	if (!r->dir)
		return 0;
	sum_hex(sum, hex);
	f.hex = hex;
	f.name = name_in(r->dir, r->publish ? r->publish : file);
	if (!f.name)
		return err_set(err, "%s is not below %s", r->publish ? r->publish : file, r->dir);
	return list_and_publish(r, file, &f, what, err);
}
