/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spawnloop WORKERS PROGRAM ARG... <LIST - the least that a pool can do
 *
 * Runs PROGRAM ARG... LINE for each line, WORKERS at once, reads what each
 * writes from a pipe, throws it away, and reaps it at the end of the pipe. No
 * order, no deadlines, no groups: what hpn's wall time is compared with.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORKERS 256

extern char **environ;

struct worker {
	pid_t pid;
};

static int start(struct worker *w, char **argv)
{
	posix_spawn_file_actions_t actions;
	int fd[2], rc;

	if (pipe2(fd, O_CLOEXEC))
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 2);
	rc = posix_spawn(&w->pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fd[1]);
	if (!rc)
		return fd[0];
	close(fd[0]);
	errno = rc;
	return -1;
}

/* 1 while the pipe is open, 0 when the child was reaped. */
static int drain(struct worker *w, int fd)
{
	char data[65536];

	if (read(fd, data, sizeof(data)) > 0)
		return 1;
	close(fd);
	waitpid(w->pid, NULL, 0);
	return 0;
}

static int next(char **argv, int last)
{
	static char line[4096];

	if (!fgets(line, sizeof(line), stdin))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	argv[last] = line;
	return 1;
}

int main(int argc, char **argv)
{
	struct pollfd fds[MAX_WORKERS];
	struct worker workers[MAX_WORKERS];
	char *words[16] = { NULL };
	long max = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	int n = 0, more = 1;

	if (max < 1 || max > MAX_WORKERS || argc > 16) {
		fputs("usage: spawnloop WORKERS PROGRAM ARG... <LIST\n", stderr);
		return 2;
	}
	memcpy(words, argv + 2, (size_t)(argc - 2) * sizeof(*words));
	while (more || n) {
		while (n < max && (more = more && next(words, argc - 2))) {
			fds[n] = (struct pollfd){ start(&workers[n], words), POLLIN, 0 };
			if (fds[n++].fd < 0) {
				perror(words[0]);
				return 1;
			}
		}
		poll(fds, (nfds_t)n, -1);
		for (int i = n - 1; i >= 0; i--) {
			if (!fds[i].revents || drain(&workers[i], fds[i].fd))
				continue;
			fds[i] = fds[--n];
			workers[i] = workers[n];
		}
	}
	return 0;
}
