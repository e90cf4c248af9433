/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)16384)

static int read_all(int fd, size_t max_bytes, struct buf *ret_data)
{
	size_t before = ret_data->len;
	ssize_t n;

	for (;;) {
		n = read(fd, buf_room(ret_data, CHUNK), CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		ret_data->len += (size_t)n;
		ret_data->data[ret_data->len] = '\0';
		if (n == 0)
			return 0;
		if (ret_data->len - before > max_bytes)
			return -EFBIG;
	}
}

static int say(int rc, size_t max_bytes, struct err *err)
{
	if (rc == -EFBIG)
		err_set(err, "larger than %zu bytes", max_bytes);
	else if (rc)
		err_set(err, "%s", strerror(-rc));
	return rc;
}

int slurp_fd(int fd, size_t max_bytes, struct buf *ret_data, struct err *err)
{
	return say(read_all(fd, max_bytes, ret_data), max_bytes, err);
}

int slurp(const char *path, size_t max_bytes, struct buf *ret_data, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc = fd < 0 ? -errno : read_all(fd, max_bytes, ret_data);

	if (fd >= 0)
		close(fd);
	return say(rc, max_bytes, err);
}
