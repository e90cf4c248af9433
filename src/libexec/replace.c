/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libexec/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const struct buf *content)
{
	size_t done = 0;

	while (done < content->len) {
		ssize_t n = write(fd, content->data + done, content->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* 0600 is what mkostemp() gives; others are to read it as umask has it. */
static int settle(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
}

static int write_beside(const char *path, const struct buf *content)
{
	const char *slash = strrchr(path, '/');
	struct buf temp = BUF_INIT;
	int fd, rc;

	buf_add(&temp, path, slash ? (size_t)(slash - path) + 1 : 0);
	buf_adds(&temp, ".hpn-XXXXXX");
	fd = mkostemp(temp.data, O_CLOEXEC);
	rc = fd < 0 ? -errno : write_all(fd, content);
	if (!rc)
		rc = settle(fd);
	if (fd >= 0 && close(fd) < 0 && !rc)
		rc = -errno;
	if (!rc && rename(temp.data, path) < 0)
		rc = -errno;
	if (rc && fd >= 0)
		unlink(temp.data);
	buf_release(&temp);
	return rc;
}

static int write_into(int fd, const struct buf *content)
{
	int rc;

	if (fd < 0)
		return -errno;
	rc = write_all(fd, content);
	if (close(fd) < 0 && !rc)
		rc = -errno;
	return rc;
}

int replace_file(const char *path, const struct buf *content, struct err *err)
{
	struct stat st;
	int rc;

	if (!strcmp(path, "-"))
		rc = write_all(STDOUT_FILENO, content);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = write_into(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), content);
	else
		rc = write_beside(path, content);
	if (!rc)
		return 0;
	return err_sys(err, -rc, "cannot write to %s",
		       strcmp(path, "-") != 0 ? path : "standard output");
}
