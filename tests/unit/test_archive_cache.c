/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/archive_cache.h"
#include "state/statedir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define ID "89b02ea3c882bb6e3966e816e7d0897dd832baaf3390ba5f1deae3bf4c260bf0"
#define OTHER "016a137133982b9089589d270e19b54d0b952a6197cf01561ca912803a6ce7b3"

static char dir[64];

static void enter(void)
{
	snprintf(dir, sizeof(dir), "/tmp/hpn-known-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	setenv("XDG_STATE_HOME", dir, 1);
}

static void leave(const char *const *files)
{
	for (; *files; files++)
		ck_assert_int_eq(unlink(*files), 0);
	rmdir("hpn");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(an_archive_is_known_until_it_changes)
{
	static const char *const files[] = { "a.tar", "b.tar", "hpn/archives", NULL };
	struct archive_cache k = { 0 }, again = { 0 };

	enter();
	put("a.tar", "one");
	put("b.tar", "two");
	ck_assert_ptr_null(archive_cache_id(&k, "a.tar"));
	archive_cache_note(&k, "a.tar", ID);
	archive_cache_note(&k, "./b.tar", OTHER);
	archive_cache_note(&k, "missing.tar", ID);
	archive_cache_note(&k, "b.tar", "no id");
	ck_assert_str_eq(archive_cache_id(&k, "./a.tar"), ID);
	ck_assert_int_eq(archive_cache_save(&k, NULL), 0);
	archive_cache_load(&again);
	ck_assert_uint_eq(again.n, 2);
	ck_assert_str_eq(archive_cache_id(&again, "a.tar"), ID);
	ck_assert_str_eq(archive_cache_id(&again, "b.tar"), OTHER);
	archive_cache_note(&again, "b.tar", ID);
	ck_assert_str_eq(archive_cache_id(&again, "b.tar"), ID);
	put("b.tar", "longer");
	ck_assert_ptr_null(archive_cache_id(&again, "b.tar"));
	archive_cache_release(&k);
	archive_cache_release(&again);
	leave(files);
}
END_TEST

START_TEST(a_damaged_file_is_no_knowledge)
{
	static const char *const lines[] = {
		ID " 1 2 3 relative\n", ID " 1 2 x /p\n", ID " 1 /p\n", "short 1 2 3 /p\n", "\n",
		ID "0 1 2 3 /p\n",      ID " 1 2 3 /cut",
	};
	struct archive_cache k = { 0 };
	struct buf text = BUF_INIT;

	archive_cache_parse(&k, "something else\n", 15);
	archive_cache_parse(&k, "", 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_reset(&text);
		buf_addf(&text, "hpn archives 1\n%s", lines[i]);
		archive_cache_parse(&k, buf_str(&text), text.len);
	}
	ck_assert_uint_eq(k.n, 0);
	archive_cache_release(&k);
	buf_release(&text);
}
END_TEST

START_TEST(the_oldest_are_forgotten)
{
	struct archive_cache k = { 0 }, again = { 0 };
	struct buf text = BUF_INIT;

	buf_adds(&text, "hpn archives 1\n");
	for (unsigned i = 0; i < ARCHIVE_CACHE_MAX + 10; i++)
		buf_addf(&text, ID " 1 2 3 /p/%u\n", i);
	archive_cache_parse(&k, buf_str(&text), text.len);
	ck_assert_uint_eq(k.n, ARCHIVE_CACHE_MAX + 10);
	buf_reset(&text);
	archive_cache_print(&k, &text);
	archive_cache_parse(&again, buf_str(&text), text.len);
	ck_assert_uint_eq(again.n, ARCHIVE_CACHE_MAX);
	ck_assert_str_eq(again.v[0].path, "/p/10");
	archive_cache_release(&k);
	archive_cache_release(&again);
	buf_release(&text);
}
END_TEST

UNIT_MAIN("known", an_archive_is_known_until_it_changes, a_damaged_file_is_no_knowledge,
	  the_oldest_are_forgotten)
