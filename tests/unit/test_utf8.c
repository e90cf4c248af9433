/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/utf8.h"
#include "unit.h"

static size_t encode(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Millions of cases: one assertion for all of a character's. */
static int is_right(uint32_t c)
{
	int valid = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
	uint32_t got = UINT32_MAX;
	char s[4];
	size_t n = encode(c, s);

	if (!valid)
		return utf8_decode(s, n, &got) == 0;
	for (size_t cut = 0; cut < n; cut++)
		if (utf8_decode(s, cut, &got) || utf8_is_cut(s, cut) != (cut > 0))
			return 0;
	return utf8_decode(s, n, &got) == n && got == c && !utf8_is_cut(s, n);
}

START_TEST(every_character)
{
	uint32_t c = 0;

	while (c < 0x120000 && is_right(c))
		c++;
	ck_assert_uint_eq(c, 0x120000);
}
END_TEST

START_TEST(invalid)
{
	static const char *const t[] = { "\x80",
					 "\xbf",
					 "\xc0\x80",
					 "\xc1\xbf",
					 "\xe0\x80\x80",
					 "\xe0\x9f\xbf",
					 "\xed\xa0\x80",
					 "\xf0\x8f\xbf\xbf",
					 "\xf4\x90\x80\x80",
					 "\xf5\x80\x80\x80",
					 "\xff",
					 "\xc3(",
					 "\xe2\x82(",
					 "\xf0\x9f\x98(" };
	uint32_t c;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ck_assert_uint_eq(utf8_decode(t[i], strlen(t[i]), &c), 0);
	ck_assert_int_eq(utf8_is_cut("\xe2(", 2), 0);
	ck_assert_int_eq(utf8_is_cut("\xff", 1), 0);
	ck_assert_int_eq(utf8_is_cut("", 0), 0);
}
END_TEST

START_TEST(blanks)
{
	static const uint32_t all[] = { 0x9,    0xa,    0xb,    0xc,    0xd,    0x20,   0x85,
					0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
					0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
					0x2029, 0x202f, 0x205f, 0x3000 };
	size_t found = 0;

	for (uint32_t c = 0; c < 0x110000; c++)
		found += utf8_is_blank(c) != 0;
	ck_assert_uint_eq(found, sizeof(all) / sizeof(all[0]));
	for (size_t i = 0; i < found; i++) {
		char s[16];
		size_t n = encode(all[i], s), len;
		const char *p = s;

		ck_assert(utf8_is_blank(all[i]));
		memcpy(s + n, "x", 1);
		memcpy(s + n + 1, s, n);
		len = 2 * n + 1;
		utf8_trim(&p, &len);
		ck_assert_uint_eq(len, 1);
		ck_assert_ptr_eq(p, s + n);
	}
}
END_TEST

static void ck_trim(const char *in, const char *want)
{
	size_t len = strlen(in);

	utf8_trim(&in, &len);
	ck_assert_uint_eq(len, strlen(want));
	ck_assert_int_eq(memcmp(in, want, len), 0);
}

START_TEST(trim)
{
	ck_trim("", "");
	ck_trim("  \t\r\n", "");
	ck_trim(" a b ", "a b");
	ck_trim("\x85"
		"a\xa0",
		"\x85"
		"a\xa0"); /* Latin-1, so no characters */
	ck_trim("\xe2\x80"
		"a\xe2\x80",
		"\xe2\x80"
		"a\xe2\x80");
	ck_trim("\xef\xbb\xbf"
		"a\xe2\x80\x8b",
		"\xef\xbb\xbf"
		"a\xe2\x80\x8b");
	ck_trim("\xf0\xc2\xa0", "\xf0");
}
END_TEST

static void ck_show(const char *in, size_t len, size_t max, const char *want)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, ">");
	utf8_show(&b, in, len, max);
	ck_assert_str_eq(buf_str(&b) + 1, want);
	buf_release(&b);
}

START_TEST(show)
{
	ck_show("nginx:1", 7, SIZE_MAX, "nginx:1");
	ck_show("", 0, SIZE_MAX, "");
	ck_show("a\0b", 3, SIZE_MAX, "a\\x00b");
	ck_show("a\r\n\tb\\", 6, SIZE_MAX, "a\\r\\n\\tb\\");
	ck_show("\033[31m\x7f", 6, SIZE_MAX, "\\x1b[31m\\x7f");
	ck_show("\xc2\x9b"
		"31m",
		5, SIZE_MAX, "\\u{9b}31m");
	ck_show("\x9b"
		"31m",
		4, SIZE_MAX, "\\x9b31m");
	ck_show("\xe2\x80\xae"
		"x",
		4, SIZE_MAX, "\\u{202e}x");
	ck_show("\xe2\x80\xa8", 3, SIZE_MAX, "\\u{2028}");
	ck_show("gr\xc3\xbc\xc3\x9f", 6, SIZE_MAX, "gr\xc3\xbc\xc3\x9f");
	ck_show("gr\xc3\xbc\xc3", 5, SIZE_MAX, "gr\xc3\xbc\\xc3");
	ck_show("abcdef", 6, 3, "abc...");
	ck_show("abcdef", 6, 6, "abcdef");
	ck_show("ab\xc3\xbc", 4, 3, "ab...");
	ck_show("ab\n", 3, 3, "ab...");
}
END_TEST

UNIT_MAIN("utf8", every_character, invalid, blanks, trim, show)
