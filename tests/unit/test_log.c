/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cfgbed.h"

#include <fcntl.h>
#include <signal.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/slurp.h"

static int64_t noon(void)
{
	return INT64_C(1714564800) * NS_PER_S + 123 * NS_PER_MS;
}

static struct log *open_log(const char *file, int console, struct log_setup more)
{
	struct err err = { "" };
	struct log *l;

	setenv("TZ", "UTC-2", 1);
	more.file = file;
	more.console_fd = console;
	more.wall_ns = noon;
	l = log_new(&more, &err);
	ck_assert_msg(l != NULL, "%s", err.text);
	return l;
}

static void expect_file(const char *path, const char *want)
{
	struct buf got = BUF_INIT;

	ck_assert_int_eq(slurp(path, 1 << 20, &got, NULL), 0);
	ck_assert_str_eq(buf_str(&got), want);
	buf_release(&got);
}

START_TEST(text_and_levels)
{
	struct log *l =
		open_log("log", -1, (struct log_setup){ .level = LOG_LEVEL_WARN, .timestamp = 1 });

	ck_assert_int_eq(log_wants(l, LOG_LEVEL_INFO), 0);
	ck_assert_int_eq(log_wants(l, LOG_LEVEL_WARN), 1);
	log_say(l, LOG_LEVEL_DEBUG, "not this");
	log_say(l, LOG_LEVEL_INFO, "nor this");
	log_say(l, LOG_LEVEL_WARN, "low on %s", "disk");
	log_say(l, LOG_LEVEL_ERROR, "gone");
	ck_assert_int_eq(log_trouble(l, NULL), 0);
	log_free(l);
	expect_file("log", "2024-05-01T14:00:00.123+02:00 WARN  low on disk\n"
			   "2024-05-01T14:00:00.123+02:00 ERROR gone\n");
}
END_TEST

START_TEST(json)
{
	struct log *l = open_log("log", -1, (struct log_setup){ .json = 1, .timestamp = 1 });

	log_say(l, LOG_LEVEL_INFO, "a \"b\" \\ c\nd");
	log_free(l);
	l = open_log("log", -1, (struct log_setup){ .json = 1 });
	log_say(l, LOG_LEVEL_DEBUG, "x");
	log_free(l);
	expect_file("log", "{\"time\":\"2024-05-01T14:00:00.123+02:00\",\"level\":\"info\","
			   "\"msg\":\"a \\\"b\\\" \\\\ c\\\\nd\"}\n"
			   "{\"level\":\"debug\",\"msg\":\"x\"}\n");
}
END_TEST

START_TEST(nothing_breaks_a_line)
{
	struct log *l = open_log("log", -1, (struct log_setup){ 0 });

	log_say(l, LOG_LEVEL_INFO, "%s", "x\r\n2024 ERROR forged\033[2J\xff");
	log_free(l);
	expect_file("log", "INFO  x\\r\\n2024 ERROR forged\\x1b[2J\\xff\n");
}
END_TEST

START_TEST(directories_are_made)
{
	struct err err = { "" };
	struct log_setup s = { .console_fd = -1 };
	struct log *l;

	setenv("HOME", bed_home, 1);
	l = open_log("~/a/b/log", -1, (struct log_setup){ 0 });
	log_say(l, LOG_LEVEL_INFO, "x");
	log_free(l);
	ck_assert_int_eq(chdir(bed_home), 0);
	expect_file("a/b/log", "INFO  x\n");
	l = open_log("~other", -1, (struct log_setup){ 0 });
	log_free(l);
	expect_file("~other", "");

	unsetenv("HOME");
	s.file = "~/log";
	ck_assert_ptr_null(log_new(&s, &err));
	ck_assert_str_eq(err.text, "logging.file: '~/log' needs HOME, which is not set;"
				   " give a path from /");
	s.file = "a/b/log/c/d";
	ck_assert_ptr_null(log_new(&s, &err));
	ck_assert_str_eq(err.text, "logging.file: cannot make directory a/b/log/c:"
				   " Not a directory");
	s.file = "a/b";
	ck_assert_ptr_null(log_new(&s, &err));
	ck_assert_str_eq(err.text, "logging.file: cannot open a/b: Is a directory");
}
END_TEST

START_TEST(console_is_a_copy)
{
	int p[2];
	char got[64];
	struct log *l;
	ssize_t n;

	ck_assert_int_eq(pipe(p), 0);
	/* colours are for terminals */
	l = open_log("log", p[1], (struct log_setup){ .colors = 1 });
	log_say(l, LOG_LEVEL_INFO, "both");
	log_free(l);
	n = read(p[0], got, sizeof(got) - 1);
	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got, "INFO  both\n");
	expect_file("log", "INFO  both\n");
	ck_assert_int_eq(fcntl(p[1], F_GETFD), 0);
	close(p[0]);
	close(p[1]);
}
END_TEST

START_TEST(colors_on_a_terminal)
{
	static const char *const without[] = { "NO_COLOR", "1", "CLICOLOR", "0", "TERM", "dumb" };
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct log *l;
	char got[64];
	ssize_t n;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(slave, 0);
	unsetenv("NO_COLOR");
	unsetenv("CLICOLOR");
	unsetenv("TERM");
	l = open_log("log", slave, (struct log_setup){ .colors = 1 });
	log_say(l, LOG_LEVEL_WARN, "x");
	log_free(l);
	n = read(master, got, sizeof(got) - 1);
	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got, "\033[33mWARN \033[0m x\r\n");
	expect_file("log", "WARN  x\n");
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i += 2) {
		setenv(without[i], without[i + 1], 1);
		l = open_log(NULL, slave, (struct log_setup){ .colors = 1 });
		log_say(l, LOG_LEVEL_WARN, "y");
		log_free(l);
		n = read(master, got, sizeof(got) - 1);
		ck_assert_int_gt(n, 0);
		got[n] = '\0';
		ck_assert_msg(!strcmp(got, "WARN  y\r\n"), "%s: %s", without[i], got);
		unsetenv(without[i]);
	}
	close(slave);
	close(master);
}
END_TEST

/* A reader that takes nothing holds nobody up, and gets the rest later. */
START_TEST(a_stuck_console_waits_for_nobody)
{
	static const char line[] = "INFO  line 01234567890123456789\n";
	struct err err = { "" };
	unsigned long lines = 0;
	char got[4096];
	struct log *l;
	ssize_t n;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	l = open_log("log", p[1], (struct log_setup){ 0 });
	for (int i = 0; i < 3000; i++)
		log_say(l, LOG_LEVEL_INFO, "line 01234567890123456789");
	/* pipe and memory hold 64 KiB each at most (a pipe may hold less) */
	for (int i = 0; i < 3000; i++)
		log_say(l, LOG_LEVEL_INFO, "line 01234567890123456789");
	n = read(p[0], got, sizeof(got));
	ck_assert_int_eq(n, sizeof(got));
	for (ssize_t i = 0; i < n; i++)
		ck_assert_int_eq(got[i], line[(size_t)i % (sizeof(line) - 1)]);
	ck_assert_int_eq(log_trouble(l, &err), -1);
	lines = strtoul(err.text + strlen("log: "), NULL, 10);
	ck_assert_uint_gt(lines, 1000);
	ck_assert_uint_lt(lines, 6000);
	ck_assert_ptr_nonnull(strstr(err.text, " lines lost, as console takes them too slowly"));
	ck_assert_int_eq(log_trouble(l, &err), 0);
	log_free(l);
	close(p[0]);
	close(p[1]);
}
END_TEST

START_TEST(kept_lines_are_flushed)
{
	struct log *l;
	char chunk[1024] = "";
	size_t filled = 0, got = 0;
	char c;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
	for (ssize_t n; (n = write(p[1], chunk, sizeof(chunk))) > 0;)
		filled += (size_t)n;
	l = open_log(NULL, p[1], (struct log_setup){ 0 });
	log_say(l, LOG_LEVEL_INFO, "late");
	for (; got < filled; got++)
		ck_assert_int_eq(read(p[0], &c, 1), 1);
	log_flush(l);
	ck_assert_int_eq(log_trouble(l, NULL), 0);
	ck_assert_int_eq(read(p[0], chunk, sizeof(chunk)), 11);
	ck_assert_int_eq(memcmp(chunk, "INFO  late\n", 11), 0);
	log_free(l);
	close(p[0]);
	close(p[1]);
}
END_TEST

START_TEST(write_errors_are_told_once)
{
	struct err err = { "" };
	struct log *l;
	int p[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(p), 0);
	close(p[0]);
	l = open_log("log", p[1], (struct log_setup){ 0 });
	for (int i = 0; i < 3; i++)
		log_say(l, LOG_LEVEL_INFO, "x");
	ck_assert_int_eq(log_trouble(l, &err), -1);
	ck_assert_str_eq(err.text, "cannot write the log to console: Broken pipe");
	ck_assert_int_eq(log_trouble(l, &err), 0);
	log_flush(l);
	ck_assert_int_eq(log_trouble(l, &err), 0);
	log_free(l);
	/* the other sink goes on */
	expect_file("log", "INFO  x\nINFO  x\nINFO  x\n");
	close(p[1]);

	l = open_log("/dev/full", -1, (struct log_setup){ 0 });
	log_say(l, LOG_LEVEL_INFO, "x");
	ck_assert_int_eq(log_trouble(l, &err), -1);
	ck_assert_str_eq(err.text, "cannot write the log to /dev/full:"
				   " No space left on device");
	log_free(l);
}
END_TEST

START_TEST(no_log_says_nothing)
{
	log_say(NULL, LOG_LEVEL_ERROR, "x");
	log_flush(NULL);
	ck_assert_int_eq(log_wants(NULL, LOG_LEVEL_ERROR), 0);
	ck_assert_int_eq(log_trouble(NULL, NULL), 0);
	log_free(NULL);
}
END_TEST

BED_MAIN("log", text_and_levels, json, nothing_breaks_a_line, directories_are_made,
	 console_is_a_copy, colors_on_a_terminal, a_stuck_console_waits_for_nobody,
	 kept_lines_are_flushed, write_errors_are_told_once, no_log_says_nothing)
