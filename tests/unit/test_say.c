/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands before and after the lines of the items. */
#include "planbed.h"

#include "app/say.h"
#include "output/ledger.h"

static int pipe_fd[2], error_fd[2];

/* Standard output and standard error are pipes that the test reads. */
static void listen(void)
{
	ck_assert_int_eq(pipe(pipe_fd), 0);
	ck_assert_int_eq(pipe(error_fd), 0);
	ck_assert_int_ge(dup2(pipe_fd[1], STDOUT_FILENO), 0);
	ck_assert_int_ge(dup2(error_fd[1], STDERR_FILENO), 0);
	ck_assert_int_eq(console_open(&plan_console, &bed_err), 0);
}

/* Whatever was said so far; something has to have been. */
static const char *got(int fd)
{
	static char text[4096];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const struct {
	const char *line, *first;
} firsts[] = {
	{ "pull -f l", "Executing pull action with file: l\n" },
	{ "pull -f l -f m", "Executing pull action with file: l, m\n" },
	{ "pull a b", "Executing pull action with 2 images\n" },
	{ "save -f l --save-mode 2", "Executing save action with file: l, mode: 2\n" },
	{ "load --load-mode 1", "Executing load action with mode: 1\n" },
	{ "verify a.tar", "Executing verify action with 1 path\n" },
	{ "save -f l --bundle all.tar", "Executing save action with file: l, bundle: all.tar\n" },
	{ "push a -r reg -p team",
	  "Auto-adjusted to push mode 2 for project 'team'\n"
	  "Executing push action with 1 image, mode: 2, registry: reg, project: team\n" },
	{ "save,push a -r reg",
	  "Executing save,push action with 1 image, save mode: 1, push mode: 1, registry: reg,"
	  " project: library\n" },
};

START_TEST(the_first_line)
{
	bed_write("l", "nginx\n");
	bed_write("m", "nginx\n");
	bed_write("a.tar", "x");
	listen();
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		ck_assert_str_eq(plan_begin_for("docker", firsts[i].line, ""), "");
		say_first(&plan, &plan_console);
		ck_assert_str_eq(got(pipe_fd[0]), firsts[i].first);
	}
	plan_build("load,push a.tar -r reg");
	say_found(&plan, &plan_console);
	ck_assert_str_eq(got(pipe_fd[0]), "Found 1 tar files to load,push\n");
	console_close(&plan_console);
}
END_TEST

static int last(const struct outcome *out, int ended_by)
{
	static const char *const names[] = { "a", "b", "c" };
	static const uint32_t lanes[3];
	struct run_info info = { .jobs = 3, .workers = 1, .name = names, .lane = lanes };
	struct ledger ledger;
	int status;

	ledger_init(&ledger, &info);
	plan_console.ended_by = ended_by;
	status = say_last(&plan, &plan_console, out, &ledger, true);
	ledger_release(&ledger);
	return status;
}

START_TEST(the_last_lines)
{
	listen();
	plan_build("pull a b c");
	ck_assert_int_eq(last(&(struct outcome){ .ok = 3 }, 0), 0);
	ck_assert_str_eq(got(pipe_fd[0]), "\nSummary: 3 successful, 0 failed\n");
	ck_assert_int_eq(last(&(struct outcome){ .ok = 2, .failed = 1 }, 0), 1);
	ck_assert(!strncmp(got(pipe_fd[0]), "\nSummary: 2 successful, 1 failed\n", 33));
	ck_assert_str_eq(got(error_fd[0]), "Error: failed to pull 1 images\n");
	ck_assert_int_eq(last(&(struct outcome){ .ok = 1, .cancelled = 2 }, 0), 1);
	ck_assert(!strncmp(got(pipe_fd[0]),
			   "\nSummary: 1 successful, 0 failed\nCancelled: 2 not done\n", 55));
	ck_assert_str_eq(got(error_fd[0]), "Error: 2 of 3 images were not pulled\n");
	plan_set.deadline_ns = INT64_C(5000000000);
	ck_assert_int_eq(last(&(struct outcome){ .ok = 1, .cancelled = 2, .late = true }, 0), 124);
	got(pipe_fd[0]);
	ck_assert_str_eq(got(error_fd[0]),
			 "Error: the deadline of 5 s has passed; 2 of 3 images were not pulled\n");
	last(&(struct outcome){ .ok = 1, .failed = 1, .cancelled = 1 }, 2);
	ck_assert_str_eq(got(error_fd[0]), "Error: interrupted; 2 of 3 images were not pulled\n");
	plan_console.ended_by = 0;
	console_close(&plan_console);
}
END_TEST

START_TEST(quiet_runs_say_errors_only)
{
	listen();
	plan_build("pull,save a b c -q");
	ck_assert_int_eq(last(&(struct outcome){ .ok = 2, .cancelled = 1 }, 0), 1);
	ck_assert_str_eq(got(error_fd[0]), "Error: 1 of 3 images were not done\n");
	ck_assert_int_eq(write(STDOUT_FILENO, "nothing", 7), 7);
	ck_assert_str_eq(got(pipe_fd[0]), "nothing");
	console_close(&plan_console);
}
END_TEST

PLAN_MAIN("say", the_first_line, the_last_lines, quiet_runs_say_errors_only)
