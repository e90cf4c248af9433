/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/spawn.h"

static void close_pair(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

int child_start(struct child *c, const char *path, char *const *argv, char *const *envp, int in_fd)
{
	struct spawn s = { .path = path, .argv = argv, .envp = envp, .in_fd = in_fd };
	int out[2], err[2];
	int rc = spawn_pipe(out);

	*c = (struct child){ .fd = { -1, -1 } };
	if (rc)
		return rc;
	rc = spawn_pipe(err);
	if (rc) {
		close_pair(out);
		return rc;
	}
	s.out_fd = out[1];
	s.err_fd = err[1];
	rc = spawn_program(&s, &c->pid);
	if (rc) {
		close_pair(out);
		close_pair(err);
		return rc;
	}
	close(out[1]);
	close(err[1]);
	c->fd[CHILD_OUT] = out[0];
	c->fd[CHILD_ERR] = err[0];
	return 0;
}

static void close_stream(struct child *c, enum child_stream s)
{
	if (c->fd[s] >= 0)
		close(c->fd[s]);
	c->fd[s] = -1;
}

ssize_t child_read(struct child *c, enum child_stream s, void *to, size_t size)
{
	ssize_t n;

	do
		n = read(c->fd[s], to, size);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == ENOMEM))
		return -EAGAIN;
	close_stream(c, s);
	return 0;
}

bool child_silent(const struct child *c)
{
	return c->fd[CHILD_OUT] < 0 && c->fd[CHILD_ERR] < 0;
}

bool child_peek(struct child *c)
{
	siginfo_t info = { 0 };
	int rc;

	do
		rc = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | WNOHANG);
	while (rc < 0 && errno == EINTR);
	if (rc < 0 && errno == ECHILD)
		c->lost = true;
	return c->lost || info.si_pid == c->pid;
}

void child_signal(const struct child *c, int sig)
{
	if (c->lost)
		return;
	kill(-c->pid, sig);
	if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCONT)
		kill(-c->pid, SIGCONT);
}

void child_reap(struct child *c)
{
	close_stream(c, CHILD_OUT);
	close_stream(c, CHILD_ERR);
	while (!c->lost && waitpid(c->pid, &c->status, 0) < 0)
		if (errno != EINTR)
			c->lost = true;
}
