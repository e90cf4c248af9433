/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/iniread.h"

static int note_value(void *user, const struct ini_line *l, struct err *err)
{
	if (!strcmp(l->value, "refuse"))
		return err_set(err, "refused; take another");
	buf_addf(user, "%d%s[%s]%s=%s|", l->line, l->continued ? "+" : "", l->section, l->name,
		 l->value);
	return 0;
}

static int note_section(void *user, const struct ini_line *l, struct err *err)
{
	if (!strcmp(l->section, "bad"))
		return err_set(err, "no such section");
	buf_addf(user, "%d[%s]|", l->line, l->section);
	return 0;
}

static const struct ini_handler_ops ops = { .value = note_value, .section = note_section };

static void expect_n(const char *text, size_t len, const char *want)
{
	struct buf got = BUF_INIT;
	struct err err = { "" };

	if (ini_read("f.ini", text, len, &ops, &got, &err)) {
		buf_reset(&got);
		buf_adds(&got, err.text);
	} else {
		ck_assert_str_eq(err.text, "");
	}
	ck_assert_str_eq(buf_str(&got), want);
	buf_release(&got);
}

static void expect(const char *text, const char *want)
{
	expect_n(text, strlen(text), want);
}

START_TEST(values_come_one_a_line)
{
	expect("", "");
	expect("a = 1\n", "1[]a=1|");
	expect("a=1", "1[]a=1|");
	expect("[s]\nk : v w \n", "1[s]|2[s]k=v w|");
	expect("[s]\r\nk = v\r\n\r\n", "1[s]|2[s]k=v|");
	expect("\xef\xbb\xbf[s]\nk=\n", "1[s]|2[s]k=|");
	expect("\xef\xbb\xbfk=1\n", "1[]k=1|");
	expect("# c\n; c\n  # c\nk = 1 ; c\n", "4[]k=1|");
	expect("k = a;b#c\n", "1[]k=a;b#c|");
	expect("k = \"a ; b\"\n", "1[]k=\"a|");
	expect("[s] ; why\n[t] # why\n", "1[s]|2[t]|");
}
END_TEST

START_TEST(indented_lines_go_on)
{
	expect("[s]\nk = a\n  b\n\n# c\n\tc = d ; e\nl = x\n",
	       "1[s]|2[s]k=a|3+[s]k=b|6+[s]k=c = d|7[s]l=x|");
	expect("k =\n [x]\n", "1[]k=|2+[]k=[x]|");
	expect("  k = a\n", "f.ini:1: indented line with no key above it;"
			    " begin it in the first column");
	expect("[s]\nk=1\n[t]\n x=1\n", "f.ini:4: indented line with no key above it;"
					" begin it in the first column");
}
END_TEST

START_TEST(nothing_comes_twice)
{
	expect("a=1\n[s]\na=2\n[t]\na=3\n", "1[]a=1|2[s]|3[s]a=2|4[t]|5[t]a=3|");
	expect("[s]\na=1\nb=2\na=3\n", "f.ini:4: key 'a' comes twice; keep one");
	expect("[s]\n[t]\n[s]\n", "f.ini:3: section [s] comes twice; join the two");
}
END_TEST

START_TEST(mistakes_are_told)
{
	expect("a=1\njunk\nb=refuse\n", "f.ini:2: neither [section] nor key = value;"
					" begin a comment with # or ;");
	expect("junk ; a = b\n", "f.ini:1: neither [section] nor key = value;"
				 " begin a comment with # or ;");
	expect("= 1\n", "f.ini:1: no key before '='; write key = value");
	expect("[s\n", "f.ini:1: section without ']'; write [name]");
	expect("[]\n", "f.ini:1: section name is empty, or begins or ends with a space;"
		       " write [name]");
	expect("[ s]\n", "f.ini:1: section name is empty, or begins or ends with a space;"
			 " write [name]");
	expect("[s] k = 1\n", "f.ini:1: text after ']'; put it on a line of its own");
	expect("\n\nk=refuse\nk=1\n", "f.ini:3: refused; take another");
	expect("\n[bad]\n", "f.ini:2: no such section");
	expect("k=1\n\n l\n refuse\n", "f.ini:4: refused; take another");
	expect("k=\x1b[2J\n", "f.ini:1: control character 0x1b; remove it");
	expect("k=a\rb\n", "f.ini:1: control character 0x0d; remove it");
	expect_n("k=1\nl=\0x\n", 10, "f.ini:2: control character 0x00; remove it");
}
END_TEST

/* One byte below each limit is whole, the limit itself is told. */
START_TEST(nothing_is_cut)
{
	char line[512], want[512];
	int n;

	n = snprintf(line, sizeof(line), "k=%0*d\n", 196, 7);
	snprintf(want, sizeof(want), "1[]k=%0*d|", 196, 7);
	ck_assert_int_eq(n, 199);
	expect(line, want);
	snprintf(line, sizeof(line), "a=1\nk=%0*d\nb=2\n", 197, 7);
	expect(line, "f.ini:2: line of over 198 bytes; break the value into indented"
		     " lines, or shorten it");
	snprintf(line, sizeof(line), "# %0*d\nk=1\n", 197, 7);
	expect(line, "f.ini:1: line of over 198 bytes; break the value into indented"
		     " lines, or shorten it");
	snprintf(line, sizeof(line), "[%0*d]\n%0*d=x\n y\n", 49, 1, 49, 2);
	snprintf(want, sizeof(want), "1[%0*d]|2[%0*d]%0*d=x|3+[%0*d]%0*d=y|", 49, 1, 49, 1, 49, 2,
		 49, 1, 49, 2);
	expect(line, want);
	snprintf(line, sizeof(line), "%0*d = x\n", 50, 2);
	expect(line, "f.ini:1: key name of over 49 bytes; shorten it");
	snprintf(line, sizeof(line), "[%0*d]\n%0*d=x\n", 190, 1, 49, 2);
	snprintf(want, sizeof(want), "1[%0*d]|2[%0*d]%0*d=x|", 190, 1, 190, 1, 49, 2);
	expect(line, want);
	expect("[a \"[::1]:5\"] ; c\nk=1\n", "1[a \"[::1]:5\"]|2[a \"[::1]:5\"]k=1|");
	expect("[a \"b]\n", "f.ini:1: section without ']'; write [name]");
	expect("[a \"b\"\n", "f.ini:1: section without ']'; write [name]");
}
END_TEST

START_TEST(too_many_keys)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct err err = { "" };

	for (int i = 0; i < 2001; i++)
		buf_addf(&text, "k%d=1\n", i);
	ck_assert_int_eq(ini_read("f", text.data, text.len, &ops, &out, &err), -1);
	ck_assert_str_eq(err.text, "f:2001: more than 2000 keys; is this the right file?");
	buf_release(&text);
	buf_release(&out);
}
END_TEST

START_TEST(files)
{
	char dir[] = "/tmp/hpn-iniread-XXXXXX", path[64], want[128];
	struct buf got = BUF_INIT;
	struct err err = { "" };
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f.ini", dir);
	ck_assert_int_eq(ini_read_file(path, &ops, &got, &err), -1);
	snprintf(want, sizeof(want), "%s: No such file or directory", path);
	ck_assert_str_eq(err.text, want);
	ck_assert_int_eq(ini_read_file(dir, &ops, &got, &err), -1);
	snprintf(want, sizeof(want), "%s: Is a directory", dir);
	ck_assert_str_eq(err.text, want);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("a = b\n", f);
	fclose(f);
	ck_assert_int_eq(ini_read_file(path, &ops, &got, &err), 0);
	ck_assert_str_eq(buf_str(&got), "1[]a=b|");
	ck_assert_int_eq(truncate(path, (off_t)INIREAD_MAX_BYTES + 1), 0);
	ck_assert_int_eq(ini_read_file(path, &ops, &got, &err), -1);
	snprintf(want, sizeof(want), "%s: larger than 1048576 bytes", path);
	ck_assert_str_eq(err.text, want);
	unlink(path);
	rmdir(dir);
	buf_release(&got);
}
END_TEST

UNIT_MAIN("iniread", values_come_one_a_line, indented_lines_go_on, nothing_comes_twice,
	  mistakes_are_told, nothing_is_cut, too_many_keys, files)
