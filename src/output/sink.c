/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "output/writer.h"

#define MAX_KEPT ((size_t)1 << 20)
#define KEPT_AT_REST 65536
#define LAST_WAIT_MS 1000
#define READER_WAIT_MS 20

struct sink {
	struct writer w; /* its fd is -1 while a FIFO has no reader */
	char *path;
	struct buf kept;
	size_t done; /* of kept, already written */
	unsigned long lost;
	int errnum;
};

static int open_path(struct sink *s)
{
	s->w.fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		       0666);
	return s->w.fd < 0 ? -errno : 0;
}

static bool is_fifo(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

struct sink *sink_new(const char *path, struct err *err)
{
	struct sink *s = mem_alloc(sizeof(*s));
	int rc;

	s->path = mem_strdup(path);
	if (!strcmp(path, "-")) {
		writer_init(&s->w, STDOUT_FILENO);
		return s;
	}
	s->w = (struct writer){ .own = 1, .chunk = KEPT_AT_REST };
	rc = open_path(s);
	if (!rc || (rc == -ENXIO && is_fifo(path)))
		return s;
	err_sys(err, -rc, "cannot write to %s", path);
	free(s->path);
	free(s);
	return NULL;
}

struct sink *sink_new_fd(int fd)
{
	struct sink *s = mem_alloc(sizeof(*s));

	s->path = mem_strdup("a temporary file");
	s->w = (struct writer){ .fd = fd, .chunk = KEPT_AT_REST };
	return s;
}

static size_t pending(const struct sink *s)
{
	return s->kept.len - s->done;
}

bool sink_has_room(const struct sink *s, bool minor)
{
	return !s->errnum && pending(s) < (minor ? MAX_KEPT / 2 : MAX_KEPT);
}

void sink_lose(struct sink *s)
{
	s->lost++;
}

void sink_add(struct sink *s, const char *data, size_t len, bool minor)
{
	if (!sink_has_room(s, minor)) {
		sink_lose(s);
		return;
	}
	buf_add(&s->kept, data, len);
	if (pending(s) >= KEPT_AT_REST)
		sink_flush(s);
}

static bool fail(struct sink *s, int errnum)
{
	s->errnum = errnum;
	s->lost++;
	s->done = 0;
	buf_reset(&s->kept);
	return false;
}

bool sink_flush(struct sink *s)
{
	ssize_t n = 1;

	if (s->w.fd < 0 && pending(s) && open_path(s))
		return true;
	while (pending(s) && n > 0) {
		struct pollfd p = { .fd = s->w.fd, .events = POLLOUT };

		/* what is not our own may block: never more than poll() says */
		if (poll(&p, 1, 0) <= 0)
			break;
		n = writer_write(&s->w, s->kept.data + s->done, pending(s));
		if (n > 0)
			s->done += (size_t)n;
		else if (n != -EAGAIN)
			return fail(s, n < 0 ? (int)-n : EIO);
	}
	if (!pending(s) || s->done > s->kept.len / 2) {
		buf_eat(&s->kept, s->done);
		s->done = 0;
	}
	if (!s->kept.len && s->kept.cap > KEPT_AT_REST)
		buf_release(&s->kept);
	return pending(s) > 0;
}

int sink_error(const struct sink *s)
{
	return s->errnum;
}

/* Until it takes more, but for a second at most. */
static bool wait_ready(struct sink *s)
{
	struct pollfd p = { .fd = s->w.fd, .events = POLLOUT };
	int waited = 0;

	if (s->w.fd >= 0)
		return poll(&p, 1, LAST_WAIT_MS) > 0;
	while (open_path(s) && waited < LAST_WAIT_MS) {
		if (poll(NULL, 0, READER_WAIT_MS) < 0)
			return false;
		waited += READER_WAIT_MS;
	}
	return s->w.fd >= 0;
}

void sink_drain(struct sink *s)
{
	while (sink_flush(s) && wait_ready(s))
		;
}

static unsigned long lines_left(const struct sink *s)
{
	unsigned long n = 0;

	for (size_t i = s->done; i < s->kept.len; i++)
		n += s->kept.data[i] == '\n';
	return n;
}

int sink_close(struct sink *s, struct err *err)
{
	const char *name = strcmp(s->path, "-") != 0 ? s->path : "standard output";
	int rc = 0;

	s->lost += lines_left(s);
	if (s->errnum)
		rc = err_sys(err, s->errnum, "cannot write to %s", name);
	else if (s->lost)
		rc = err_set(err, "%lu lines are lost, as %s takes them too slowly", s->lost, name);
	if (s->w.fd >= 0)
		writer_release(&s->w);
	buf_release(&s->kept);
	free(s->path);
	free(s);
	return rc;
}
