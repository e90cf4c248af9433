/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "runtime/store.h"

static char dir[] = "/tmp/hpn-store-XXXXXX";
static struct rt_search search;
static struct strvec dirs;

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	umask(022);
	search = (struct rt_search){ .dirs = &dirs };
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
	strvec_release(&dirs);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path below the test's folder, in one of a few static places. */
static const char *below(const char *name)
{
	static char paths[8][200];
	static unsigned next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static void make_dir(const char *name)
{
	ck_assert_int_eq(mkdir(below(name), 0755), 0);
}

/* A descriptor of that name whose program says where it came from. */
static void make(const char *file, const char *name, const char *program, int priority)
{
	FILE *f = fopen(below(file), "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[runtime]\nname = %s\nprogram = %s\n", name, program);
	if (priority)
		fprintf(f, "priority = %d\n", priority);
	fprintf(f, "[probe]\nargv = version\n[pull]\nargv = pull\n  %%{image}\n");
	fclose(f);
}

/* All names and programs, or the error. */
static const char *load(void)
{
	static struct buf text;
	struct err err = { "" };
	struct runtimes all;

	buf_reset(&text);
	if (runtimes_load(&search, &all, &err)) {
		buf_adds(&text, err.text);
		return buf_str(&text);
	}
	for (size_t i = 0; i < all.n; i++)
		buf_addf(&text, "%s%s=%s", i ? " " : "", all.v[i]->name, all.v[i]->program);
	runtimes_release(&all);
	return buf_str(&text);
}

#define BUILTIN "docker=docker podman=podman nerdctl=nerdctl ctr=ctr"

START_TEST(compiled_in)
{
	ck_assert_str_eq(load(), BUILTIN);
	search.env_path = "/nonexistent::";
	search.xdg_config_home = "relative";
	search.home = "";
	search.sysconfdir = "/nonexistent";
	search.pkgdatadir = "/nonexistent";
	ck_assert_str_eq(load(), BUILTIN);
}
END_TEST

START_TEST(first_of_a_name_wins)
{
	char path[500];

	make_dir("1");
	make_dir("2");
	make_dir("3");
	make_dir("4");
	make_dir("xdg");
	make_dir("xdg/hpn");
	make_dir("xdg/hpn/runtimes");
	make_dir("home");
	make_dir("home/.config");
	make_dir("home/.config/hpn");
	make_dir("home/.config/hpn/runtimes");
	make_dir("etc");
	make_dir("etc/hpn");
	make_dir("etc/hpn/runtimes");
	make_dir("share");
	make_dir("share/runtimes");
	make("1/a.ini", "a", "one", 1);
	make("2/a.ini", "a", "two", 1);
	make("2/b.ini", "b", "two", 2);
	make("3/b.ini", "b", "three", 1);
	make("3/c.ini", "c", "three", 3);
	make("4/c.ini", "c", "four", 1);
	make("4/d.ini", "d", "four", 4);
	make("xdg/hpn/runtimes/d.ini", "d", "xdg", 1);
	make("xdg/hpn/runtimes/e.ini", "e", "xdg", 5);
	make("home/.config/hpn/runtimes/e.ini", "e", "home", 5);
	make("etc/hpn/runtimes/e.ini", "e", "etc", 1);
	make("etc/hpn/runtimes/f.ini", "f", "etc", 6);
	make("share/runtimes/f.ini", "f", "share", 1);
	make("share/runtimes/docker.ini", "docker", "share", 0);
	strvec_push(&dirs, below("1"));
	strvec_push(&dirs, below("2"));
	snprintf(path, sizeof(path), "%s::%s", below("3"), below("4"));
	search.env_path = path;
	search.xdg_config_home = below("xdg");
	search.home = below("home");
	search.sysconfdir = below("etc");
	search.pkgdatadir = below("share");
	ck_assert_str_eq(load(), "a=one b=two c=three d=four e=xdg f=etc podman=podman"
				 " nerdctl=nerdctl ctr=ctr docker=share");
	search.xdg_config_home = NULL;
	ck_assert_ptr_nonnull(strstr(load(), "e=home"));
}
END_TEST

/* Not even read: it may be wrong. */
START_TEST(hidden_ones_do_not_matter)
{
	make_dir("1");
	make_dir("2");
	make("1/docker.ini", "docker", "one", 1);
	make("2/docker.ini", "no name at all", "two", 1);
	make("1/.hidden.ini", "wrong", "x", 1);
	make("1/docker.ini~", "wrong", "x", 1);
	make("1/README", "wrong", "x", 1);
	strvec_push(&dirs, below("1"));
	strvec_push(&dirs, below("2"));
	ck_assert_str_eq(load(), "docker=one podman=podman nerdctl=nerdctl ctr=ctr");
}
END_TEST

START_TEST(mistakes_name_the_file)
{
	char want[400];

	make_dir("1");
	make("1/zz.ini", "zz", "bin/x", 1);
	make("1/yy.ini", "other", "x", 1);
	strvec_push(&dirs, below("1"));
	snprintf(want, sizeof(want),
		 "%s/1/yy.ini:2: 'other' has to be in a file other.ini;"
		 " rename one of them",
		 dir);
	ck_assert_str_eq(load(), want);
}
END_TEST

START_TEST(folder_of_the_command_line_must_be_there)
{
	char want[300];

	strvec_push(&dirs, below("none"));
	snprintf(want, sizeof(want), "directory of descriptors %s/none: No such file or directory",
		 dir);
	ck_assert_str_eq(load(), want);
}
END_TEST

static const mode_t open_modes[] = { 0020, 0002, 0022, 01002 };

START_TEST(folders_that_others_may_write_to)
{
	char want[600];

	make_dir("1");
	make("1/a.ini", "a", "x", 1);
	ck_assert_int_eq(chmod(below("1"), 0755 | open_modes[_i]), 0);
	search.env_path = below("1");
	snprintf(want, sizeof(want),
		 "%s/1: refused, since others may write to it; descriptors say"
		 " which programs are started: chmod go-w %s/1",
		 dir, dir);
	ck_assert_str_eq(load(), want);
	/* nothing in it, nothing to fear */
	ck_assert_int_eq(unlink(below("1/a.ini")), 0);
	ck_assert_str_eq(load(), BUILTIN);
}
END_TEST

START_TEST(files_that_others_may_write_to)
{
	char want[600];

	make_dir("1");
	make("1/a.ini", "a", "x", 1);
	ck_assert_int_eq(chmod(below("1/a.ini"), 0644 | (open_modes[_i] & 0777)), 0);
	search.env_path = below("1");
	snprintf(want, sizeof(want),
		 "%s/1/a.ini: refused, since others may write to it;"
		 " descriptors say which programs are started: chmod go-w %s/1/a.ini",
		 dir, dir);
	ck_assert_str_eq(load(), want);
}
END_TEST

/* A link is followed, and what it leads to is looked at. */
START_TEST(links_lead_to_what_is_checked)
{
	make_dir("1");
	make_dir("2");
	make("2/real", "a", "x", 1);
	ck_assert_int_eq(symlink("../2/real", below("1/a.ini")), 0);
	search.env_path = below("1");
	ck_assert_str_eq(load(), "a=x " BUILTIN);
	ck_assert_int_eq(chmod(below("2/real"), 0666), 0);
	ck_assert_ptr_nonnull(strstr(load(), "/1/a.ini: refused, since others may write to it"));
}
END_TEST

START_TEST(odd_files)
{
	make_dir("1");
	search.env_path = below("1");
	ck_assert_int_eq(mkfifo(below("1/a.ini"), 0600), 0);
	ck_assert_ptr_nonnull(strstr(load(), "/1/a.ini: not a regular file; remove it"));
	ck_assert_int_eq(unlink(below("1/a.ini")), 0);
	ck_assert_int_eq(symlink("nowhere", below("1/a.ini")), 0);
	ck_assert_ptr_nonnull(strstr(load(), "/1/a.ini: No such file or directory"));
	ck_assert_int_eq(unlink(below("1/a.ini")), 0);
	make("1/a.ini", "a", "x", 1);
	ck_assert_int_eq(truncate(below("1/a.ini"), 1 << 20), 0);
	ck_assert_ptr_nonnull(strstr(load(), "/1/a.ini: over 262144 bytes; is this a"
					     " descriptor?"));
}
END_TEST

START_TEST(file_of_another_user)
{
	if (geteuid()) {
		/* Only root can make one; what root owns is fine for all. */
		search.sysconfdir = "/etc";
		ck_assert_ptr_nonnull(strstr(load(), "docker="));
		return;
	}
	make_dir("1");
	make("1/a.ini", "a", "x", 1);
	search.env_path = below("1");
	ck_assert_int_eq(chown(below("1/a.ini"), 12345, 12345), 0);
	ck_assert_ptr_nonnull(strstr(load(),
				     "/1/a.ini: refused, since it belongs to another user"
				     " (uid 12345); descriptors say which programs are started:"
				     " make it yours, or remove it"));
	ck_assert_int_eq(chown(below("1/a.ini"), 0, 0), 0);
	ck_assert_int_eq(chown(below("1"), 12345, 12345), 0);
	ck_assert_ptr_nonnull(strstr(load(), "/1: refused, since it belongs to another user"));
}
END_TEST

/* The environment of this process is what is looked at by default. */
START_TEST(defaults)
{
	struct rt_search s;

	ck_assert_int_eq(setenv("HPN_RUNTIME_PATH", "/p", 1), 0);
	ck_assert_int_eq(setenv("XDG_CONFIG_HOME", "/x", 1), 0);
	ck_assert_int_eq(setenv("HOME", "/h", 1), 0);
	rt_search_init(&s, &dirs);
	ck_assert_ptr_eq(s.dirs, &dirs);
	ck_assert_str_eq(s.env_path, "/p");
	ck_assert_str_eq(s.xdg_config_home, "/x");
	ck_assert_str_eq(s.home, "/h");
	ck_assert_str_eq(s.sysconfdir, HPN_SYSCONFDIR);
	ck_assert_str_eq(s.pkgdatadir, HPN_PKGDATADIR);
}
END_TEST

int main(void)
{
	const int n_modes = (int)(sizeof(open_modes) / sizeof(open_modes[0]));
	Suite *s = suite_create("rt_store");
	TCase *tc = tcase_create("rt_store");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, compiled_in);
	tcase_add_test(tc, first_of_a_name_wins);
	tcase_add_test(tc, hidden_ones_do_not_matter);
	tcase_add_test(tc, mistakes_name_the_file);
	tcase_add_test(tc, folder_of_the_command_line_must_be_there);
	tcase_add_loop_test(tc, folders_that_others_may_write_to, 0, n_modes);
	tcase_add_loop_test(tc, files_that_others_may_write_to, 0, n_modes - 1);
	tcase_add_test(tc, links_lead_to_what_is_checked);
	tcase_add_test(tc, odd_files);
	tcase_add_test(tc, file_of_another_user);
	tcase_add_test(tc, defaults);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
