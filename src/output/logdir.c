/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/logdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "base/strvec.h"

/* The log of the child that runs in a slot. */
struct open_log {
	int fd; /* -1: none */
	bool midline;
};

struct logdir {
	char *path;
	int fd;
	const struct run_info *info;
	const struct ledger *ledger;
	const char *const *file; /* by job */
	struct open_log *logs;   /* by slot */
	unsigned n_logs;
	unsigned long failures;
	struct err first; /* of the failures */
};

static int make_dirs(const char *path)
{
	char *copy = mem_strdup(path);
	int rc = 0;

	for (char *p = copy + 1; *p && !rc; p++)
		if (*p == '/') {
			*p = '\0';
			rc = mkdir(copy, 0777) && errno != EEXIST && access(copy, X_OK) ? -errno
											: 0;
			*p = '/';
		}
	if (!rc && mkdir(copy, 0777) && errno != EEXIST)
		rc = -errno;
	free(copy);
	return rc;
}

struct logdir *logdir_new(const char *path, struct err *err)
{
	struct logdir *d = mem_alloc(sizeof(*d));
	int rc = make_dirs(path);

	d->path = mem_strdup(path);
	d->fd = rc ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd >= 0 && faccessat(d->fd, ".", W_OK | X_OK, 0) == 0)
		return d;
	err_sys(err, rc ? -rc : errno, "cannot write to directory %s", path);
	logdir_close(d, NULL);
	return NULL;
}

void logdir_begin(struct logdir *d, const struct run_info *info, const struct ledger *ledger,
		  const char *const *file)
{
	d->info = info;
	d->ledger = ledger;
	d->file = file;
}

static void fail(struct logdir *d, uint32_t job, int errnum)
{
	if (!d->failures++)
		err_sys(&d->first, errnum, "cannot write to %s/%s", d->path, d->file[job]);
}

/* What is there and is not a plain file is nobody's log. */
static int open_log(struct logdir *d, uint32_t job, bool more)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = openat(d->fd, d->file[job], flags | (more ? O_APPEND : O_TRUNC), 0666);
	struct stat st;

	if (fd < 0) {
		fail(d, job, errno);
	} else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		fail(d, job, EINVAL);
		close(fd);
		fd = -1;
	}
	return fd;
}

static void put(struct logdir *d, uint32_t job, int fd, const char *data, size_t len)
{
	while (fd >= 0 && len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fail(d, job, errno);
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

static struct open_log *log_of(struct logdir *d, unsigned slot)
{
	if (slot >= d->n_logs) {
		d->logs = mem_grow(d->logs, slot + 1, sizeof(*d->logs));
		while (d->n_logs <= slot)
			d->logs[d->n_logs++] = (struct open_log){ .fd = -1 };
	}
	return &d->logs[slot];
}

static void shut(struct open_log *l)
{
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct open_log){ .fd = -1 };
}

static void on_attempt(struct logdir *d, const struct event *ev)
{
	struct open_log *l = log_of(d, ev->slot);
	bool more = d->ledger->job[ev->job].attempts > 1;
	struct buf line = BUF_INIT;

	shut(l);
	l->fd = open_log(d, ev->job, more);
	strvec_quote(ev->argv, &line);
	buf_addc(&line, '\n');
	put(d, ev->job, l->fd, line.data, line.len);
	buf_release(&line);
}

static void on_output(struct logdir *d, const struct event *ev)
{
	struct open_log *l = log_of(d, ev->slot);

	if (!ev->len)
		return;
	put(d, ev->job, l->fd, ev->data, ev->len);
	l->midline = ev->data[ev->len - 1] != '\n';
}

static void add_stamp(const struct logdir *d, struct buf *line, int64_t at_ns)
{
	stamp_utc(line, d->info->start_wall_ns + (at_ns - d->info->start_ns));
}

/* hpn: failed, exit 125, transient, 1.299787 s, from TIME to TIME */
static void on_end(struct logdir *d, const struct event *ev)
{
	struct open_log *l = log_of(d, ev->slot);
	int status = event_exit(ev->cause, ev->status), sig = event_signal(ev->cause, ev->status);
	struct buf line = BUF_INIT;

	buf_addf(&line, "%shpn: %s", l->midline ? "\n" : "", event_end_word(ev->cause, ev->result));
	if (status >= 0)
		buf_addf(&line, ", exit %d", status);
	if (sig >= 0)
		buf_addf(&line, ", signal %d", sig);
	if (ev->class)
		buf_addf(&line, ", %s", ev->class);
	buf_adds(&line, ", ");
	stamp_seconds(&line, ev->took_ns);
	buf_adds(&line, " s, from ");
	add_stamp(d, &line, ev->at_ns - ev->took_ns);
	buf_adds(&line, " to ");
	add_stamp(d, &line, ev->at_ns);
	buf_addc(&line, '\n');
	put(d, ev->job, l->fd, line.data, line.len);
	buf_release(&line);
	shut(l);
}

/* An image that had no child has a log that says why. */
static void on_finish(struct logdir *d, const struct event *ev)
{
	struct buf line = BUF_INIT;
	int fd;

	if (d->ledger->job[ev->job].attempts)
		return;
	fd = open_log(d, ev->job, false);
	buf_addf(&line, "hpn: %s", event_result_word(ev->result));
	if (ev->len) {
		buf_adds(&line, ": ");
		buf_add(&line, ev->data, strcspn(ev->data, "\n"));
	}
	buf_addc(&line, '\n');
	put(d, ev->job, fd, line.data, line.len);
	buf_release(&line);
	if (fd >= 0)
		close(fd);
}

void logdir_event(void *ctx, const struct event *ev)
{
	if (ev->kind == EVENT_ATTEMPT)
		on_attempt(ctx, ev);
	else if (ev->kind == EVENT_OUTPUT)
		on_output(ctx, ev);
	else if (ev->kind == EVENT_END)
		on_end(ctx, ev);
	else if (ev->kind == EVENT_FINISH)
		on_finish(ctx, ev);
}

int logdir_close(struct logdir *d, struct err *err)
{
	int rc = d->failures ? err_set(err, "%s", d->first.text) : 0;

	for (unsigned i = 0; i < d->n_logs; i++)
		shut(&d->logs[i]);
	if (d->fd >= 0)
		close(d->fd);
	free(d->logs);
	free(d->path);
	free(d);
	return rc;
}
