/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/slurp.h"

#define MOST_BYTES ((size_t)1 << 30)
#define OPEN_TRIES 10

/* Is the open file still the one under that name? The hpn that had it may have
 * removed it. */
static bool is_current(int fd, const char *path)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

static int lock(struct journal *j, enum journal_found *ret_found, struct err *err)
{
	if (flock(j->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_sys(err, errno, "cannot lock %s", j->path);
	*ret_found = JOURNAL_BUSY;
	return 0;
}

static int try_open(struct journal *j, bool ours, bool create, enum journal_found *ret_found,
		    struct err *err)
{
	int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK;

	*ret_found = JOURNAL_FOUND;
	if (create)
		flags |= O_CREAT;
	if (ours) /* nobody has reason to put a link in its place */
		flags |= O_NOFOLLOW;
	j->fd = open(j->path, flags, 0600);
	if (j->fd < 0 && errno == ENOENT && !create) {
		*ret_found = JOURNAL_NONE;
		return 0;
	}
	if (j->fd < 0)
		return err_sys(err, errno, "cannot open the journal %s", j->path);
	return lock(j, ret_found, err);
}

/* A journal of hpn's own place may hold anything by now, but it is a file of this
 * user's, or it is not written to. */
static int check_owner(const struct journal *j, struct err *err)
{
	struct stat st;

	if (fstat(j->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(err, "%s is not a file of this user's; remove it", j->path);
	return 0;
}

/* A file that is not a journal is not overwritten. */
static int check_kind(const struct journal *j, struct err *err)
{
	static const char mark[] = " hpn-journal ";
	char head[16 + sizeof(mark) - 1];
	struct stat st;
	ssize_t n;

	if (fstat(j->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, "%s is no regular file", j->path);
	n = pread(j->fd, head, sizeof(head), 0);
	if (n < 0 || (st.st_size > 0 && (n < (ssize_t)sizeof(head) ||
					 memcmp(head + 16, mark, sizeof(mark) - 1) != 0)))
		return err_set(err, "%s is no journal of hpn's; remove it, or name another file",
			       j->path);
	return 0;
}

int journal_open(struct journal *j, const char *path, bool ours, bool create,
		 enum journal_found *ret_found, struct err *err)
{
	int rc = 0;

	*j = (struct journal){ .path = mem_strdup(path), .fd = -1 };
	for (int i = 0; i < OPEN_TRIES; i++) {
		rc = try_open(j, ours, create, ret_found, err);
		if (rc || *ret_found != JOURNAL_FOUND || is_current(j->fd, path))
			break;
		close(j->fd);
		j->fd = -1;
	}
	if (!rc && *ret_found == JOURNAL_FOUND)
		rc = j->fd < 0 ? err_set(err, "cannot open the journal %s", path)
		     : ours    ? check_owner(j, err)
			       : check_kind(j, err);
	if (rc || *ret_found != JOURNAL_FOUND)
		journal_close(j, false);
	return rc;
}

int journal_read(struct journal *j, struct journal_log *log, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = slurp(j->path, MOST_BYTES, &text, err);

	if (rc)
		err_wrap(err, "cannot read the journal %s", j->path);
	else
		rc = journal_parse(log, j->path, buf_str(&text), text.len, err);
	buf_release(&text);
	return rc ? -1 : 0;
}

static void put(struct journal *j, struct buf *b)
{
	const char *data = buf_str(b);
	size_t len = b->len;

	while (len && !j->errnum) {
		ssize_t n = write(j->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			j->errnum = n < 0 ? errno : ENOSPC;
			break;
		}
		data += n;
		len -= (size_t)n;
	}
	j->dirty = true;
	buf_release(b);
}

static void cut(struct journal *j, size_t len)
{
	if (ftruncate(j->fd, (off_t)len) < 0 || lseek(j->fd, (off_t)len, SEEK_SET) < 0)
		j->errnum = errno;
}

void journal_begin(struct journal *j, const struct journal_head *head)
{
	struct buf b = BUF_INIT;

	cut(j, 0);
	journal_print_head(head, &j->sum, &b);
	put(j, &b);
}

void journal_resume(struct journal *j, const struct journal_log *log)
{
	cut(j, log->good_bytes);
	j->sum = log->sum;
}

void journal_ok(struct journal *j, const struct journal_entry *e)
{
	struct buf b = BUF_INIT;

	journal_print_ok(e, &j->sum, &b);
	put(j, &b);
}

void journal_failed(struct journal *j, const char *verb, const char *name)
{
	struct buf b = BUF_INIT;

	journal_print_failed(verb, name, &j->sum, &b);
	put(j, &b);
}

int64_t journal_tick(struct journal *j, int64_t now_ns)
{
	if (!j->dirty)
		return -1;
	if (now_ns < j->synced_ns + JOURNAL_SYNC_NS)
		return j->synced_ns + JOURNAL_SYNC_NS;
	if (!j->syncer)
		j->syncer = syncer_new(j->fd);
	if (j->syncer)
		syncer_wish(j->syncer);
	j->dirty = !j->syncer; /* then it is synced when it is closed */
	j->synced_ns = now_ns;
	return -1;
}

int journal_close(struct journal *j, bool done)
{
	int errnum = syncer_free(j->syncer);

	if (j->fd >= 0 && done)
		unlink(j->path);
	else if (j->fd >= 0 && fdatasync(j->fd) < 0 && errno != EINVAL && !errnum)
		errnum = errno;
	if (j->errnum)
		errnum = j->errnum;
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	*j = (struct journal){ .fd = -1 };
	return errnum;
}
