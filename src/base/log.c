/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/colour.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

#define MAX_MESSAGE ((size_t)3500) /* a line stays below PIPE_BUF */
#define MAX_KEPT ((size_t)65536)
#define LAST_WAIT_MS 1000

struct sink {
	const char *name;
	int fd; /* -1: none */
	struct buf kept;
	unsigned long dropped;
	int errnum; /* of the first write that failed; the sink is off since */
};

struct log {
	struct log_setup setup; /* without its strings */
	char *path;
	struct sink file;
	struct sink console;
	int told;
};

static const char *const level_names[] = { "debug", "info", "warn", "error" };
static const char *const level_marks[] = { "DEBUG", "INFO ", "WARN ", "ERROR" };
static const char *const level_colors[] = { "\033[2m", "\033[32m", "\033[33m", "\033[31m" };

static char *expand_home(const char *path, struct err *err)
{
	const char *home = getenv("HOME");
	struct buf b = BUF_INIT;

	if (path[0] != '~' || (path[1] != '/' && path[1]))
		return mem_strdup(path);
	if (!home || !*home) {
		err_set(err,
			"logging.file: '%s' needs HOME, which is not set;"
			" give a path from /",
			path);
		return NULL;
	}
	buf_addf(&b, "%s%s", home, path + 1);
	return buf_detach(&b);
}

static int make_parents(char *path, struct err *err)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0755) && errno != EEXIST ? errno : 0;
		/* a directory that is there may answer EACCES or EROFS too */
		if (rc && access(path, X_OK))
			return err_sys(err, rc, "logging.file: cannot make directory %s", path);
		*slash = '/';
	}
	return 0;
}

static int open_file(struct log *l, const char *file, struct err *err)
{
	l->path = expand_home(file, err);
	if (!l->path || make_parents(l->path, err))
		return -1;
	l->file.name = l->path;
	l->file.fd = open(l->path,
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (l->file.fd < 0)
		return err_sys(err, errno, "logging.file: cannot open %s", l->path);
	return 0;
}

struct log *log_new(const struct log_setup *setup, struct err *err)
{
	struct log *l = mem_alloc(sizeof(*l));

	l->setup = *setup;
	l->setup.file = NULL;
	if (!l->setup.wall_ns)
		l->setup.wall_ns = clock_wall_ns;
	if (!isatty(setup->console_fd) || !colour_is_wanted())
		l->setup.colors = 0;
	l->file.fd = -1;
	l->console.fd = setup->console_fd;
	l->console.name = "console";
	if (setup->file && *setup->file && open_file(l, setup->file, err)) {
		log_free(l);
		return NULL;
	}
	return l;
}

/* Write what the other side takes within wait_ms. */
static void sink_flush(struct sink *s, int wait_ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	while (s->kept.len && s->fd >= 0) {
		size_t some = s->kept.len < 4096 ? s->kept.len : 4096;
		ssize_t n;

		if (poll(&p, 1, wait_ms) <= 0)
			return;
		n = write(s->fd, s->kept.data, some);
		if (n > 0)
			buf_eat(&s->kept, (size_t)n);
		else if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		else {
			s->errnum = n < 0 ? errno : EIO;
			s->dropped++;
			buf_reset(&s->kept);
			return;
		}
	}
}

static void sink_add(struct sink *s, const struct buf *line)
{
	if (s->fd < 0)
		return;
	if (s->errnum || s->kept.len + line->len > MAX_KEPT) {
		s->dropped++;
		return;
	}
	buf_add(&s->kept, line->data, line->len);
	sink_flush(s, 0);
}

/* 2024-05-01T12:00:00.123+02:00 */
static void add_time(struct buf *b, int64_t wall_ns)
{
	time_t secs = (time_t)(wall_ns / NS_PER_S);
	char text[40], zone[8] = "";
	struct tm tm;

	if (!localtime_r(&secs, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	buf_addf(b, "%s.%03d%.3s:%s", text, (int)(wall_ns % NS_PER_S / NS_PER_MS), zone,
		 strlen(zone) == 5 ? zone + 3 : "00");
}

static void json_line(const struct log *l, struct buf *b, enum log_level level, const char *msg)
{
	buf_addc(b, '{');
	if (l->setup.timestamp) {
		buf_adds(b, "\"time\":\"");
		add_time(b, l->setup.wall_ns());
		buf_adds(b, "\",");
	}
	buf_addf(b, "\"level\":\"%s\",\"msg\":", level_names[level]);
	json_text(b, msg, strlen(msg));
	buf_adds(b, "}\n");
}

static void text_line(const struct log *l, struct buf *b, enum log_level level, const char *msg,
		      int color)
{
	if (l->setup.timestamp) {
		add_time(b, l->setup.wall_ns());
		buf_addc(b, ' ');
	}
	buf_addf(b, "%s%s%s %s\n", color ? level_colors[level] : "", level_marks[level],
		 color ? "\033[0m" : "", msg);
}

static void make_line(const struct log *l, struct buf *b, enum log_level level, const char *msg,
		      int color)
{
	buf_reset(b);
	if (l->setup.json)
		json_line(l, b, level, msg);
	else
		text_line(l, b, level, msg, color);
}

int log_wants(const struct log *l, enum log_level level)
{
	return l && level >= l->setup.level && (l->file.fd >= 0 || l->console.fd >= 0);
}

void log_say(struct log *l, enum log_level level, const char *fmt, ...)
{
	struct buf msg = BUF_INIT, line = BUF_INIT;
	char *raw = NULL;
	va_list ap;
	int n;

	if (!log_wants(l, level))
		return;
	va_start(ap, fmt);
	n = vasprintf(&raw, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	utf8_show(&msg, raw, (size_t)n, MAX_MESSAGE);
	free(raw);
	make_line(l, &line, level, buf_str(&msg), 0);
	sink_add(&l->file, &line);
	make_line(l, &line, level, buf_str(&msg), l->setup.colors);
	sink_add(&l->console, &line);
	buf_release(&msg);
	buf_release(&line);
}

static int sink_trouble(const struct sink *s, struct err *err)
{
	if (s->errnum)
		return err_sys(err, s->errnum, "cannot write the log to %s", s->name);
	if (s->dropped)
		return err_set(err, "log: %lu lines lost, as %s takes them too slowly", s->dropped,
			       s->name);
	return 0;
}

int log_trouble(struct log *l, struct err *err)
{
	if (!l || l->told || (!sink_trouble(&l->file, err) && !sink_trouble(&l->console, err)))
		return 0;
	l->told = 1;
	return -1;
}

void log_flush(struct log *l)
{
	if (!l)
		return;
	sink_flush(&l->file, LAST_WAIT_MS);
	sink_flush(&l->console, LAST_WAIT_MS);
	/* what is still there will not be written any more */
	l->file.dropped += l->file.kept.len > 0;
	l->console.dropped += l->console.kept.len > 0;
}

void log_free(struct log *l)
{
	if (!l)
		return;
	if (l->file.fd >= 0)
		close(l->file.fd);
	buf_release(&l->file.kept);
	buf_release(&l->console.kept);
	free(l->path);
	free(l);
}
