/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/jobserver.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static int count(int fd)
{
	char byte;
	int n = 0;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (read(fd, &byte, 1) == 1)
		n++;
	return n;
}

START_TEST(no_make_no_jobserver)
{
	struct jobserver js;
	struct err err;

	ck_assert_int_eq(jobserver_open(&js, NULL, &err), JOBSERVER_NONE);
	ck_assert_int_eq(jobserver_open(&js, "", &err), JOBSERVER_NONE);
	ck_assert_int_eq(jobserver_open(&js, "kn -- CC=gcc", &err), JOBSERVER_NONE);
}
END_TEST

START_TEST(a_pipe_is_shared_and_given_back)
{
	struct jobserver js;
	struct err err;
	char flags[128];
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(write(fd[1], "+-x", 3), 3);
	snprintf(flags, sizeof(flags), "k -j4 --jobserver-auth=%d,%d -- A=b", fd[0], fd[1]);
	ck_assert_int_eq(jobserver_open(&js, flags, &err), JOBSERVER_OPEN);
	ck_assert(!(fcntl(fd[0], F_GETFL) & O_NONBLOCK)); /* make's own is as it was */
	ck_assert(jobserver_take(&js));
	ck_assert(jobserver_take(&js));
	ck_assert(jobserver_take(&js));
	ck_assert(!jobserver_take(&js));
	jobserver_give(&js, 2);
	ck_assert(jobserver_take(&js));
	ck_assert_uint_eq(js.tokens.len, 3);
	jobserver_close(&js);
	ck_assert_int_eq(count(fd[0]), 3);
	close(fd[0]), close(fd[1]);
}
END_TEST

START_TEST(the_same_bytes_come_back)
{
	struct jobserver js;
	struct err err;
	char flags[128], got[4] = "";
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(write(fd[1], "abc", 3), 3);
	snprintf(flags, sizeof(flags), "--jobserver-fds=%d,%d -j", fd[0], fd[1]);
	ck_assert_int_eq(jobserver_open(&js, flags, &err), JOBSERVER_OPEN);
	while (jobserver_take(&js))
		;
	jobserver_close(&js);
	ck_assert_int_eq(read(fd[0], got, 3), 3);
	ck_assert_str_eq(got, "cba");
	close(fd[0]), close(fd[1]);
}
END_TEST

START_TEST(a_fifo_is_shared)
{
	char dir[] = "/tmp/hpn-js-XXXXXX", path[64], flags[128];
	struct jobserver js;
	struct err err;
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	ck_assert_int_eq(write(fd, "++", 2), 2);
	snprintf(flags, sizeof(flags), " -j3 --jobserver-auth=fifo:%s", path);
	ck_assert_int_eq(jobserver_open(&js, flags, &err), JOBSERVER_OPEN);
	ck_assert(jobserver_take(&js) && jobserver_take(&js) && !jobserver_take(&js));
	jobserver_close(&js);
	ck_assert_int_eq(count(fd), 2);
	close(fd);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(closed_descriptors_are_told)
{
	struct jobserver js;
	struct err err;

	ck_assert_int_eq(jobserver_open(&js, "-j --jobserver-auth=998,999", &err),
			 JOBSERVER_CLOSED);
	ck_assert_str_eq(err.text, "cannot share make's jobs; put a + in front of the recipe's"
				   " line: Bad file descriptor");
	ck_assert_int_eq(jobserver_open(&js, "--jobserver-auth=0,x", &err), JOBSERVER_CLOSED);
	ck_assert_int_eq(jobserver_open(&js, "--jobserver-auth=fifo:/nonexistent", &err),
			 JOBSERVER_CLOSED);
}
END_TEST

START_TEST(dry_runs_are_known)
{
	ck_assert(jobserver_is_dry("n"));
	ck_assert(jobserver_is_dry("kn -j4"));
	ck_assert(jobserver_is_dry("q"));
	ck_assert(jobserver_is_dry("st"));
	ck_assert(!jobserver_is_dry("k -- name=not"));
	ck_assert(!jobserver_is_dry(NULL));
	ck_assert(!jobserver_is_dry(""));
	ck_assert(!jobserver_is_dry("k -j4"));
	ck_assert(!jobserver_is_dry(" --no-print-directory"));
	ck_assert(!jobserver_is_dry("--no-print-directory"));
	ck_assert(!jobserver_is_dry("name=value"));
}
END_TEST

UNIT_MAIN("jobserver", no_make_no_jobserver, a_pipe_is_shared_and_given_back,
	  the_same_bytes_come_back, a_fifo_is_shared, closed_descriptors_are_told,
	  dry_runs_are_known)
