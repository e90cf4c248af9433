/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* A copy of what follows the last of these options in MAKEFLAGS; or NULL. */
static char *find_auth(const char *makeflags)
{
	static const char *const names[] = { "--jobserver-auth=", "--jobserver-fds=" };
	const char *best = NULL;

	for (size_t i = 0; makeflags && i < 2; i++)
		for (const char *p = makeflags; (p = strstr(p, names[i]));) {
			p += strlen(names[i]);
			if (!best || p > best)
				best = p;
		}
	return best ? mem_strndup(best, strcspn(best, " \t")) : NULL;
}

/* Is this a pipe that hpn inherited? Where make has closed its pipe, hpn may have
 * opened other files under the same numbers since; these are close-on-exec. */
static bool is_inherited_pipe(int fd)
{
	struct stat st;

	return fcntl(fd, F_GETFD) == 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Inherited descriptors are shared with make and all its children. hpn opens them
 * once more, so that it can set its own to non-blocking. */
static int open_pair(struct jobserver *js, const char *auth)
{
	char path[64], *end;
	long r = strtol(auth, &end, 10), w = *end == ',' ? strtol(end + 1, &end, 10) : -1;

	if (*end || r < 0 || w < 0 || !is_inherited_pipe((int)r) || !is_inherited_pipe((int)w))
		return -EBADF;
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", r);
	js->read_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	js->write_fd = (int)w;
	return js->read_fd < 0 ? -errno : 0;
}

static int open_fifo(struct jobserver *js, const char *path)
{
	js->read_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (js->read_fd < 0)
		return -errno;
	js->write_fd = open(path, O_WRONLY | O_CLOEXEC);
	js->own_write = true;
	if (js->write_fd >= 0)
		return 0;
	close(js->read_fd);
	return -errno;
}

enum jobserver_found jobserver_open(struct jobserver *js, const char *makeflags, struct err *err)
{
	char *auth = find_auth(makeflags);
	int rc;

	*js = (struct jobserver){ .read_fd = -1, .write_fd = -1 };
	if (!auth)
		return JOBSERVER_NONE;
	rc = strncmp(auth, "fifo:", 5) ? open_pair(js, auth) : open_fifo(js, auth + 5);
	free(auth);
	if (!rc)
		return JOBSERVER_OPEN;
	err_sys(err, -rc, "cannot share make's jobs; put a + in front of the recipe's line");
	return JOBSERVER_CLOSED;
}

/* MAKEFLAGS begins with the options that have no value, as letters without a dash. */
bool jobserver_is_dry(const char *makeflags)
{
	size_t word = makeflags ? strcspn(makeflags, " ") : 0;

	return word && *makeflags != '-' && !memchr(makeflags, '=', word) &&
	       strcspn(makeflags, "nqt") < word;
}

bool jobserver_take(struct jobserver *js)
{
	char token;
	ssize_t n;

	do
		n = read(js->read_fd, &token, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		return false;
	buf_addc(&js->tokens, token);
	return true;
}

void jobserver_give(struct jobserver *js, unsigned keep)
{
	while (js->tokens.len > keep) {
		ssize_t n = write(js->write_fd, js->tokens.data + js->tokens.len - 1, 1);

		if (n < 0 && errno == EINTR)
			continue;
		js->tokens.len--; /* also after an error: nobody is there to take the token */
	}
}

void jobserver_close(struct jobserver *js)
{
	jobserver_give(js, 0);
	close(js->read_fd);
	if (js->own_write)
		close(js->write_fd);
	buf_release(&js->tokens);
}
