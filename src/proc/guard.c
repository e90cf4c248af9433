/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proc/spawn.h"

#define GUARD_ARGUMENT "--guard-children"
#define GRACE_NS NS_PER_S
#define LOOK_NS (20 * NS_PER_MS)

/* ---- in hpn ---- */

static void start(struct guard *g)
{
	char name[] = "hpn", argument[] = GUARD_ARGUMENT;
	char *const argv[] = { name, argument, NULL };
	struct spawn s = { .path = "/proc/self/exe", .argv = argv };
	int pipe_fd[2];

	g->tried = true;
	s.out_fd = s.err_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (s.out_fd < 0)
		return;
	if (!spawn_pipe(pipe_fd)) {
		s.in_fd = pipe_fd[0];
		g->fd = pipe_fd[1];
		/* A guard that was stopped must not stop hpn. */
		if (fcntl(pipe_fd[0], F_SETFL, 0) < 0 || fcntl(g->fd, F_SETFL, O_NONBLOCK) < 0 ||
		    spawn_program(&s, &g->pid)) {
			g->pid = 0;
			close(g->fd);
		}
		close(pipe_fd[0]);
	}
	close(s.out_fd);
}

/* A guard that missed a message is worse than none: it may end the group of another
 * program, which has the same number by then. */
static void tell(struct guard *g, pid_t group)
{
	ssize_t n;

	if (!g->pid)
		return;
	do
		n = write(g->fd, &group, sizeof(group));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(group))
		guard_close(g);
}

void guard_add(struct guard *g, pid_t group)
{
	if (!g->tried)
		start(g);
	tell(g, group);
}

void guard_drop(struct guard *g, pid_t group)
{
	tell(g, -group);
}

/* The guard is killed before the pipe is closed, so it ends nobody. */
void guard_close(struct guard *g)
{
	if (!g->pid)
		return;
	kill(g->pid, SIGKILL);
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(g->fd);
	g->pid = 0;
}

/* ---- in the guard ---- */

struct groups {
	pid_t *v;
	size_t n, cap;
};

static void add(struct groups *all, pid_t group)
{
	if (all->n == all->cap) {
		all->cap = all->cap ? all->cap * 2 : 16;
		all->v = mem_grow(all->v, all->cap, sizeof(*all->v));
	}
	all->v[all->n++] = group;
}

static void drop(struct groups *all, pid_t group)
{
	for (size_t i = all->n; i-- > 0;)
		if (all->v[i] == group)
			all->v[i] = all->v[--all->n];
}

static void signal_groups(const struct groups *all, int sig)
{
	for (size_t i = 0; i < all->n; i++)
		kill(-all->v[i], sig);
}

static void drop_ended(struct groups *all)
{
	for (size_t i = all->n; i-- > 0;)
		if (kill(-all->v[i], 0) < 0 && errno == ESRCH)
			all->v[i] = all->v[--all->n];
}

/* A signal that ends hpn may be sent to the guard as well. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGTSTP,
				       SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

bool guard_is_wanted(char *const *argv)
{
	return argv[0] && argv[1] && !strcmp(argv[1], GUARD_ARGUMENT);
}

int guard_main(void)
{
	struct timespec moment = { .tv_nsec = LOOK_NS };
	struct groups all = { 0 };
	pid_t group;
	ssize_t n;

	ignore_signals();
	while ((n = read(STDIN_FILENO, &group, sizeof(group))) == (ssize_t)sizeof(group) ||
	       (n < 0 && errno == EINTR)) {
		if (n > 0 && group > 1)
			add(&all, group);
		else if (n > 0 && group < -1)
			drop(&all, -group);
	}
	signal_groups(&all, SIGTERM);
	signal_groups(&all, SIGCONT);
	for (int64_t ns = 0; all.n && ns < GRACE_NS; ns += LOOK_NS) {
		nanosleep(&moment, NULL);
		drop_ended(&all);
	}
	signal_groups(&all, SIGKILL);
	free(all.v);
	return 0;
}
