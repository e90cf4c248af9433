/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

size_t publish_dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

mode_t publish_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* On the open file, so that what is checked is what is synced. */
static int settle(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "cannot look at the archive");
	if (!S_ISREG(st.st_mode))
		return err_set(err, "what the runtime wrote is not a regular file");
	if (!st.st_size)
		return err_set(err, "the runtime wrote nothing");
	if (fchmod(fd, publish_mode()) < 0)
		return err_sys(err, errno, "cannot set the archive's mode");
	if (fsync(fd) < 0)
		return err_sys(err, errno, "cannot write the archive to the disk");
	return 0;
}

int publish_settle(const char *temporary, struct err *err)
{
	int fd = open(temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int rc;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, "the runtime wrote nothing");
	if (fd < 0)
		return err_sys(err, errno, "cannot open what the runtime wrote");
	rc = settle(fd, err);
	close(fd);
	return rc;
}

static int sync_dir(const char *path)
{
	size_t len = publish_dir_length(path);
	struct buf dir = BUF_INIT;
	int fd, rc = 0;

	buf_add(&dir, path, len);
	fd = open(len ? buf_str(&dir) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_release(&dir);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	close(fd);
	return rc;
}

int publish_sync_dir(const char *path, struct err *err)
{
	int rc = sync_dir(path);

	return rc ? err_sys(err, -rc, "cannot sync the directory of %s", path) : 0;
}

int publish_rename(const char *temporary, const char *final, struct err *err)
{
	if (rename(temporary, final) < 0)
		return err_sys(err, errno, "cannot rename the archive to %s", final);
	return publish_sync_dir(final, err);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

int publish_write(const char *temporary, const struct buf *content, struct err *err)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "open %s", temporary);
	rc = write_all(fd, buf_str(content), content->len);
	if (rc)
		err_sys(err, errno, "write %s", temporary);
	if (close(fd) < 0 && !rc)
		rc = err_sys(err, errno, "write %s", temporary);
	if (rc)
		unlink(temporary);
	return rc;
}
