/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_ONCE 65536

/* The same open file, as a description of our own; -1 if that is not to be. */
static int open_again(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void writer_init(struct writer *w, int fd)
{
	struct stat st;
	int own;

	*w = (struct writer){ .fd = fd, .chunk = AT_ONCE };
	if (fstat(fd, &st) < 0 || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		return;
	if (S_ISSOCK(st.st_mode)) {
		w->socket = 1;
		return;
	}
	if (S_ISCHR(st.st_mode) && !isatty(fd))
		return;
	own = open_again(fd);
	if (own >= 0) {
		w->fd = own;
		w->own = 1;
	} else {
		w->chunk = _POSIX_PIPE_BUF;
	}
}

void writer_release(struct writer *w)
{
	if (w->own)
		close(w->fd);
	w->own = 0;
	w->fd = -1;
}

ssize_t writer_write(struct writer *w, const char *data, size_t len)
{
	ssize_t n;

	if (len > w->chunk)
		len = w->chunk;
	do
		n = w->socket ? send(w->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL)
			      : write(w->fd, data, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}
