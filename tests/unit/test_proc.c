/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strvec.h"
#include "proc/loop.h"
#include "proc/signals.h"
#include "proc/spawn.h"
#include "unit.h"

static void start(struct child *c, const char *script)
{
	struct strvec argv = STRVEC_INIT;

	strvec_push(&argv, "sh");
	strvec_push(&argv, "-c");
	strvec_push(&argv, script);
	ck_assert_int_eq(child_start(c, "/bin/sh", argv.v, NULL, 0), 0);
	strvec_release(&argv);
}

/* Everything that a child writes on one stream, up to its end. */
static size_t read_all(struct child *c, enum child_stream s, char *to, size_t size)
{
	size_t len = 0;

	while (c->fd[s] >= 0) {
		struct pollfd p = { .fd = c->fd[s], .events = POLLIN };
		ssize_t n;

		poll(&p, 1, 5000);
		n = child_read(c, s, to + len, size - len - 1);
		if (n > 0)
			len += (size_t)n;
		else if (n == -EAGAIN)
			ck_assert_msg(p.revents == 0, "no data, and none came");
	}
	to[len] = '\0';
	return len;
}

static void wait_end(struct child *c)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert(child_peek(c));
	child_reap(c);
}

START_TEST(child_has_its_own_world)
{
	struct child c;
	char out[4096], want[64];

	signal(SIGPIPE, SIG_IGN);
	for (int fd = 3; fd < 1024; fd++) /* what this test's own parent left open */
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	start(&c, "ps -o pgid= -p $$ | tr -d ' '; readlink /proc/self/fd/0;"
		  "ls /proc/$$/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status");
	read_all(&c, CHILD_OUT, out, sizeof(out));
	snprintf(want, sizeof(want), "%d\n/dev/null\n0 1 2 ", (int)c.pid);
	ck_assert_msg(strncmp(out, want, strlen(want)) == 0, "%s", out);
	ck_assert(strstr(out, "SigBlk:\t0000000000000000") != NULL);
	/* glibc keeps 32 and 33, its own, ignored until exec */
	ck_assert_ptr_nonnull(strstr(out, "SigIgn:\t"));
	ck_assert_uint_eq(strtoull(strstr(out, "SigIgn:\t") + 8, NULL, 16) & 0x7fffffff, 0);
	wait_end(&c);
}
END_TEST

START_TEST(streams_and_status)
{
	struct child c;
	char out[64], err[64];

	start(&c, "echo to-out; echo to-err >&2; exit 7");
	read_all(&c, CHILD_OUT, out, sizeof(out));
	read_all(&c, CHILD_ERR, err, sizeof(err));
	ck_assert(child_silent(&c));
	wait_end(&c);
	ck_assert_str_eq(out, "to-out\n");
	ck_assert_str_eq(err, "to-err\n");
	ck_assert(WIFEXITED(c.status) && WEXITSTATUS(c.status) == 7);
}
END_TEST

START_TEST(what_cannot_start_says_why)
{
	struct strvec argv = STRVEC_INIT;
	struct child c;
	int before = dup(0), after;

	strvec_push(&argv, "nothing");
	ck_assert_int_eq(child_start(&c, "/nonexistent/program", argv.v, NULL, 0), -ENOENT);
	ck_assert_int_eq(child_start(&c, "/etc", argv.v, NULL, 0), -EACCES);
	strvec_release(&argv);
	after = dup(0);
	ck_assert_int_eq(after, before + 1);
	close(before);
	close(after);
}
END_TEST

/* A stopped child gets TERM as well; its group goes with it. */
START_TEST(signals_reach_a_stopped_group)
{
	struct child c;
	char out[64];

	start(&c, "sleep 1000 & echo ready; kill -STOP $$; wait");
	while (child_read(&c, CHILD_OUT, out, sizeof(out)) == -EAGAIN)
		poll(&(struct pollfd){ .fd = c.fd[CHILD_OUT], .events = POLLIN }, 1, 5000);
	ck_assert(!child_peek(&c));
	child_signal(&c, SIGTERM);
	read_all(&c, CHILD_OUT, out, sizeof(out));
	wait_end(&c);
	ck_assert(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGTERM);
}
END_TEST

START_TEST(a_stolen_child_is_lost_not_waited_for)
{
	struct child c;

	start(&c, "exit 3");
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	ck_assert(child_peek(&c));
	ck_assert(c.lost);
	child_signal(&c, SIGKILL);
	child_reap(&c);
	ck_assert(child_silent(&c));
}
END_TEST

START_TEST(pipe_is_above_stdio_and_cloexec)
{
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 10), fd[2];

	close(0);
	ck_assert_int_eq(spawn_pipe(fd), 0);
	ck_assert_int_ge(fd[0], 3);
	ck_assert_int_ge(fd[1], 3);
	ck_assert_int_eq(fcntl(fd[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd[1], F_GETFD), FD_CLOEXEC);
	ck_assert(fcntl(fd[0], F_GETFL) & O_NONBLOCK);
	ck_assert(!(fcntl(fd[1], F_GETFL) & O_NONBLOCK));
	ck_assert_int_eq(open("/dev/null", O_RDONLY), 0);
	dup2(saved, 0);
	close(saved);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

START_TEST(signals_are_counted)
{
	struct err err;
	int fd = signals_open(&err);
	char byte;

	ck_assert_int_ge(fd, 3);
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGHUP);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	signals_drain(fd);
	ck_assert_int_eq(read(fd, &byte, 1), -1);
	ck_assert_uint_eq(signals_take(SIGUSR1), 2);
	ck_assert_uint_eq(signals_take(SIGUSR1), 0);
	ck_assert_uint_eq(signals_take(SIGHUP), 1);
}
END_TEST

START_TEST(nohup_stays_nohup)
{
	struct err err;

	signal(SIGHUP, SIG_IGN);
	ck_assert_int_ge(signals_open(&err), 3);
	raise(SIGHUP);
	ck_assert_uint_eq(signals_take(SIGHUP), 0);
}
END_TEST

struct heard {
	int fd;
	int calls;
};

static void hear(void *ctx, short revents)
{
	struct heard *h = ctx;
	char byte;

	(void)revents;
	h->calls++;
	ck_assert_int_eq(read(h->fd, &byte, 1), 1);
}

START_TEST(loop_calls_what_is_ready)
{
	struct loop l;
	struct heard a = { 0 }, b = { 0 };
	int pa[2], pb[2];
	unsigned ia, ib;

	ck_assert_int_eq(spawn_pipe(pa), 0);
	ck_assert_int_eq(spawn_pipe(pb), 0);
	a.fd = pa[0];
	b.fd = pb[0];
	loop_init(&l, clock_now_ns());
	ia = loop_watch(&l, a.fd, POLLIN, hear, &a);
	ib = loop_watch(&l, b.fd, POLLIN, hear, &b);
	ck_assert_int_eq(write(pb[1], "x", 1), 1);
	loop_turn(&l, -1);
	ck_assert_int_eq(a.calls, 0);
	ck_assert_int_eq(b.calls, 1);
	ck_assert_int_eq(write(pa[1], "x", 1), 1);
	loop_want(&l, ia, 0);
	loop_turn(&l, 0);
	ck_assert_int_eq(a.calls, 0);
	loop_want(&l, ia, POLLIN);
	loop_turn(&l, -1);
	ck_assert_int_eq(a.calls, 1);
	loop_drop(&l, ia);
	loop_drop(&l, ib);
	ck_assert_uint_eq(l.n, 0);
	loop_release(&l);
	close(pa[0]), close(pa[1]), close(pb[0]), close(pb[1]);
}
END_TEST

START_TEST(loop_wakes_for_the_soonest_deadline)
{
	struct loop l;
	struct deadline d = { 0 };

	loop_init(&l, clock_now_ns());
	deadline_set(&l.deadlines, &d, l.now_ns + 5 * NS_PER_MS);
	while (!deadlines_due(&l.deadlines, l.now_ns))
		loop_turn(&l, -1);
	ck_assert_int_ge(l.now_ns, d.at_ns);
	ck_assert_int_eq(l.slept_ns, 0);
	loop_release(&l);
}
END_TEST

UNIT_MAIN("proc", child_has_its_own_world, streams_and_status, what_cannot_start_says_why,
	  signals_reach_a_stopped_group, a_stolen_child_is_lost_not_waited_for,
	  pipe_is_above_stdio_and_cloexec, signals_are_counted, nohup_stays_nohup,
	  loop_calls_what_is_ready, loop_wakes_for_the_soonest_deadline)
