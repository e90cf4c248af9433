/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libexec/record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/index.h"
#include "archive/json.h"
#include "base/clock.h"
#include "base/publish.h"
#include "base/sums.h"

#define PENDING ".hpn-pending"
#define RETRY_NS (20 * NS_PER_MS)

/* The names of one of the lists of a directory. */
struct names {
	struct buf final, scratch, pending;
};

struct lists {
	const char *dir;
	int lock;
	struct sums sums;
	json_t *index;
	struct names sums_file, index_file;
};

static const char *skip_dots(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		for (path += 2; *path == '/'; path++)
			;
	return path;
}

/* The archive's name as seen from the directory; NULL when it is not below it. */
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

/* A signal that would end this process, or that is held back and will. */
static bool is_to_end(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set;

	if (sigpending(&set) < 0)
		return false;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigismember(&set, ending[i]))
			return true;
	return false;
}

/* Whoever can read the directory can lock it. */
static int lock(struct lists *l, int patience_s, struct err *err)
{
	struct timespec pause = { .tv_nsec = RETRY_NS };
	int64_t end_ns = clock_now_ns() + patience_s * NS_PER_S;

	l->lock = open(l->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->lock < 0)
		return err_sys(err, errno, "open %s", l->dir);
	while (flock(l->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, errno, "cannot lock %s", l->dir);
		if (is_to_end())
			return err_set(err, "interrupted while waiting for the lock of %s", l->dir);
		if (clock_now_ns() >= end_ns)
			return err_set(err,
				       "cannot list the archive: another process has held the "
				       "lock of %s for %d s",
				       l->dir, patience_s);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static void name_list(struct names *n, const struct record *r, const char *final, const char *end)
{
	buf_addf(&n->final, "%s/%s", r->dir, final);
	buf_addf(&n->scratch, "%s%s", r->scratch, end);
	buf_addf(&n->pending, "%s/" PENDING "%s", r->dir, end);
}

static void names_release(struct names *n)
{
	buf_release(&n->final);
	buf_release(&n->scratch);
	buf_release(&n->pending);
}

static int lists_read(struct lists *l, const struct record *r, struct err *err)
{
	*l = (struct lists){ .dir = r->dir, .lock = -1 };
	name_list(&l->sums_file, r, SUMS_NAME, ".sums");
	name_list(&l->index_file, r, INDEX_NAME, ".json");
	if (lock(l, r->patience_s, err) || sums_read(&l->sums, r->dir, SUMS_NAME, err))
		return -1;
	l->index = index_read(r->dir, INDEX_NAME, err);
	return l->index ? 0 : -1;
}

static void lists_release(struct lists *l)
{
	if (l->lock >= 0)
		close(l->lock);
	sums_release(&l->sums);
	json_decref(l->index);
	names_release(&l->sums_file);
	names_release(&l->index_file);
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
	rc = publish_write(buf_str(&l->sums_file.scratch), &sums, err);
	if (!rc && publish_write(buf_str(&l->index_file.scratch), &index, err)) {
		unlink(buf_str(&l->sums_file.scratch));
		rc = -1;
	}
	buf_release(&sums);
	buf_release(&index);
	return rc;
}

static int take_name(const struct buf *from, const struct buf *to, struct err *err)
{
	return rename(buf_str(from), buf_str(to)) < 0
		       ? err_sys(err, errno, "cannot rename to %s", buf_str(to))
		       : 0;
}

static int take_names(const struct lists *l, struct err *err)
{
	return take_name(&l->sums_file.pending, &l->sums_file.final, err) ||
			       take_name(&l->index_file.pending, &l->index_file.final, err)
		       ? -1
		       : 0;
}

/* What holds until the archive has its name can be taken back. */
static int rename_all(const struct lists *l, const struct record *r, const char *file,
		      struct err *err)
{
	if (take_name(&l->sums_file.scratch, &l->sums_file.pending, err) ||
	    take_name(&l->index_file.scratch, &l->index_file.pending, err) ||
	    (r->publish && rename(file, r->publish) < 0 &&
	     err_sys(err, errno, "cannot rename the archive to %s", r->publish))) {
		unlink(buf_str(&l->sums_file.scratch));
		unlink(buf_str(&l->sums_file.pending));
		unlink(buf_str(&l->index_file.scratch));
		unlink(buf_str(&l->index_file.pending));
		return -1;
	}
	if (take_names(l, err))
		return err_wrap(err, "%s is complete, and not listed ('hpn index %s' does it)",
				r->publish ? r->publish : file, r->dir);
	return 0;
}

/* A signal between two of the renames would leave lists that do not fit. */
static int publish_all(const struct lists *l, const struct record *r, const char *file,
		       struct err *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	rc = rename_all(l, r, file, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!rc)
		rc = publish_sync_dir(buf_str(&l->sums_file.final), err);
	if (!rc && r->publish)
		rc = publish_sync_dir(r->publish, err);
	return rc;
}

/* ---- lists that did not get their names ---- */

static bool has_sum(const struct lists *l, const char *name, const char *hex)
{
	unsigned char sum[SUM_BYTES];
	char have[SUM_HEX + 1], data[1 << 14];
	struct sum s;
	struct stat st;
	ssize_t n = -1;
	int fd = sums_is_inside(name)
			 ? openat(l->lock, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
			 : -1;

	sum_init(&s);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while ((n = read(fd, data, sizeof(data))) > 0)
			sum_add(&s, data, (size_t)n);
	if (fd >= 0)
		close(fd);
	sum_end(&s, sum);
	sum_hex(sum, have);
	return n == 0 && strcmp(have, hex) == 0;
}

/* The one line that pending sums have and the list has not; NULL where there
 * are more, which hpn never leaves. */
static const struct sums_line *news(const struct sums *now, const struct sums *pending)
{
	const struct sums_line *found = NULL;

	for (size_t i = 0; i < pending->n; i++) {
		const char *hex = sums_find(now, pending->v[i].name);

		if (hex && strcmp(hex, pending->v[i].hex) == 0)
			continue;
		if (found)
			return NULL;
		found = &pending->v[i];
	}
	return found;
}

static const char *sum_of(void *ctx, const char *file)
{
	return sums_find(ctx, file);
}

/* What fits the archives that are there goes into the lists. */
static bool merge(struct lists *l)
{
	struct sums pending = SUMS_INIT;
	struct err err;
	json_t *index = index_read(l->dir, PENDING ".json", &err);
	const struct sums_line *line = NULL;
	bool found = false;

	if (sums_read(&pending, l->dir, PENDING ".sums", &err) == 0)
		line = news(&l->sums, &pending);
	if (line && has_sum(l, line->name, line->hex)) {
		sums_set(&l->sums, line->name, line->hex);
		found = true;
	}
	if (index && index_take(l->index, index, sum_of, &l->sums))
		found = true;
	json_decref(index);
	sums_release(&pending);
	return found;
}

/* Who holds the lock knows that nobody else is at work. */
static int recover(struct lists *l, struct err *err)
{
	if (access(buf_str(&l->sums_file.pending), F_OK) < 0 &&
	    access(buf_str(&l->index_file.pending), F_OK) < 0)
		return 0;
	if (merge(l)) {
		if (write_new(l, err) ||
		    take_name(&l->sums_file.scratch, &l->sums_file.final, err) ||
		    take_name(&l->index_file.scratch, &l->index_file.final, err))
			return -1;
	}
	unlink(buf_str(&l->sums_file.pending));
	unlink(buf_str(&l->index_file.pending));
	return 0;
}

bool record_is_pending(const char *file, const char *hex)
{
	size_t len = strlen(file);
	struct buf dir = BUF_INIT;
	bool pending = false;

	for (int up = 0; !pending && up < 2; up++) {
		struct sums s = SUMS_INIT;
		const char *known;
		struct err err;
		size_t rest;

		while (len && file[len - 1] != '/')
			len--;
		rest = len;
		len -= len > 0;
		buf_reset(&dir);
		buf_add(&dir, file, len);
		if (sums_read(&s, rest ? buf_str(&dir) : ".", PENDING ".sums", &err) == 0) {
			known = sums_find(&s, file + rest);
			pending = known && strcmp(known, hex) == 0;
		}
		sums_release(&s);
		if (!rest)
			break;
	}
	buf_release(&dir);
	return pending;
}

/* ---- all of it ---- */

static int list_and_publish(const struct record *r, const char *file, const struct index_file *f,
			    const char *what, struct err *err)
{
	struct lists l;
	int rc = lists_read(&l, r, err);

	if (!rc)
		rc = recover(&l, err);
	if (!rc)
		rc = add(&l, r, f, what, err);
	if (!rc)
		rc = write_new(&l, err);
	if (!rc)
		rc = publish_all(&l, r, file, err);
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
