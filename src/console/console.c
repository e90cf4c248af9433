/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/console.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "output/ci.h"
#include "proc/signals.h"

static void take_ends(struct console *s)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (unsigned n = signals_take(ends[i]); n; n--) {
			if (!s->ended_by)
				s->ended_by = ends[i];
			s->ends++;
			if (s->on_end)
				s->on_end(s->ctx, s->ends);
		}
}

static void on_signals(void *ctx, short revents)
{
	struct console *s = ctx;

	(void)revents;
	signals_drain(s->sig_fd);
	take_ends(s);
	s->more_workers += (int)signals_take(SIGUSR1) - (int)signals_take(SIGUSR2);
	if (signals_take(SIGTSTP)) {
		if (s->defers_stop)
			s->wants_stop = true;
		else
			signals_stop_self();
	}
	s->terminal_changed |= signals_take(SIGWINCH) > 0;
	s->continued |= signals_take(SIGCONT) > 0;
}

int console_stopped(void *console)
{
	struct console *s = console;

	on_signals(s, 0);
	return s->ended_by;
}

int console_open(struct console *s, struct err *err)
{
	*s = (struct console){ .sig_fd = signals_open(err) };
	if (s->sig_fd < 0)
		return -1;
	loop_init(&s->loop, clock_now_ns());
	loop_watch(&s->loop, s->sig_fd, POLLIN, on_signals, s);
	writer_init(&s->out, STDOUT_FILENO);
	return 0;
}

void console_close(struct console *s)
{
	guard_close(&s->guard);
	loop_release(&s->loop);
	writer_release(&s->out);
}

static void on_ready(void *ctx, short revents)
{
	*(bool *)ctx = true;
	(void)revents;
}

/* Wait until fd is ready, or hpn is asked to end. */
static bool wait_ready(struct console *s, int fd, short events)
{
	bool ready = false;
	unsigned ends = s->ends;
	unsigned id = loop_watch(&s->loop, fd, events, on_ready, &ready);

	while (!ready && s->ends == ends)
		loop_turn(&s->loop, -1);
	loop_drop(&s->loop, id);
	return ready;
}

void console_write(struct console *s, const char *data, size_t len)
{
	while (len && !s->mute && !s->out_error) {
		ssize_t n = writer_write(&s->out, data, len);

		if (n == -EAGAIN) {
			if (!wait_ready(s, s->out.fd, POLLOUT))
				return;
			continue;
		}
		if (n < 0) {
			s->out_error = (int)-n;
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

void console_say(struct console *s, const char *fmt, ...)
{
	char text[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		console_write(s, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void warn(const char *fmt, va_list ap)
{
	struct ci_line line = { 0 };
	struct buf safe = BUF_INIT;
	char *text = NULL;

	if (ci_find() != CI_GITHUB) {
		vfprintf(stderr, fmt, ap);
		return;
	}
	if (vasprintf(&text, fmt, ap) < 0)
		return;
	ci_defuse(&line, text, strlen(text), &safe);
	fputs(buf_str(&safe), stderr);
	buf_release(&safe);
	free(text);
}

void console_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	warn(fmt, ap);
	va_end(ap);
}

int console_check_output(const struct console *s, int status)
{
	if (!s->out_error)
		return status;
	console_warn("Error: cannot write to standard output: %s\n", strerror(s->out_error));
	return 1;
}

bool console_read_line(struct console *s, char *ret_line, size_t size)
{
	size_t len = 0, got = 0;
	char c = 0;

	while (c != '\n' && wait_ready(s, STDIN_FILENO, POLLIN)) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			break;
		got++;
		if (len + 1 < size && c != '\n')
			ret_line[len++] = c;
	}
	ret_line[len] = '\0';
	return got > 0 && !s->ended_by;
}
