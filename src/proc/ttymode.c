/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/ttymode.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* Mutable state at file scope, since a signal handler has no argument. */
static struct termios before;
static volatile sig_atomic_t entered_fd = -1;
static bool is_prepared;

bool ttymode_is_ours(int fd)
{
	return isatty(fd) && tcgetpgrp(fd) == getpgrp();
}

bool ttymode_is_background(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group > 0 && group != getpgrp();
}

void ttymode_leave(void)
{
	int fd = entered_fd;

	if (fd < 0)
		return;
	entered_fd = -1;
	/* tcsetattr() from the background would stop hpn; and there the shell has set
	 * its own modes already. */
	if (tcgetpgrp(fd) == getpgrp())
		tcsetattr(fd, TCSANOW, &before);
}

static void on_fatal(int signo)
{
	int fd = entered_fd;

	if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
		tcsetattr(fd, TCSANOW, &before);
	raise(signo); /* SA_RESETHAND: this time hpn dies of it */
}

/* Watch a signal, unless somebody else (a sanitizer) has a handler for it. */
static void watch(int signo)
{
	struct sigaction sa = { .sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND }, old;

	sigemptyset(&sa.sa_mask);
	if (!sigaction(signo, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(signo, &sa, NULL);
}

static void prepare(void)
{
	static const int fatal[] = { SIGQUIT, SIGILL,  SIGABRT, SIGBUS,  SIGFPE, SIGSEGV,
				     SIGSYS,  SIGTRAP, SIGXCPU, SIGXFSZ, SIGALRM };

	if (is_prepared)
		return;
	is_prepared = true;
	atexit(ttymode_leave);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		watch(fatal[i]);
}

bool ttymode_enter(int fd)
{
	struct termios now;

	if (entered_fd >= 0)
		return true;
	if (!ttymode_is_ours(fd) || tcgetattr(fd, &before) < 0)
		return false;
	prepare();
	now = before;
	now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	now.c_cc[VMIN] = 0;
	now.c_cc[VTIME] = 0;
	entered_fd = fd;
	if (tcsetattr(fd, TCSANOW, &now) == 0)
		return true;
	entered_fd = -1;
	return false;
}
