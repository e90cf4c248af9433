/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static const struct journal_entry saved = {
	.verb = "save",
	.name = "nginx:1.27",
	.target = "./a b%\n.tar",
	.bytes = 12,
	.mtime_ns = 34,
	.id = "",
};
static const struct journal_entry pushed = {
	.verb = "push",
	.name = "b",
	.target = "r/b:latest",
	.bytes = -1,
	.mtime_ns = 0,
	.id = "0f0f",
};

static struct buf make(uint64_t *sum)
{
	struct journal_head head = { "save,push", "docker", "", "/tmp/a folder", STRVEC_INIT };
	struct buf b = BUF_INIT;

	strvec_push(&head.words, "-f");
	strvec_push(&head.words, "");
	journal_print_head(&head, sum, &b);
	journal_print_ok(&saved, sum, &b);
	journal_print_failed("save", "b", sum, &b);
	journal_print_ok(&pushed, sum, &b);
	strvec_release(&head.words);
	return b;
}

START_TEST(what_is_written_is_read)
{
	struct journal_log log = { 0 };
	const struct journal_entry *e;
	uint64_t sum;
	struct buf b = make(&sum);

	ck_assert_int_eq(journal_parse(&log, "j", buf_str(&b), b.len, NULL), 0);
	ck_assert_uint_eq(log.good_bytes, b.len);
	ck_assert(log.sum == sum);
	ck_assert_str_eq(log.head.verbs, "save,push");
	ck_assert_str_eq(log.head.platform, "");
	ck_assert_str_eq(log.head.cwd, "/tmp/a folder");
	ck_assert_uint_eq(log.head.words.n, 2);
	ck_assert_str_eq(log.head.words.v[1], "");
	e = journal_find(&log, "save", "nginx:1.27");
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(e->target, "./a b%\n.tar");
	ck_assert_int_eq(e->bytes, 12);
	ck_assert_int_eq(e->mtime_ns, 34);
	ck_assert_str_eq(journal_find(&log, "push", "b")->id, "0f0f");
	ck_assert_ptr_null(journal_find(&log, "save", "b"));
	ck_assert_ptr_null(journal_find(&log, "push", "nginx:1.27"));
	ck_assert(journal_has_failed(&log, "b")); /* its save; that push went well is no help */
	ck_assert(!journal_has_failed(&log, "nginx:1.27"));
	journal_log_release(&log);
	buf_release(&b);
}
END_TEST

START_TEST(later_lines_win)
{
	struct journal_head head = { "save", "docker", "", "/", STRVEC_INIT };
	struct journal_entry again = saved;
	struct journal_log log = { 0 };
	struct buf b = BUF_INIT;
	uint64_t sum;

	again.bytes = 99;
	journal_print_head(&head, &sum, &b);
	journal_print_failed("save", saved.name, &sum, &b);
	journal_print_ok(&saved, &sum, &b);
	journal_print_ok(&again, &sum, &b);
	ck_assert_int_eq(journal_parse(&log, "j", buf_str(&b), b.len, NULL), 0);
	ck_assert_int_eq(journal_find(&log, "save", saved.name)->bytes, 99);
	ck_assert(!journal_has_failed(&log, saved.name));
	journal_print_failed("save", saved.name, &sum, &b);
	ck_assert_int_eq(journal_parse(&log, "j", buf_str(&b), b.len, NULL), 0); /* goes on */
	ck_assert_ptr_null(journal_find(&log, "save", saved.name));
	ck_assert(journal_has_failed(&log, saved.name));
	journal_log_release(&log);
	buf_release(&b);
}
END_TEST

/* Cut anywhere: the whole lines before it are believed, and nothing else. */
START_TEST(cut_at_every_byte)
{
	uint64_t sum;
	struct buf b = make(&sum);

	for (size_t len = 0; len <= b.len; len++) {
		struct journal_log log = { 0 };
		size_t whole = len;

		while (whole && b.data[whole - 1] != '\n')
			whole--;
		ck_assert_int_eq(journal_parse(&log, "j", buf_str(&b), len, NULL), 0);
		ck_assert_uint_eq(log.good_bytes, whole);
		ck_assert(!log.head.verbs == !whole);
		ck_assert(!journal_find(&log, "push", "b") == (len < b.len));
		journal_log_release(&log);
	}
	buf_release(&b);
}
END_TEST

/* What stands before a flipped bit may be believed only where a line end is
 * gone or came into being at the very end; the sum holds all the rest. */
START_TEST(every_bit_flipped)
{
	uint64_t sum;
	struct buf b = make(&sum);
	struct err err;

	for (size_t i = 0; i < b.len * 8; i++) {
		struct journal_log log = { 0 };
		int rc;

		b.data[i / 8] ^= (char)(1 << i % 8);
		rc = journal_parse(&log, "j", buf_str(&b), b.len, &err);
		if (rc)
			ck_assert_ptr_eq(strstr(err.text, "j:"), err.text);
		else /* the end of the last line: it looks torn */
			ck_assert_uint_eq(i / 8, b.len - 1);
		ck_assert_ptr_null(journal_find(&log, "push", "b"));
		journal_log_release(&log);
		b.data[i / 8] ^= (char)(1 << i % 8);
	}
	buf_release(&b);
}
END_TEST

/* A line that is left out, doubled or put elsewhere. */
START_TEST(lines_moved)
{
	uint64_t sum;
	struct buf b = make(&sum);
	char *line[4], *rest = b.data;

	for (int i = 0; i < 4; i++)
		line[i] = strsep(&rest, "\n");
	for (int i = 0; i < 64; i++) {
		int order[3] = { i / 16, i / 4 % 4, i % 4 };
		struct buf moved = BUF_INIT;
		struct journal_log log = { 0 };
		int rc;

		for (int k = 0; k < 3; k++)
			buf_addf(&moved, "%s\n", line[order[k]]);
		rc = journal_parse(&log, "j", buf_str(&moved), moved.len, NULL);
		ck_assert_int_eq(rc, i == 0 * 16 + 1 * 4 + 2 ? 0 : -1);
		journal_log_release(&log);
		buf_release(&moved);
	}
	buf_release(&b);
}
END_TEST

static const struct {
	const char *text, *want;
} foreign[] = {
	{ "nginx:1.27\n", "j:1: this is no journal of hpn's" },
	{ "\n", "j:1: this is no journal of hpn's" },
	{ "0123456789abcdef something else\n", "j:1: the line was changed, or one before it is"
					       " missing" },
};

START_TEST(what_is_no_journal)
{
	struct journal_log log = { 0 };
	struct err err;

	ck_assert_int_eq(journal_parse(&log, "j", foreign[_i].text, strlen(foreign[_i].text), &err),
			 -1);
	ck_assert_str_eq(err.text, foreign[_i].want);
	journal_log_release(&log);
}
END_TEST

/* As the next version of the format would begin. */
START_TEST(from_a_newer_hpn)
{
	static const char words[] = " hpn-journal 2 whatever";
	struct journal_log log = { 0 };
	struct buf b = BUF_INIT, line = BUF_INIT;
	struct err err;

	buf_addf(&b, "%016x%s", 0, words);
	buf_addf(&line, "%016llx%s\n", (unsigned long long)name_map_hash(buf_str(&b), b.len),
		 words);
	ck_assert_int_eq(journal_parse(&log, "j", buf_str(&line), line.len, &err), -1);
	ck_assert_str_eq(err.text, "j:1: a newer hpn wrote this; resume with that one");
	journal_log_release(&log);
	buf_release(&b);
	buf_release(&line);
}
END_TEST

static char dir[] = "/tmp/hpn-journal.XXXXXX", path[64];

static void fill(const char *text)
{
	FILE *f = fopen(path, "we");

	fputs(text, f);
	fclose(f);
}

START_TEST(a_file_and_its_lock)
{
	struct journal_head head = { "save", "docker", "", "/", STRVEC_INIT };
	struct journal_log log = { 0 };
	struct journal one, two;
	enum journal_found found;
	struct err err;

	ck_assert_int_eq(journal_open(&one, path, false, false, &found, &err), 0);
	ck_assert_int_eq(found, JOURNAL_NONE);
	ck_assert_int_eq(journal_open(&one, path, false, true, &found, &err), 0);
	ck_assert_int_eq(found, JOURNAL_FOUND);
	journal_begin(&one, &head);
	journal_ok(&one, &saved);
	ck_assert_int_eq(journal_open(&two, path, false, true, &found, &err), 0);
	ck_assert_int_eq(found, JOURNAL_BUSY);
	ck_assert_int_eq(journal_tick(&one, JOURNAL_SYNC_NS), -1);
	journal_failed(&one, "save", "b");
	ck_assert_int_eq(journal_tick(&one, JOURNAL_SYNC_NS + 5), 2 * JOURNAL_SYNC_NS);
	ck_assert_int_eq(journal_tick(&one, 2 * JOURNAL_SYNC_NS), -1);
	ck_assert_int_eq(journal_close(&one, false), 0);

	ck_assert_int_eq(truncate(path, 150), 0); /* in the middle of a line */
	ck_assert_int_eq(journal_open(&two, path, false, false, &found, &err), 0);
	ck_assert_int_eq(journal_read(&two, &log, &err), 0);
	journal_resume(&two, &log);
	journal_failed(&two, "save", "c");
	ck_assert_int_eq(journal_close(&two, false), 0);
	journal_log_release(&log);

	ck_assert_int_eq(journal_open(&two, path, false, false, &found, &err), 0);
	ck_assert_int_eq(journal_read(&two, &log, &err), 0);
	ck_assert(journal_has_failed(&log, "c"));
	ck_assert_int_eq(journal_close(&two, true), 0);
	ck_assert_int_eq(access(path, F_OK), -1);
	journal_log_release(&log);
}
END_TEST

START_TEST(nothing_foreign_is_overwritten)
{
	static const char *const texts[] = { "nginx\n", "0123456789abcdef hpn-jour", "abc",
					     "0123456789abcdef hpn-history 1\n" };
	struct journal j;
	enum journal_found found;
	struct err err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fill(texts[i]);
		ck_assert_int_eq(journal_open(&j, path, false, true, &found, &err), -1);
		ck_assert_ptr_nonnull(strstr(err.text, "is no journal of hpn's; remove it"));
		ck_assert_int_eq(journal_open(&j, path, true, true, &found, &err), 0);
		journal_close(&j, false);
	}
	ck_assert_int_eq(journal_open(&j, dir, false, true, &found, &err), -1);
	unlink(path);
}
END_TEST

START_TEST(own_journals_follow_no_link)
{
	char link[sizeof(path) + 8];
	struct journal j;
	enum journal_found found;
	struct err err;

	fill("precious\n");
	snprintf(link, sizeof(link), "%s.link", path);
	ck_assert_int_eq(symlink(path, link), 0);
	ck_assert_int_eq(journal_open(&j, link, true, true, &found, &err), -1);
	unlink(link);
	ck_assert_int_eq(mkfifo(link, 0600), 0);
	ck_assert_int_eq(journal_open(&j, link, true, true, &found, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "is not a file of this user's"));
	unlink(link);
	unlink(path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("journal");
	TCase *tc = tcase_create("journal");
	SRunner *sr;
	int failed;

	if (!mkdtemp(dir))
		return EXIT_FAILURE;
	snprintf(path, sizeof(path), "%s/j", dir);
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, later_lines_win);
	tcase_add_test(tc, cut_at_every_byte);
	tcase_add_test(tc, every_bit_flipped);
	tcase_add_test(tc, lines_moved);
	tcase_add_loop_test(tc, what_is_no_journal, 0, (int)(sizeof(foreign) / sizeof(foreign[0])));
	tcase_add_test(tc, from_a_newer_hpn);
	tcase_add_test(tc, a_file_and_its_lock);
	tcase_add_test(tc, nothing_foreign_is_overwritten);
	tcase_add_test(tc, own_journals_follow_no_link);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	unlink(path);
	rmdir(dir);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
