/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <string.h>

#include "config/complete.h"
#include "config/options.h"

static const char *script(const char *shell, struct buf *b)
{
	struct err err = { "" };

	ck_assert_int_eq(config_completion(shell, b, &err), 0);
	return buf_str(b);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

START_TEST(test_unknown_shell)
{
	static const struct {
		const char *shell, *says;
	} cases[] = {
		{ "ksh", "no completion for 'ksh'; give bash, zsh or fish" },
		{ "", "no completion for ''; give bash, zsh or fish" },
		{ "Bash", "no completion for 'Bash'; give bash, zsh or fish" },
		{ "a\033[2J", "no completion for 'a\\x1b[2J'; give bash, zsh or fish" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;
		struct err err = { "" };

		ck_assert_int_eq(config_completion(cases[i].shell, &b, &err), -1);
		ck_assert_str_eq(err.text, cases[i].says);
		ck_assert_uint_eq(b.len, 0);
	}
}
END_TEST

START_TEST(test_is_appended)
{
	struct buf b = BUF_INIT, alone = BUF_INIT;

	buf_adds(&b, "before\n");
	script("fish", &b);
	script("fish", &alone);
	ck_assert_int_eq(strncmp(buf_str(&b), "before\n", 7), 0);
	ck_assert_str_eq(buf_str(&b) + 7, buf_str(&alone));
	buf_release(&b);
	buf_release(&alone);
}
END_TEST

/* Checks one line, and returns how many fields it has. */
static size_t fields(const char *line, size_t len)
{
	size_t n = 1;

	ck_assert(len && line[0] != '\t' && line[len - 1] != '\t');
	for (size_t i = 0; i < len; i++) {
		ck_assert_int_ge((unsigned char)line[i], line[i] == '\t' ? '\t' : ' ');
		n += line[i] == '\t';
		/* shells take two tabs for one */
		ck_assert(line[i] != '\t' || line[i + 1] != '\t');
	}
	return n;
}

START_TEST(test_lines_of_the_table)
{
	struct buf b = BUF_INIT;

	for (const char *line = script("table", &b); *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");

		if (!strncmp(line, "verb\t", 5))
			ck_assert_uint_eq(fields(line, len), 4);
		else if (!strncmp(line, "flag\t", 5))
			ck_assert_uint_eq(fields(line, len), 9);
		else
			ck_abort_msg("%.*s", (int)len, line);
	}
	buf_release(&b);
}
END_TEST

START_TEST(test_all_are_in_the_table)
{
	struct buf b = BUF_INIT, want = BUF_INIT;

	buf_addc(&b, '\n');
	script("table", &b);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);

		if (!o->flag)
			continue;
		buf_reset(&want);
		buf_addf(&want, "\nflag\t--%s\t", o->flag);
		ck_assert_msg(count(buf_str(&b), buf_str(&want)) == 1, "%s", buf_str(&want));
	}
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		buf_reset(&want);
		buf_addf(&want, "\nverb\t%s\t", verb_get((enum verb)v)->name);
		ck_assert_msg(count(buf_str(&b), buf_str(&want)) == 1, "%s", buf_str(&want));
	}
	buf_release(&b);
	buf_release(&want);
}
END_TEST

START_TEST(test_what_the_table_says)
{
	static const char *const lines[] = {
		"flag\t--file\t-f\tmany\t@file\talways\tpull,save,load,push\tLIST\t",
		"flag\t--strict\t-\tnone\t-\talways\tpull,save,load,push\t-\t",
		"flag\t--compress\t-\toptional\tzstd gzip xz lz4 none\talways\tsave\tHOW\t",
		"flag\t--push-mode\t-\tneeded\t1 2\talways\tpush\t1|2\t",
		"flag\t--output\t-\tneeded\tordered grouped lines none\talways\t",
		"flag\t--defaults\t-\tnone\t-\tverb\tconfig\t-\t",
		"flag\t--log-dir\t-\tneeded\t@dir\thidden\t",
		"flag\t--registry\t-r\tneeded\t@host\talways\tpush\tHOST\t",
		"flag\t--help\t-h\tnone\t-\talways\t*\t-\tprint this;",
		"verb\tload\t@archive\tload archives\n",
	};
	struct buf b = BUF_INIT;

	script("table", &b);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(count(buf_str(&b), lines[i]) == 1, "%s", lines[i]);
	buf_release(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("complete");
	TCase *tc = tcase_create("complete");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_unknown_shell);
	tcase_add_test(tc, test_is_appended);
	tcase_add_test(tc, test_lines_of_the_table);
	tcase_add_test(tc, test_all_are_in_the_table);
	tcase_add_test(tc, test_what_the_table_says);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
