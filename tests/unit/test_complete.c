/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <string.h>

#include "config/complete.h"
#include "config/options.h"

static const char *const shells[] = { "bash", "zsh", "fish" };
#define N_SHELLS (int)(sizeof(shells) / sizeof(shells[0]))

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

/* How each shell's script has the flag; the longest way, so that --runtime is
 * not found in --runtime-dir. */
static void spell(struct buf *b, int shell, const struct option *o)
{
	const char *value = o->kind == KIND_BOOL ? "" : "=";

	buf_reset(b);
	if (shell == 0)
		buf_addf(b, " --%s ", o->flag);
	else if (shell == 1 && o->letter)
		buf_addf(b, ",--%s%s}", o->flag, value);
	else if (shell == 1)
		buf_addf(b, "--%s%s'[", o->flag, value);
	else
		buf_addf(b, " -l %s -", o->flag);
}

START_TEST(test_each_flag_is_there)
{
	struct buf b = BUF_INIT, want = BUF_INIT;

	script(shells[_i], &b);
	/* so that flags at the ends of lines look like any other */
	for (char *p = b.data; _i == 0 && *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);
		size_t offered;

		if (!o->flag)
			continue;
		spell(&want, _i, o);
		offered = count(buf_str(&b), buf_str(&want));
		if ((o->bits & OPT_F_HIDDEN) && !(o->bits & OPT_F_OWN_VERB))
			ck_assert_msg(!offered, "%s: %s", shells[_i], buf_str(&want));
		else
			ck_assert_msg(offered, "%s: %s", shells[_i], buf_str(&want));
	}
	buf_release(&b);
	buf_release(&want);
}
END_TEST

START_TEST(test_each_verb_is_there)
{
	static const char *const spelled[] = { "\t%s)\n", "\t\t'%s:", " -a %s -d '" };
	struct buf b = BUF_INIT, want = BUF_INIT;

	script(shells[_i], &b);
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const char *before = spelled[_i], *at = strstr(before, "%s");

		buf_reset(&want);
		buf_add(&want, before, (size_t)(at - before));
		buf_adds(&want, verb_get((enum verb)v)->name);
		buf_adds(&want, at + 2);
		ck_assert_msg(count(buf_str(&b), buf_str(&want)) == 1, "%s: %s", shells[_i],
			      buf_str(&want));
	}
	buf_release(&b);
	buf_release(&want);
}
END_TEST

/* A quote in a help text must not end the word that it is in. */
START_TEST(test_quotes)
{
	const char *quote = _i == 1 ? "'\\''" : "\\'";
	struct buf b = BUF_INIT, want = BUF_INIT;

	script(shells[_i], &b);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);

		if (!o->flag || (o->bits & OPT_F_HIDDEN) || strpbrk(o->help, "[]\\"))
			continue;
		buf_reset(&want);
		for (const char *p = o->help; *p; p++)
			if (*p == '\'')
				buf_adds(&want, quote);
			else
				buf_addc(&want, *p);
		ck_assert_msg(strstr(buf_str(&b), buf_str(&want)), "%s", buf_str(&want));
	}
	buf_release(&b);
	buf_release(&want);
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
	tcase_add_loop_test(tc, test_each_flag_is_there, 0, N_SHELLS);
	tcase_add_loop_test(tc, test_each_verb_is_there, 0, N_SHELLS);
	tcase_add_loop_test(tc, test_quotes, 1, N_SHELLS);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
