/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "DIR/" of the path, "" for the current one */
static size_t dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash + 1 - path) : 0;
}

int replace_check(const char *path, struct err *err)
{
	struct buf dir = BUF_INIT;
	struct stat st;
	int rc = 0;

	buf_add(&dir, path, dir_len(path));
	buf_addc(&dir, '.');
	if (access(buf_str(&dir), W_OK | X_OK) < 0)
		rc = err_sys(err, errno, "cannot write to %s", path);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = err_set(err, "cannot write to %s: it is no regular file", path);
	buf_release(&dir);
	return rc;
}

/* As a file that is simply made: 0666 less the umask. */
static mode_t mode_of_files(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

void replace_begin(struct replace *r, const char *path)
{
	*r = (struct replace){ .path = path };
	buf_add(&r->temp, path, dir_len(path));
	buf_adds(&r->temp, ".hpn-XXXXXX");
	r->fd = mkstemp(r->temp.data);
	if (r->fd < 0)
		r->errnum = errno;
	else
		fcntl(r->fd, F_SETFD, FD_CLOEXEC);
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
	if (!r->errnum && fchmod(r->fd, mode_of_files()) < 0)
		r->errnum = errno;
	if (r->fd >= 0 && close(r->fd) < 0 && !r->errnum)
		r->errnum = errno;
	if (!r->errnum && rename(r->temp.data, r->path) < 0)
		r->errnum = errno;
	if (r->errnum && r->fd >= 0)
		unlink(r->temp.data);
	buf_release(&r->temp);
	return r->errnum ? err_sys(err, r->errnum, "cannot write to %s", r->path) : 0;
}
