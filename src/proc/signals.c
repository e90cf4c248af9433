/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "proc/spawn.h"

#define HIGHEST 64

static const int watched[] = {
	SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2, SIGWINCH,
};

/* The one place for mutable state at file scope: a handler has no argument. */
static int pipe_fd[2] = { -1, -1 };
static volatile sig_atomic_t count[HIGHEST + 1];

static void on_signal(int signo)
{
	int saved = errno;
	ssize_t n;

	count[signo]++;
	n = write(pipe_fd[1], "", 1);
	(void)n; /* a full pipe has a byte in it anyway */
	errno = saved;
}

static int install(int signo)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;

	if (sigaction(signo, NULL, &old) < 0)
		return -1;
	if (old.sa_handler == SIG_IGN && signo == SIGHUP)
		return 0; /* nohup */
	sigfillset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART | (signo == SIGCHLD ? SA_NOCLDSTOP : 0);
	return sigaction(signo, &sa, NULL);
}

int signals_open(struct err *err)
{
	int rc = spawn_pipe(pipe_fd);
	sigset_t none;

	if (rc)
		return err_sys(err, -rc, "cannot make a pipe for signals");
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		if (install(watched[i]) < 0)
			return err_sys(err, errno, "cannot watch signal %d", watched[i]);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return pipe_fd[0];
}

void signals_drain(int fd)
{
	char sink[256];

	while (read(fd, sink, sizeof(sink)) > 0)
		;
}

unsigned signals_take(int signo)
{
	sigset_t one, old;
	unsigned n;

	if (!count[signo])
		return 0;
	sigemptyset(&one);
	sigaddset(&one, signo);
	sigprocmask(SIG_BLOCK, &one, &old);
	n = (unsigned)count[signo];
	count[signo] = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return n;
}

void signals_die_of(int signo)
{
	sigset_t one;

	signal(signo, SIG_DFL);
	raise(signo);
	sigemptyset(&one);
	sigaddset(&one, signo);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	_exit(128 + signo);
}

void signals_stop_self(void)
{
	raise(SIGSTOP);
}
