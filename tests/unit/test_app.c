/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/archives.h"
#include "state/artefact.h"
#include "run/judge.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "unit.h"

static void enter_dir(void)
{
	char path[] = "/tmp/hpn-app-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(chdir(path), 0);
}

static void leave_dir(void)
{
	char path[4096];

	ck_assert_ptr_nonnull(getcwd(path, sizeof(path)));
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(path), 0);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static char *got(const char *path)
{
	static char text[64];
	FILE *f = fopen(path, "r");

	if (!f)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

START_TEST(backoff_doubles_up_to_its_end)
{
	const int64_t s = NS_PER_S;

	for (uint64_t dice = 0; dice < 1000; dice++) {
		ck_assert_int_le(judge_backoff_ns(s, 30 * s, 1, dice * 7919), s);
		ck_assert_int_le(judge_backoff_ns(s, 30 * s, 3, dice * 7919), 4 * s);
		ck_assert_int_ge(judge_backoff_ns(s, 30 * s, 3, dice * 7919), 0);
	}
	ck_assert_int_eq(judge_backoff_ns(s, 30 * s, 1, (uint64_t)s), s);
	ck_assert_int_eq(judge_backoff_ns(s, 30 * s, 4, (uint64_t)(8 * s)), 8 * s);
	ck_assert_int_eq(judge_backoff_ns(s, 30 * s, 60, (uint64_t)(30 * s)), 30 * s);
	ck_assert_int_eq(judge_backoff_ns(INT64_MAX / 3, INT64_MAX, 60, INT64_MAX), INT64_MAX);
	ck_assert_int_eq(judge_backoff_ns(0, s, 3, 12345), 0);
}
END_TEST

START_TEST(publish_is_all_or_nothing)
{
	struct buf temp = BUF_INIT;
	struct stat st;
	struct err err;

	enter_dir();
	umask(027);
	artefact_name("./x.tar", artefact_machine(), 7, &temp);
	ck_assert(strncmp(buf_str(&temp), "./.hpn-", 7) == 0);
	put("x.tar", "old");
	ck_assert_int_eq(artefact_publish(buf_str(&temp), "./x.tar", &err), -1);
	ck_assert_str_eq(err.text, "the runtime wrote nothing");
	put(buf_str(&temp), "");
	ck_assert_int_eq(artefact_publish(buf_str(&temp), "./x.tar", &err), -1);
	ck_assert_int_eq(access(buf_str(&temp), F_OK), -1);
	ck_assert_str_eq(got("x.tar"), "old");
	put(buf_str(&temp), "new");
	chmod(buf_str(&temp), 0600);
	ck_assert_int_eq(artefact_publish(buf_str(&temp), "./x.tar", &err), 0);
	ck_assert_str_eq(got("x.tar"), "new");
	ck_assert_int_eq(stat("x.tar", &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	mkdir("dir", 0755);
	put(buf_str(&temp), "new");
	ck_assert_int_eq(artefact_publish(buf_str(&temp), "./dir", &err), -1);
	ck_assert_int_eq(access(buf_str(&temp), F_OK), -1);
	ck_assert_int_eq(symlink("x.tar", buf_str(&temp)), 0);
	ck_assert_int_eq(artefact_publish(buf_str(&temp), "./y.tar", &err), -1);
	ck_assert_int_eq(access("y.tar", F_OK), -1);
	buf_release(&temp);
	rmdir("dir");
	unlink("x.tar");
	leave_dir();
}
END_TEST

START_TEST(only_what_is_dead_and_ours_is_cleared)
{
	struct buf mine = BUF_INIT, dead = BUF_INIT, client = BUF_INIT;
	char *pid;

	enter_dir();
	artefact_name("x.tar", artefact_machine(), 1, &mine);
	put(buf_str(&mine), "alive");
	/* no process can have this number */
	pid = strchr(strchr(mine.data, '-') + 1, '-') + 1;
	buf_add(&dead, mine.data, (size_t)(pid - mine.data));
	buf_adds(&dead, "999999999-1.part");
	buf_addf(&client, ".tmp-%s123", buf_str(&dead));
	put(buf_str(&dead), "dead");
	put(buf_str(&client), "dead");
	put(".hpn-00000000-999999999-1.part", "another machine's");
	put(".hpn-notes", "the user's");
	ck_assert_uint_eq(artefact_clear("."), 2);
	ck_assert_str_eq(got(buf_str(&mine)), "alive");
	artefact_drop(buf_str(&mine));
	ck_assert_int_eq(unlink(".hpn-00000000-999999999-1.part"), 0);
	ck_assert_int_eq(unlink(".hpn-notes"), 0);
	buf_release(&mine);
	buf_release(&dead);
	buf_release(&client);
	leave_dir();
}
END_TEST

START_TEST(drop_takes_what_the_client_left)
{
	enter_dir();
	put(".hpn-1-2-3.part", "x");
	put(".tmp-.hpn-1-2-3.part998", "x");
	artefact_drop("./.hpn-1-2-3.part");
	leave_dir();
}
END_TEST

START_TEST(archives_are_found_in_order)
{
	static const char *const want[] = { "images/a/z.tar", "images/a-b.tar", "images/a.TAR",
					    "images/b.tar.zst" };
	static const char *const made[] = {
		"images/a/z.tar",  "images/a-b.tar", "images/a.TAR",     "images/b.tar.zst",
		"images/.h/x.tar", "images/.y.tar",  "images/notes.txt", "top.tar",
		"top.tar.gz",      "images/linked",  "images/d.tar",     "images/a",
		"images/.h",       "images",
	};
	struct strvec paths = STRVEC_INIT;
	struct err err;

	enter_dir();
	ck_assert_int_eq(archives_find(2, &paths, &err), -1);
	ck_assert_str_eq(err.text, "open images: No such file or directory");
	mkdir("images", 0755), mkdir("images/a", 0755), mkdir("images/.h", 0755);
	mkdir("images/d.tar", 0755);
	put("images/a/z.tar", ""), put("images/a-b.tar", ""), put("images/a.TAR", "");
	put("images/b.tar.zst", ""), put("images/.h/x.tar", ""), put("images/.y.tar", "");
	put("images/notes.txt", ""), put("top.tar", ""), put("top.tar.gz", "");
	ck_assert_int_eq(symlink("a", "images/linked"), 0);
	ck_assert_int_eq(archives_find(3, &paths, &err), 0);
	ck_assert_uint_eq(paths.n, 4);
	for (size_t i = 0; i < paths.n; i++)
		ck_assert_str_eq(paths.v[i], want[i]);
	strvec_clear(&paths);
	ck_assert_int_eq(archives_find(2, &paths, &err), 0);
	ck_assert_uint_eq(paths.n, 3);
	strvec_clear(&paths);
	ck_assert_int_eq(archives_find(1, &paths, &err), 0);
	ck_assert_uint_eq(paths.n, 1);
	ck_assert_str_eq(paths.v[0], "top.tar");
	strvec_release(&paths);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		ck_assert_int_eq(remove(made[i]), 0);
	leave_dir();
}
END_TEST

UNIT_MAIN("app", backoff_doubles_up_to_its_end, publish_is_all_or_nothing,
	  only_what_is_dead_and_ours_is_cleared, drop_takes_what_the_client_left,
	  archives_are_found_in_order)
