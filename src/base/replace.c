/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/publish.h"

#define MOST_TRIES 1000u

int replace_check(const char *path, struct err *err)
{
	struct buf dir = BUF_INIT;
	struct stat st;
	int rc = 0;

	buf_add(&dir, path, publish_dir_length(path));
	buf_addc(&dir, '.');
	if (access(buf_str(&dir), W_OK | X_OK) < 0)
		rc = err_sys(err, errno, "cannot write to %s", path);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = err_set(err, "cannot write to %s: it is not a regular file", path);
	buf_release(&dir);
	return rc;
}

/* Where it can be, the file has no name until it is complete, so that whoever
 * is killed leaves nothing. */
static int open_unnamed(const char *dir)
{
#ifdef O_TMPFILE
	struct buf link = BUF_INIT;
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	buf_addf(&link, "/proc/self/fd/%d", fd);
	if (access(buf_str(&link), F_OK) < 0) {
		close(fd);
		fd = -1;
	}
	buf_release(&link);
	return fd;
#else
	(void)dir;
	return -1;
#endif
}

void replace_begin(struct replace *r, const char *path)
{
	struct buf dir = BUF_INIT;

	*r = (struct replace){ .path = path };
	buf_add(&r->temp, path, publish_dir_length(path));
	buf_addf(&dir, "%s.", buf_str(&r->temp));
	r->fd = open_unnamed(buf_str(&dir));
	r->unnamed = r->fd >= 0;
	buf_release(&dir);
	if (r->unnamed)
		return;
	buf_adds(&r->temp, ".hpn-XXXXXX");
	r->fd = mkstemp(r->temp.data);
	if (r->fd < 0)
		r->errnum = errno;
	else
		fcntl(r->fd, F_SETFD, FD_CLOEXEC);
}

/* A name for the file, which rename() can put into the place of the old one. */
static int give_name(struct replace *r)
{
	size_t dir = r->temp.len;
	struct buf link = BUF_INIT;
	int rc = -1;

	buf_addf(&link, "/proc/self/fd/%d", r->fd);
	for (unsigned i = 0; rc < 0 && i < MOST_TRIES; i++) {
		r->temp.len = dir;
		buf_addf(&r->temp, ".hpn-%ld-%u", (long)getpid(), i);
		rc = linkat(AT_FDCWD, buf_str(&link), AT_FDCWD, buf_str(&r->temp),
			    AT_SYMLINK_FOLLOW);
		if (rc < 0 && errno != EEXIST)
			break;
	}
	buf_release(&link);
	return rc;
}

void replace_add(struct replace *r, const char *data, size_t len)
{
	while (len && !r->errnum) {
		ssize_t n = write(r->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r->errnum = errno;
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

void replace_flush(struct replace *r, struct buf *b)
{
	replace_add(r, buf_str(b), b->len);
	buf_reset(b);
}

int replace_end(struct replace *r, struct err *err)
{
	if (!r->errnum && fchmod(r->fd, publish_mode()) < 0)
		r->errnum = errno;
	if (!r->errnum && r->unnamed && give_name(r) < 0)
		r->errnum = errno;
	else if (!r->errnum)
		r->unnamed = false;
	if (r->fd >= 0 && close(r->fd) < 0 && !r->errnum)
		r->errnum = errno;
	if (!r->errnum && rename(r->temp.data, r->path) < 0)
		r->errnum = errno;
	if (r->errnum && r->fd >= 0 && !r->unnamed)
		unlink(r->temp.data);
	buf_release(&r->temp);
	return r->errnum ? err_sys(err, r->errnum, "cannot write to %s", r->path) : 0;
}
