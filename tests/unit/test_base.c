/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/replace.h"
#include "base/slurp.h"
#include "base/strvec.h"
#include "base/tarhead.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool/head_and_tail.h"
#include "unit.h"

START_TEST(err_says_and_wraps)
{
	struct err e;

	ck_assert_int_eq(err_set(&e, "line %d", 3), -1);
	ck_assert_str_eq(e.text, "line 3");
	ck_assert_int_eq(err_wrap(&e, "file %s", "x"), -1);
	ck_assert_str_eq(e.text, "file x: line 3");
	ck_assert_int_eq(err_sys(&e, ENOENT, "open %s", "y"), -1);
	ck_assert_str_eq(e.text, "open y: No such file or directory");
	ck_assert_int_eq(err_set(NULL, "nobody listens"), -1);
}
END_TEST

START_TEST(err_is_cut_visibly)
{
	char longer[3000];
	struct err e;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&e, "%s", longer);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	ck_assert_str_eq(e.text + sizeof(e.text) - 4, "...");
}
END_TEST

START_TEST(buf_grows_eats_detaches)
{
	struct buf b = BUF_INIT;
	char *s;

	ck_assert_str_eq(buf_str(&b), "");
	buf_adds(&b, "abc");
	buf_addc(&b, 'd');
	buf_addf(&b, "%05d", 42);
	ck_assert_str_eq(buf_str(&b), "abcd00042");
	buf_eat(&b, 4);
	ck_assert_str_eq(buf_str(&b), "00042");
	for (int i = 0; i < 10000; i++)
		buf_add(&b, "0123456789", 10);
	ck_assert_uint_eq(b.len, 100005);
	s = buf_detach(&b);
	ck_assert_uint_eq(strlen(s), 100005);
	ck_assert_ptr_null(b.data);
	free(s);
}
END_TEST

START_TEST(strvec_quotes_for_a_shell)
{
	struct strvec sv = STRVEC_INIT;
	struct buf b = BUF_INIT;

	strvec_push(&sv, "docker");
	strvec_push(&sv, "a b");
	strvec_push(&sv, "it's");
	strvec_push(&sv, "");
	strvec_pushf(&sv, "%s:%d", "127.0.0.1", 5000);
	strvec_pushn(&sv, "$(reboot)xx", 9);
	strvec_quote(sv.v, &b);
	ck_assert_str_eq(buf_str(&b), "docker 'a b' 'it'\\''s' '' 127.0.0.1:5000 '$(reboot)'");
	strvec_clear(&sv);
	ck_assert_ptr_null(sv.v[0]);
	strvec_release(&sv);
	buf_release(&b);
}
END_TEST

START_TEST(head_and_tail_are_kept)
{
	struct head_and_tail t = { 0 };
	char block[1000];
	const char *text;

	memset(block, 'm', sizeof(block));
	head_and_tail_add(&t, "first ", 6);
	for (int i = 0; i < 1000; i++)
		head_and_tail_add(&t, block, sizeof(block));
	head_and_tail_add(&t, " last", 5);
	text = head_and_tail_text(&t);
	ck_assert_uint_le(strlen(text), HEAD_BYTES + 2 * TAIL_BYTES + 16);
	ck_assert(strncmp(text, "first mmm", 9) == 0);
	ck_assert(strstr(text, "\n...\n") != NULL);
	ck_assert_str_eq(text + strlen(text) - 5, " last");
	head_and_tail_reset(&t);
	head_and_tail_add(&t, "short", 5);
	ck_assert_str_eq(head_and_tail_text(&t), "short");
	head_and_tail_release(&t);
}
END_TEST

START_TEST(json_is_safe_whatever_the_text)
{
	static const char text[] = "a\"b\\c\n\x01\x9b\xff\xc2\x9b\xe2\x82\xac";
	struct buf b = BUF_INIT;

	json_text(&b, text, sizeof(text) - 1);
	ck_assert_str_eq(buf_str(&b), "\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\xef\xbf\xbd"
				      "\\u009b\xe2\x82\xac\"");
	buf_reset(&b);
	json_pair(&b, "key", "text");
	buf_addc(&b, ',');
	json_pair(&b, "none", NULL);
	ck_assert_str_eq(buf_str(&b), "\"key\":\"text\",\"none\":null");
	buf_release(&b);
}
END_TEST

static unsigned names_in(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

/* Whoever is killed before the end leaves no file; an error leaves none either. */
START_TEST(replace_has_no_name_until_the_end)
{
	char dir[] = "/tmp/hpn-base.XXXXXX";
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct replace r;
	struct stat st;
	struct err err;

	umask(027);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	buf_addf(&path, "%s/file", dir);
	for (unsigned round = 0; round < 2; round++) {
		replace_begin(&r, buf_str(&path));
		replace_add(&r, round ? "second" : "first", round ? 6 : 5);
		ck_assert_uint_eq(names_in(dir), round + !r.unnamed);
		ck_assert_int_eq(replace_end(&r, &err), 0);
		ck_assert_uint_eq(names_in(dir), 1);
		buf_reset(&text);
		ck_assert_int_eq(slurp(buf_str(&path), 100, &text, &err), 0);
		ck_assert_str_eq(buf_str(&text), round ? "second" : "first");
		ck_assert_int_eq(stat(buf_str(&path), &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0640);
	}
	ck_assert_int_eq(unlink(buf_str(&path)), 0);
	ck_assert_int_eq(mkdir(buf_str(&path), 0755), 0);
	replace_begin(&r, buf_str(&path));
	ck_assert_int_eq(replace_end(&r, &err), -1);
	ck_assert_uint_eq(names_in(dir), 1);
	ck_assert_int_eq(rmdir(buf_str(&path)), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	replace_begin(&r, buf_str(&path));
	replace_add(&r, "x", 1);
	ck_assert_int_eq(replace_end(&r, &err), -1);
	buf_release(&path);
	buf_release(&text);
}
END_TEST

START_TEST(tars_begin_with_a_name)
{
	static const char text[] = "an archive of text";
	char head[512] = "blobs/sha256/0123";

	memcpy(head + 100, "0000644", 7);
	for (size_t len = 1; len < 263; len++)
		ck_assert_msg(tarhead_begins(head, len), "%zu", len);
	ck_assert(!tarhead_begins(head, 263));
	memcpy(head + 257, "ust\0r", 5);
	ck_assert(tarhead_begins(head, 263) && tarhead_begins(head, 512));
	head[258] = 'x';
	ck_assert(!tarhead_begins(head, 512));
	ck_assert(!tarhead_begins(head, 0));
	ck_assert(!tarhead_begins(text, sizeof(text) - 1));
	ck_assert(!tarhead_begins("word\n", 5));
	head[105] = '9';
	ck_assert(!tarhead_begins(head, 200));
	head[50] = 'x';
	ck_assert(!tarhead_begins(head, 60));
}
END_TEST

UNIT_MAIN("base", replace_has_no_name_until_the_end, tars_begin_with_a_name,
	  json_is_safe_whatever_the_text, err_says_and_wraps, err_is_cut_visibly,
	  buf_grows_eats_detaches, strvec_quotes_for_a_shell, head_and_tail_are_kept)
