/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libexec/line.h"

#include <errno.h>
#include <fcntl.h>
#include <pipeline.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

struct line {
	pipeline *p;
	pid_t *pids; /* 0 when reaped */
	int *statuses;
	int n, signal;
};

struct stage {
	int (*run)(void *user);
	void *user;
};

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define N_ENDING (sizeof(ending) / sizeof(ending[0]))

/* A handler can only leave a note. */
static volatile sig_atomic_t caught;

static void note(int sig)
{
	caught = sig;
}

/* Only so that SIGCHLD ends a wait. */
static void wake(int sig)
{
	(void)sig;
}

static void handle(void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < N_ENDING; i++)
		sigaction(ending[i], &sa, NULL);
}

/*
 * In each child, first thing. Until here the signals are blocked, so none is
 * lost between fork and this; a child must not inherit handlers that only
 * take a note, nor the mask: libpipeline leaves SIGCHLD blocked.
 */
static void reset_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	handle(SIG_DFL);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Signals are let in only while this process waits. */
struct line *line_new(void)
{
	struct line *l = mem_alloc(sizeof(*l));
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < N_ENDING; i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	handle(note);
	pipeline_install_post_fork(reset_signals);
	l->p = pipeline_new();
	return l;
}

/* A pipeline that was started stays: to libpipeline it runs until
 * pipeline_wait(). */
void line_free(struct line *l)
{
	if (!l)
		return;
	if (!l->n)
		pipeline_free(l->p);
	free(l->pids);
	free(l->statuses);
	free(l);
}

void line_program(struct line *l, char *const *argv)
{
	pipecmd *cmd = pipecmd_new(argv[0]);

	while (*++argv)
		pipecmd_arg(cmd, *argv);
	pipeline_command(l->p, cmd);
}

static void run_stage(void *data)
{
	struct stage *s = data;

	exit(s->run(s->user));
}

void line_stage(struct line *l, const char *name, int (*run)(void *user), void *user)
{
	struct stage *s = mem_alloc(sizeof(*s));

	s->run = run;
	s->user = user;
	pipeline_command(l->p, pipecmd_new_function(name, run_stage, free, s));
}

/*
 * libpipeline closes the descriptors that it is given. Its handler of SIGCHLD
 * would reap, and keep the statuses where only pipeline_wait() finds them,
 * which also prints, and waits without an end. So libpipeline builds and
 * starts the line; waiting for its children is done here, by their pids.
 */
void line_start(struct line *l, int in, int out)
{
	struct sigaction sa = { .sa_handler = wake };

	if (in >= 0)
		pipeline_want_in(l->p, fcntl(in, F_DUPFD_CLOEXEC, 3));
	if (out >= 0)
		pipeline_want_out(l->p, fcntl(out, F_DUPFD_CLOEXEC, 3));
	pipeline_start(l->p);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGCHLD, &sa, NULL);
	l->n = pipeline_get_ncommands(l->p);
	l->pids = mem_array((size_t)l->n, sizeof(*l->pids));
	l->statuses = mem_array((size_t)l->n, sizeof(*l->statuses));
	for (int i = 0; i < l->n; i++)
		l->pids[i] = pipeline_get_pid(l->p, i);
}

/* Let signals in until there is something to read, or one has come. */
static int await(struct line *l, int fd)
{
	sigset_t none;
	fd_set set;
	int rc;

	sigemptyset(&none);
	FD_ZERO(&set);
	if (fd >= 0)
		FD_SET(fd, &set);
	rc = pselect(fd + 1, &set, NULL, NULL, NULL, &none);
	if (rc < 0)
		rc = -errno;
	if (caught)
		l->signal = caught;
	return rc < 0 ? rc : 0;
}

ssize_t line_read(struct line *l, int fd, void *data, size_t size)
{
	ssize_t n = -EINTR;

	while (n == -EINTR && !l->signal) {
		n = await(l, fd);
		if (!n) {
			n = read(fd, data, size);
			n = n < 0 ? -errno : n;
		}
	}
	return n;
}

/* What became of a stage that cannot be waited for is not known: it failed. */
static int ask(pid_t pid, int *ret_status)
{
	pid_t rc;

	do
		rc = waitpid(pid, ret_status, WNOHANG);
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		fprintf(stderr, "hpn-pipe: cannot wait for a stage: %s\n", strerror(errno));
		*ret_status = LINE_LOST << 8;
	}
	return rc != 0;
}

/* How many stages still run, after passing on a signal to them. */
static int reap(struct line *l, int signal)
{
	int running = 0;

	for (int i = 0; i < l->n; i++) {
		if (l->pids[i] <= 0)
			continue;
		if (ask(l->pids[i], &l->statuses[i])) {
			l->pids[i] = 0;
			continue;
		}
		running++;
		if (signal)
			kill(l->pids[i], signal);
	}
	return running;
}

/* A signal to the group can end the stages before this process has seen it:
 * while there is something to read, pselect() lets none in. */
static void let_in(struct line *l)
{
	sigset_t none, before;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (caught)
		l->signal = caught;
}

void line_wait(struct line *l)
{
	int signal = l->signal;

	while (reap(l, signal)) {
		caught = 0;
		await(l, -1);
		signal = caught;
	}
	let_in(l);
}

int line_status(const struct line *l, int stage)
{
	return l->statuses[stage];
}

int line_signal(const struct line *l)
{
	return l->signal;
}
