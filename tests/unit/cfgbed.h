/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A place for tests of the configuration: three empty folders of their own as
 * working directory, HOME and /etc/hpn, and a whole start of hpn up to the
 * point where it would begin to work.
 */
#ifndef HPN_TESTS_CFGBED_H
#define HPN_TESTS_CFGBED_H

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/args.h"

static char bed_root[64];
static char bed_home[80], bed_etc[80];
static struct cfg *bed_cfg;
static struct args bed_args;
static struct err bed_err;

static inline void bed_make(void)
{
	char path[128];

	umask(022);
	snprintf(bed_root, sizeof(bed_root), "/tmp/hpn-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed_root));
	snprintf(bed_home, sizeof(bed_home), "%s/home", bed_root);
	snprintf(bed_etc, sizeof(bed_etc), "%s/etc", bed_root);
	ck_assert_int_eq(mkdir(bed_home, 0755), 0);
	ck_assert_int_eq(mkdir(bed_etc, 0755), 0);
	snprintf(path, sizeof(path), "%s/cwd", bed_root);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(chdir(path), 0);
}

static inline int bed_remove(const char *path, const struct stat *st, int what, struct FTW *f)
{
	return remove(path);
}

static inline void bed_clean(void)
{
	cfg_free(bed_cfg);
	bed_cfg = NULL;
	args_release(&bed_args);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(nftw(bed_root, bed_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void bed_write_n(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void bed_write(const char *path, const char *text)
{
	bed_write_n(path, text, strlen(text));
}

/* Below HOME or etc, with the folders on the way. */
static inline void bed_write_in(const char *dir, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		ck_assert(!mkdir(path, 0755) || errno == EEXIST);
	}
	bed_write(path, text);
}

/* Words at blanks; '' is an empty word. */
static inline void bed_split(struct strvec *ret, const char *line)
{
	while (*line) {
		size_t len = strcspn(line, " ");

		if (len == 2 && !strncmp(line, "''", 2))
			strvec_push(ret, "");
		else if (len)
			strvec_pushn(ret, line, len);
		line += len + (line[len] == ' ');
	}
	if (!ret->n) {
		strvec_push(ret, "");
		strvec_clear(ret);
	}
}

/* Only the command line: "" or the error. */
static inline const char *bed_parse(const char *line)
{
	struct strvec argv = STRVEC_INIT;
	int rc;

	cfg_free(bed_cfg);
	args_release(&bed_args);
	bed_cfg = cfg_new();
	bed_args = (struct args)ARGS_INIT;
	bed_err.text[0] = '\0';
	bed_split(&argv, line);
	rc = args_parse(argv.v, bed_cfg, &bed_args, &bed_err);
	strvec_release(&argv);
	ck_assert_int_eq(rc, bed_err.text[0] ? -1 : 0);
	return bed_err.text;
}

/* Command line, then environment (HOME is set in it, unless it is NULL; lines
 * are its variables) and files. */
static inline const char *bed_load(const char *line, const char *vars)
{
	struct strvec env = STRVEC_INIT;
	int rc;

	if (*bed_parse(line))
		return bed_err.text;
	while (vars && *vars) {
		size_t len = strcspn(vars, "\n");

		strvec_pushn(&env, vars, len);
		vars += len + (vars[len] == '\n');
	}
	strvec_pushf(&env, vars ? "HOME=%s" : "NOHOME=%s", bed_home);
	rc = cfg_load(bed_cfg, env.v, bed_etc, &bed_err);
	strvec_release(&env);
	ck_assert_int_eq(rc, bed_err.text[0] ? -1 : 0);
	return bed_err.text;
}

/* All of it, the usage too. */
static inline const char *bed_start(const char *line, const char *vars)
{
	if (!*bed_load(line, vars)) {
		int rc = usage_check(&bed_args, bed_cfg, &bed_err);

		ck_assert_int_eq(rc, bed_err.text[0] ? -1 : 0);
	}
	return bed_err.text;
}

#define BED_MAIN(suite_name, ...) BED_MAIN_WITH(bed_make, bed_clean, suite_name, __VA_ARGS__)

/* The same, with more to set up and to take down. */
#define BED_MAIN_WITH(make, clean, suite_name, ...) \
	int main(void) \
	{ \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		Suite *s = suite_create(suite_name); \
		TCase *tc = tcase_create(suite_name); \
		SRunner *sr; \
		int failed; \
\
		tcase_add_checked_fixture(tc, make, clean); \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) \
			tcase_add_test(tc, tests[i]); \
		tcase_set_timeout(tc, 60); \
		suite_add_tcase(s, tc); \
		sr = srunner_create(s); \
		srunner_run_all(sr, CK_ENV); \
		failed = srunner_ntests_failed(sr); \
		srunner_free(sr); \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS; \
	}

#endif
