/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "runtime/probe.h"
#include "runtime/store.h"

#define EXITED(n) ((n) << 8)

static struct runtimes all;
static char dir[] = "/tmp/hpn-probe-XXXXXX";

static void setup(void)
{
	const struct rt_search nowhere = { 0 };
	struct err err = { "" };

	ck_assert_msg(!runtimes_load(&nowhere, &all, &err), "%s", err.text);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static void teardown(void)
{
	runtimes_release(&all);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_file(const char *name, mode_t mode)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void make_dir(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* PATH with D for the test's folder. */
static const char *path_of(const char *form)
{
	static char path[600];
	size_t n = 0;

	for (; *form; form++) {
		if (*form == 'D')
			n += (size_t)snprintf(path + n, sizeof(path) - n, "%s", dir);
		else
			path[n++] = *form;
	}
	path[n] = '\0';
	return path;
}

START_TEST(program_is_found_in_path)
{
	struct runtime *rt = runtimes_find(&all, "docker");
	struct probe p = { 0 };
	char want[200];

	make_dir("a");
	make_dir("b");
	make_dir("a/docker"); /* a folder is no program */
	make_file("b/docker", 0755);
	ck_assert_int_eq(runtime_find_program(rt, path_of("/nonexistent:D/a:D/b"), &p), 0);
	snprintf(want, sizeof(want), "%s/b/docker", dir);
	ck_assert_str_eq(rt->path, want);
	ck_assert_ptr_null(p.reason);
	/* again: nothing is left of the first time */
	ck_assert_int_eq(runtime_find_program(rt, path_of("D/a"), &p), -1);
	ck_assert_ptr_null(rt->path);
	ck_assert_str_eq(p.reason, "not found in PATH");
	probe_release(&p);
}
END_TEST

START_TEST(program_is_not_found)
{
	static const char *const paths[] = { NULL, "", ":", "::", ".", "D/nothing", "bin:./b" };
	struct runtime *rt = runtimes_find(&all, "podman");
	struct probe p = { 0 };

	make_file("podman", 0755);
	ck_assert_int_eq(chdir(dir), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *path = paths[i] ? path_of(paths[i]) : NULL;

		ck_assert_int_eq(runtime_find_program(rt, path, &p), -1);
		ck_assert_str_eq(p.reason, "not found in PATH");
		ck_assert(!p.there);
	}
	probe_release(&p);
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(program_that_is_not_executable)
{
	struct runtime *rt = runtimes_find(&all, "nerdctl");
	struct probe p = { 0 };
	char want[300];

	make_dir("a");
	make_dir("b");
	make_file("a/nerdctl", 0644);
	ck_assert_int_eq(runtime_find_program(rt, path_of("D/a:D/b"), &p), -1);
	snprintf(want, sizeof(want), "found %s/a/nerdctl, but it is not executable", dir);
	ck_assert_str_eq(p.reason, want);
	/* one behind it that is counts */
	make_file("b/nerdctl", 0755);
	ck_assert_int_eq(runtime_find_program(rt, path_of("D/a:D/b"), &p), 0);
	snprintf(want, sizeof(want), "%s/b/nerdctl", dir);
	ck_assert_str_eq(rt->path, want);
	probe_release(&p);
}
END_TEST

START_TEST(program_with_a_path)
{
	struct runtime *rt = runtimes_find(&all, "docker");
	struct probe p = { 0 };
	char *name = rt->program, path[200];

	make_file("mine", 0755);
	make_file("plain", 0600);
	snprintf(path, sizeof(path), "%s/mine", dir);
	rt->program = path;
	ck_assert_int_eq(runtime_find_program(rt, NULL, &p), 0);
	ck_assert_str_eq(rt->path, path);
	snprintf(path, sizeof(path), "%s/none", dir);
	ck_assert_int_eq(runtime_find_program(rt, NULL, &p), -1);
	ck_assert_int_eq(strncmp(p.reason, "there is no program /", 21), 0);
	snprintf(path, sizeof(path), "%s/plain", dir);
	ck_assert_int_eq(runtime_find_program(rt, NULL, &p), -1);
	ck_assert_ptr_nonnull(strstr(p.reason, "/plain is not executable"));
	rt->program = name;
	probe_release(&p);
}
END_TEST

static const struct {
	const char *runtime, *words;
} argvs[] = {
	{ "docker", "/p|version|--format|{{.Server.Version}}" },
	{ "podman", "/p|version|--format|{{.Version}}" },
	{ "nerdctl", "/p|version" },
	{ "ctr", "/p|version" },
};

/* As the contract has them. */
START_TEST(questions)
{
	for (size_t i = 0; i < sizeof(argvs) / sizeof(argvs[0]); i++) {
		struct runtime *rt = runtimes_find(&all, argvs[i].runtime);
		struct strvec argv = STRVEC_INIT;
		struct buf got = BUF_INIT;

		free(rt->path);
		rt->path = strdup("/p");
		probe_argv(rt, &argv);
		for (size_t k = 0; k < argv.n; k++)
			buf_addf(&got, "%s%s", k ? "|" : "", argv.v[k]);
		ck_assert_str_eq(buf_str(&got), argvs[i].words);
		buf_release(&got);
		strvec_release(&argv);
	}
}
END_TEST

/* What the real ones print; the reason is for those that are not there. */
static const struct {
	const char *runtime;
	struct probe_end end;
	const char *version, *reason;
} judged[] = {
	{ "docker", { .out = "20.10.24+dfsg1\n", .err = "" }, "20.10.24+dfsg1", NULL },
	{ "podman", { .out = "4.3.1\n", .err = "" }, "4.3.1", NULL },
	{ "nerdctl",
	  { .out = "Client:\n Version:\tv1.7.6\n OS/Arch:\tlinux/amd64\n buildctl:\n"
		   "  Version:\t\n\nServer:\n containerd:\n  Version:\t1.6.20~ds1\n",
	    .err = "time=\"2026-11-20T21:35:50Z\" level=warning msg=\"unable to"
		   " determine buildctl version\"\n" },
	  "1.7.6",
	  NULL },
	{ "ctr", { .out = "Client:\n  Version:  1.6.20~ds1\n", .err = "" }, "1.6.20~ds1", NULL },
	/* status 0 is enough */
	{ "docker", { .out = "", .err = "" }, NULL, NULL },
	{ "docker", { .out = "\x1b[31mjunk", .err = "" }, NULL, NULL },
	{ "docker",
	  { .status = EXITED(1),
	    .out = "\n",
	    .err = "Cannot connect to the Docker daemon"
		   " at unix:///var/run/docker.sock. Is the docker daemon running?\n" },
	  NULL,
	  "found /p, but its daemon does not answer: Cannot connect to the Docker daemon at"
	  " unix:///var/run/docker.sock. Is the docker daemon running?; start it with"
	  " 'systemctl start docker'" },
	{ "docker",
	  { .status = EXITED(1),
	    .out = "\n",
	    .err = "permission denied while trying to"
		   " connect to the Docker daemon socket at unix:///var/run/docker.sock\n" },
	  NULL,
	  "found /p, but it may not talk to its daemon: permission denied while trying to"
	  " connect to the Docker daemon socket at unix:///var/run/docker.sock; add yourself to"
	  " the group docker ('sudo usermod -aG docker \"$USER\"'), and log in again" },
	{ "nerdctl",
	  { .status = EXITED(1),
	    .out = "Client:\n Version:\tv1.7.6\n",
	    .err = "time=\"t\" level=fatal msg=\"cannot access containerd socket \\\"/c.sock\\\":"
		   " no such file or directory\"\n" },
	  "1.7.6",
	  "found /p, but its daemon does not answer: time=\"t\" level=fatal msg=\"cannot access"
	  " containerd socket \\\"/c.sock\\\": no such file or directory\"; start it with"
	  " 'systemctl start containerd', or 'systemctl --user start containerd'" },
	{ "ctr",
	  { .status = EXITED(1),
	    .out = "",
	    .err = "ctr: failed to dial \"/s\": connection"
		   " error: desc = \"dial unix /s: connect: permission denied\"\n" },
	  NULL,
	  "found /p, but it may not talk to its daemon: ctr: failed to dial \"/s\": connection"
	  " error: desc = \"dial unix /s: connect: permission denied\"; run as root" },
	{ "podman",
	  { .timed_out = true, .out = "", .err = "" },
	  NULL,
	  "found /p, but it did not"
	  " answer within 5 s; start it with 'podman machine start', or 'systemctl start"
	  " podman.socket'" },
	/* hpn ended it; podman 4 then exits 0 */
	{ "docker",
	  { .timed_out = true, .status = 0, .out = "", .err = "" },
	  NULL,
	  "found /p, but"
	  " it did not answer within 5 s; start it with 'systemctl start docker'" },
	{ "docker",
	  { .spawn_errno = ENOEXEC, .out = "", .err = "" },
	  NULL,
	  "found /p, but it cannot be started: Exec format error" },
	{ "docker",
	  { .status = EXITED(3), .out = "", .err = "one\nodd\x1b[1m\tthing\n \n" },
	  NULL,
	  "found /p, but asking it for its version ended with status 3: odd thing" },
	{ "docker",
	  { .status = EXITED(127), .out = "", .err = "" },
	  NULL,
	  "found /p, but asking it for its version ended with status 127" },
	{ "docker",
	  { .status = SIGSEGV, .out = "", .err = "" },
	  NULL,
	  "found /p, but asking it for its version was killed by signal 11" },
};

START_TEST(ends_are_judged)
{
	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
		struct runtime *rt = runtimes_find(&all, judged[i].runtime);
		struct probe p = { 0 };

		free(rt->path);
		rt->path = strdup("/p");
		probe_judge(rt, &judged[i].end, &p);
		ck_assert_msg(p.there == !judged[i].reason, "case %zu: %s", i,
			      p.reason ? p.reason : "there");
		if (judged[i].reason)
			ck_assert_str_eq(p.reason, judged[i].reason);
		else
			ck_assert_ptr_null(p.reason);
		if (judged[i].version)
			ck_assert_str_eq(p.version, judged[i].version);
		else
			ck_assert_ptr_null(p.version);
		probe_release(&p);
	}
}
END_TEST

/* Starting the usual daemon is of no use where a variable names another one. */
START_TEST(a_variable_that_names_the_daemon_is_told_of)
{
	static const char down[] = "Cannot connect to the Docker daemon at unix:///nowhere.sock\n";
	struct runtime *rt = runtimes_find(&all, "docker");
	struct probe_end end = { .status = EXITED(1), .out = "", .err = down };
	struct probe p = { 0 };

	free(rt->path);
	rt->path = strdup("/p");
	setenv("DOCKER_HOST", "unix:///nowhere.sock", 1);
	probe_judge(rt, &end, &p);
	ck_assert_str_eq(p.reason, "found /p, but its daemon does not answer: Cannot connect to the"
				   " Docker daemon at unix:///nowhere.sock; check $DOCKER_HOST,"
				   " which is unix:///nowhere.sock");
	setenv("DOCKER_HOST", "unix:///var/run/docker.sock", 1);
	probe_judge(rt, &end, &p);
	ck_assert_ptr_nonnull(strstr(p.reason, "; start it with 'systemctl start docker'"));
	unsetenv("DOCKER_HOST");
	probe_release(&p);
}
END_TEST

START_TEST(nobody_at_a_socket_is_known_without_asking)
{
	struct runtime *rt = runtimes_find(&all, "ctr");
	struct probe p = { 0 };

	free(rt->path);
	rt->path = strdup("/p");
	setenv("CONTAINERD_ADDRESS", "/nowhere/c.sock", 1);
	ck_assert_int_eq(probe_knock(rt, &p), -1);
	ck_assert_str_eq(p.reason, "found /p, but its daemon does not answer: /nowhere/c.sock: No"
				   " such file or directory; check $CONTAINERD_ADDRESS, which is"
				   " /nowhere/c.sock");
	probe_release(&p);
	setenv("CONTAINERD_ADDRESS", "vsock://2:1024", 1);
	ck_assert_int_eq(probe_knock(rt, &p), 0);
	ck_assert_int_eq(probe_knock(runtimes_find(&all, "podman"), &p), 0);
	ck_assert_ptr_null(p.reason);
	unsetenv("CONTAINERD_ADDRESS");
}
END_TEST

START_TEST(table)
{
	struct probe p[4] = { { .there = true, .version = strdup("20.10.24") },
			      { .reason = strdup("found /usr/bin/podman, but ...") },
			      { .reason = strdup("not found in PATH") },
			      { .there = true } };
	struct buf b = BUF_INIT;

	all.v[0]->path = strdup("/usr/bin/docker");
	all.v[1]->path = strdup("/usr/bin/podman");
	all.v[3]->path = strdup("/usr/bin/ctr");
	probe_table(all.v, p, all.n, &b);
	ck_assert_str_eq(buf_str(&b),
			 "NAME     STATE    VERSION   PROGRAM          DESCRIPTOR\n"
			 "docker   answers  20.10.24  /usr/bin/docker  compiled in\n"
			 "podman   silent   -         /usr/bin/podman  compiled in\n"
			 "  found /usr/bin/podman, but ...\n"
			 "nerdctl  missing  -         -                compiled in\n"
			 "  not found in PATH\n"
			 "  to install it: https://github.com/containerd/nerdctl/releases\n"
			 "ctr      answers  -         /usr/bin/ctr     compiled in\n");
	buf_release(&b);
	for (size_t i = 0; i < 4; i++)
		probe_release(&p[i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rt_probe");
	TCase *tc = tcase_create("rt_probe");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, program_is_found_in_path);
	tcase_add_test(tc, program_is_not_found);
	tcase_add_test(tc, program_that_is_not_executable);
	tcase_add_test(tc, program_with_a_path);
	tcase_add_test(tc, questions);
	tcase_add_test(tc, ends_are_judged);
	tcase_add_test(tc, a_variable_that_names_the_daemon_is_told_of);
	tcase_add_test(tc, nobody_at_a_socket_is_known_without_asking);
	tcase_add_test(tc, table);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
