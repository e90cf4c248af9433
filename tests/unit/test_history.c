/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "unit.h"

#define WALL_NS (1795341600 * NS_PER_S) /* 2026-11-22T10:00:00Z */
#define LATER "2026-11-22T10:00:00Z"

static char dir[] = "/tmp/hpn-history-XXXXXX";
static const char *const names[] = { "nginx", "quay.io/a/b:1", "", "nginx:2" };
static struct history h;

static const char *name_of(const void *ctx, uint32_t job)
{
	(void)ctx;
	return *names[job] ? names[job] : NULL;
}

static void put(const char *text)
{
	FILE *f = fopen("history", "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void file_is(const char *wanted)
{
	static char text[1 << 20];
	FILE *f = fopen("history", "r");

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	ck_assert_str_eq(text, wanted);
}

static void begin(const char *text)
{
	memset(dir + strlen(dir) - 6, 'X', 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	if (text)
		put(text);
	history_read(&h, "history", "pull", "docker", 4, name_of, NULL);
}

static void end(void)
{
	history_release(&h);
	unlink("history");
	unlink("history.lock");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0); /* no temporary file is left */
}

static void did(uint32_t job, int64_t took_ns)
{
	struct event ev = {
		.kind = EVENT_END, .job = job, .cause = CAUSE_EXITED, .took_ns = took_ns
	};

	history_event(&h, &ev);
	ev = (struct event){ .kind = EVENT_FINISH, .job = job, .result = RESULT_OK };
	history_event(&h, &ev);
}

START_TEST(lines_are_found_by_canonical_name)
{
	begin("pull docker 12.5 T docker.io/library/nginx:latest\n"
	      "pull docker 99 T docker.io/library/nginx:latest\n" /* older */
	      "save podman 3 T docker.io/library/nginx:2\n"
	      "pull docker 7 T quay.io/a/other:1\n");
	ck_assert_int_eq(h.known_ns[0], 12500 * NS_PER_MS);
	ck_assert_int_eq(h.known_ns[1], 0);
	ck_assert_int_eq(h.known_ns[3], 0);
	ck_assert_int_eq(h.other_ns[3], 3 * NS_PER_S);
	end();
}
END_TEST

START_TEST(what_is_no_line_is_skipped)
{
	struct buf text = BUF_INIT;

	memset(buf_room(&text, 5000), 'x', 5000);
	text.len = 5000;
	buf_adds(&text, " pull docker 1 T quay.io/a/b:1\n"
			"pull docker 5 T docker.io/library/nginx:2 more\n"
			"pull docker -5 T docker.io/library/nginx:2\n"
			"pull docker 999999999999999999999 T docker.io/library/nginx:2\n"
			"pull docker 9000h T docker.io/library/nginx:2\n"
			"pull docker T docker.io/library/nginx:2\n"
			"pull docker 1 T ../../etc\033[31m\n"
			"\n   \n"
			"pull docker 2 T docker.io/library/nginx:2\n"
			"pull docker 1 T quay.io/a/b:1"); /* cut off */
	begin(buf_str(&text));
	buf_release(&text);
	ck_assert_int_eq(h.known_ns[0], 0);
	ck_assert_int_eq(h.known_ns[1], 0);
	ck_assert_int_eq(h.known_ns[3], 2 * NS_PER_S);
	end();
}
END_TEST

START_TEST(new_lines_come_first_and_replace)
{
	begin("pull docker 1.000 T quay.io/a/b:1\n"
	      "save docker 5.000 T quay.io/a/b:1\n"
	      "pull podman 6.000 T quay.io/a/b:1\n"
	      "pull docker 7.000 T quay.io/c:1\n"
	      "junk\n");
	did(1, 1500 * NS_PER_MS);
	did(0, 2 * NS_PER_S);
	history_write(&h, "history", WALL_NS);
	file_is("pull docker 2.000 " LATER " docker.io/library/nginx:latest\n"
		"pull docker 1.500 " LATER " quay.io/a/b:1\n"
		"save docker 5.000 T quay.io/a/b:1\n"
		"pull podman 6.000 T quay.io/a/b:1\n"
		"pull docker 7.000 T quay.io/c:1\n");
	end();
}
END_TEST

START_TEST(long_is_forgotten_by_halves)
{
	begin("pull docker 60.000 T docker.io/library/nginx:latest\n");
	did(0, NS_PER_MS / 1000);
	history_write(&h, "history", WALL_NS);
	file_is("pull docker 30.000 " LATER " docker.io/library/nginx:latest\n");
	end();
}
END_TEST

START_TEST(failures_teach_nothing)
{
	struct event ev = { .kind = EVENT_FINISH, .job = 0, .result = RESULT_FAILED };

	begin(NULL);
	did(0, NS_PER_S);
	history_event(&h, &ev);
	did(2, NS_PER_S); /* no image at all */
	history_write(&h, "history", WALL_NS);
	ck_assert_int_eq(access("history", F_OK), -1);
	end();
}
END_TEST

START_TEST(the_oldest_go)
{
	FILE *f;
	char line[256];
	unsigned n = 0;

	begin(NULL);
	f = fopen("history", "w");
	for (unsigned i = 0; i < HISTORY_LINES + 10; i++)
		fprintf(f, "save docker 1.000 T quay.io/old:%u\n", i);
	fclose(f);
	did(0, NS_PER_S);
	history_write(&h, "history", WALL_NS);
	f = fopen("history", "r");
	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	ck_assert_uint_eq(n, HISTORY_LINES);
	ck_assert_str_eq(strrchr(line, ' '), " quay.io/old:4998\n");
	end();
}
END_TEST

static void hold_lock(int ready, int done)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open("history.lock", O_WRONLY | O_CREAT, 0600);
	char c = fd >= 0 && fcntl(fd, F_SETLK, &whole) == 0 ? 'y' : 'n';

	if (write(ready, &c, 1) != 1 || read(done, &c, 1) < 0)
		_exit(1);
	_exit(0);
}

START_TEST(who_writes_already_wins)
{
	int ready[2], done[2];
	char c = 'n';

	begin("pull docker 7.000 T quay.io/c:1\n");
	did(0, NS_PER_S);
	ck_assert_int_eq(pipe(ready) + pipe(done), 0);
	if (fork() == 0) {
		close(done[1]);
		hold_lock(ready[1], done[0]);
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	history_write(&h, "history", WALL_NS);
	file_is("pull docker 7.000 T quay.io/c:1\n");
	close(done[1]);
	wait(NULL);
	history_write(&h, "history", WALL_NS);
	file_is("pull docker 1.000 " LATER " docker.io/library/nginx:latest\n"
		"pull docker 7.000 T quay.io/c:1\n");
	end();
}
END_TEST

START_TEST(no_link_and_no_fifo_is_read)
{
	begin(NULL);
	history_release(&h);
	ck_assert_int_eq(mkfifo("history", 0600), 0);
	history_read(&h, "history", "pull", "docker", 4, name_of, NULL);
	ck_assert_int_eq(unlink("history"), 0);
	history_release(&h);
	ck_assert_int_eq(symlink("/dev/zero", "history"), 0);
	history_read(&h, "history", "pull", "docker", 4, name_of, NULL);
	ck_assert_int_eq(h.known_ns[0], 0);
	end();
}
END_TEST

UNIT_MAIN("history", lines_are_found_by_canonical_name, what_is_no_line_is_skipped,
	  new_lines_come_first_and_replace, long_is_forgotten_by_halves, failures_teach_nothing,
	  the_oldest_go, who_writes_already_wins, no_link_and_no_fifo_is_read)
