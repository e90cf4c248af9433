/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

extern char **environ;

/* Ignored signals are inherited, and hpn or its parent may ignore any of these; a
 * child must begin like a program that a fresh shell has started. */
static void default_signals(sigset_t *set)
{
	static const int reset[] = {
		SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1,
		SIGUSR2, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH,
	};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
		sigaddset(set, reset[i]);
}

static int set_attributes(posix_spawnattr_t *attr)
{
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t set;
	int rc;

	sigemptyset(&set);
	rc = posix_spawnattr_setsigmask(attr, &set);
	default_signals(&set);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &set);
	if (!rc)
		rc = posix_spawnattr_setpgroup(attr, 0);
	if (!rc)
		rc = posix_spawnattr_setflags(attr, flags);
	return rc;
}

static int set_descriptors(posix_spawn_file_actions_t *fa, const struct spawn *s)
{
	int rc = s->in_fd ? posix_spawn_file_actions_adddup2(fa, s->in_fd, 0)
			  : posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);

	if (!rc)
		rc = posix_spawn_file_actions_adddup2(fa, s->out_fd, 1);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(fa, s->err_fd, 2);
	return rc;
}

int spawn_program(const struct spawn *s, pid_t *ret_pid)
{
	char *const *envp = s->envp ? s->envp : environ;
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int rc;

	rc = posix_spawnattr_init(&attr);
	if (rc)
		return -rc;
	rc = posix_spawn_file_actions_init(&fa);
	if (rc) {
		posix_spawnattr_destroy(&attr);
		return -rc;
	}
	rc = set_attributes(&attr);
	if (!rc)
		rc = set_descriptors(&fa, s);
	if (!rc)
		rc = posix_spawn(ret_pid, s->path, &fa, &attr, s->argv, envp);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	return -rc;
}

int spawn_become(const char *path, char *const *argv)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t set;

	default_signals(&set);
	for (int signo = 1; signo < NSIG; signo++)
		if (sigismember(&set, signo) == 1)
			sigaction(signo, &sa, NULL);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	execv(path, argv);
	return -errno;
}

/* Move a descriptor out of the way of 0, 1 and 2: dup2(fd, fd) in the child
 * would leave it close-on-exec. */
static int above_stdio(int *fd)
{
	int high;

	if (*fd > 2)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return -errno;
	close(*fd);
	*fd = high;
	return 0;
}

int spawn_pipe(int ret_fd[2])
{
	int rc;

	if (pipe2(ret_fd, O_CLOEXEC) < 0)
		return -errno;
	rc = above_stdio(&ret_fd[0]);
	if (!rc)
		rc = above_stdio(&ret_fd[1]);
	if (!rc && fcntl(ret_fd[0], F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	if (rc) {
		close(ret_fd[0]);
		close(ret_fd[1]);
	}
	return rc;
}
