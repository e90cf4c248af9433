/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix://"

void socket_path(const char *variable, const char *path, struct buf *ret)
{
	const char *value = variable ? getenv(variable) : NULL;

	buf_reset(ret);
	if (!value || !*value) {
		buf_adds(ret, path ? path : "");
		return;
	}
	if (strncmp(value, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		value += strlen(UNIX_PREFIX);
	if (*value == '/')
		buf_adds(ret, value);
}

int socket_knock(const char *path, pid_t *ret_pid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	int fd, rc = 0;

	*ret_pid = 0;
	if (strlen(path) >= sizeof(addr.sun_path))
		return ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		rc = errno;
	else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 1)
		*ret_pid = peer.pid;
	if (fd >= 0)
		close(fd);
	return rc;
}
