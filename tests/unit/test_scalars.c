/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/suggest.h"

START_TEST(booleans)
{
	static const char *const yes[] = {
		"true", "yes", "on", "t", "1", "TRUE", "Yes", "oN", "T"
	};
	static const char *const no[] = {
		"false", "no", "off", "f", "0", "False", "NO", "Off", "F"
	};
	static const char *const bad[] = { "",      "y",     "n",   "2",  "5",       "01", " true",
					   "true ", "truth", "tru", "-1", "enabled", "00" };
	int v;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		v = -1;
		ck_assert_msg(!parse_bool(yes[i], &v) && v == 1, "%s", yes[i]);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		v = -1;
		ck_assert_msg(!parse_bool(no[i], &v) && v == 0, "%s", no[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = -1;
		ck_assert_msg(parse_bool(bad[i], &v) == -EINVAL && v == -1, "%s", bad[i]);
	}
}
END_TEST

START_TEST(integers)
{
	static const struct {
		const char *text;
		int rc;
		int64_t want;
	} cases[] = {
		{ "0", 0, 0 },
		{ "7", 0, 7 },
		{ "+7", 0, 7 },
		{ "-7", 0, -7 },
		{ "-0", 0, 0 },
		{ "010", 0, 10 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775807", 0, -INT64_MAX },
		{ "9223372036854775808", -ERANGE, 0 },
		{ "18446744073709551617", -ERANGE, 0 },
		{ "99999999999999999999999999999", -ERANGE, 0 },
		{ "99999999999999999999999999999x", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "+", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "--1", -EINVAL, 0 },
		{ "+-1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "0x2", -EINVAL, 0 },
		{ "2.9", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1_000", -EINVAL, 0 },
		{ "two", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t v = 0;
		int rc = parse_int(cases[i].text, &v);

		ck_assert_msg(rc == cases[i].rc && v == cases[i].want, "'%s': %d %lld",
			      cases[i].text, rc, (long long)v);
	}
}
END_TEST

START_TEST(durations)
{
	static const struct {
		const char *text;
		int rc;
		int64_t want;
	} cases[] = {
		{ "30m", 0, 1800 * NS_PER_S },
		{ "1m30.5s", 0, 90500 * NS_PER_MS },
		{ "1h", 0, 3600 * NS_PER_S },
		{ "5ms", 0, 5 * NS_PER_MS },
		{ "7us", 0, 7000 },
		{ "9ns", 0, 9 },
		{ "1.5h", 0, 5400 * NS_PER_S },
		{ ".5s", 0, 500 * NS_PER_MS },
		{ "1.s", 0, NS_PER_S },
		{ "1s1h", 0, 3601 * NS_PER_S },
		{ "300", 0, 300 * NS_PER_S },
		{ "0.25", 0, 250 * NS_PER_MS },
		{ "0", 0, 0 },
		{ "+1s", 0, NS_PER_S },
		{ "-1s", 0, -NS_PER_S },
		{ "1.0000000001s", 0, NS_PER_S },
		{ "0.333333333333333333333333s", 0, 333333333 },
		{ "2562047h", 0, INT64_C(2562047) * 3600 * NS_PER_S },
		{ "2562048h", -ERANGE, 0 },
		{ "9223372036854775808ns", -ERANGE, 0 },
		{ "9223372036", 0, INT64_C(9223372036) * NS_PER_S },
		{ "9223372037", -ERANGE, 0 },
		{ "2562047h2562047h", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ ".s", -EINVAL, 0 },
		{ "5x", -EINVAL, 0 },
		{ "1m30", -EINVAL, 0 },
		{ "30 m", -EINVAL, 0 },
		{ " 30m", -EINVAL, 0 },
		{ "30m ", -EINVAL, 0 },
		{ "1d", -EINVAL, 0 },
		{ "--1s", -EINVAL, 0 },
		{ "1m-1s", -EINVAL, 0 },
		{ "1.2.3s", -EINVAL, 0 },
		{ "5M", -EINVAL, 0 },
		{ "2562048hx", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t v = 0;
		int rc = parse_duration(cases[i].text, &v);

		ck_assert_msg(rc == cases[i].rc && v == cases[i].want, "'%s': %d %lld",
			      cases[i].text, rc, (long long)v);
	}
}
END_TEST

START_TEST(distances)
{
	char longer[80];

	ck_assert_uint_eq(suggest_distance("file", "file"), 0);
	ck_assert_uint_eq(suggest_distance("FILE", "file"), 0);
	ck_assert_uint_eq(suggest_distance("fiel", "file"), 1);
	ck_assert_uint_eq(suggest_distance("fle", "file"), 1);
	ck_assert_uint_eq(suggest_distance("fille", "file"), 1);
	ck_assert_uint_eq(suggest_distance("fire", "file"), 1);
	ck_assert_uint_eq(suggest_distance("reg", "registry"), 1);
	ck_assert_uint_eq(suggest_distance("r", "registry"), 7);
	ck_assert_uint_eq(suggest_distance("", "pull"), 4);
	ck_assert_uint_eq(suggest_distance("kitten", "sitting"), 3);
	memset(longer, 'a', sizeof(longer));
	longer[64] = '\0';
	ck_assert_uint_eq(suggest_distance(longer, longer), SIZE_MAX);
	longer[63] = '\0';
	ck_assert_uint_eq(suggest_distance(longer, longer), 0);
}
END_TEST

START_TEST(nearest)
{
	static const char *const known[] = { "pull", "save", "load", "push" };

	ck_assert_str_eq(suggest_nearest("pul", known, 4), "pull");
	ck_assert_str_eq(suggest_nearest("Save", known, 4), "save");
	ck_assert_str_eq(suggest_nearest("laod", known, 4), "load");
	ck_assert_ptr_null(suggest_nearest("", known, 4));
	ck_assert_ptr_null(suggest_nearest("nginx", known, 4));
	ck_assert_ptr_null(suggest_nearest("pull", known, 0));
}
END_TEST

START_TEST(sizes)
{
	static const struct {
		const char *text;
		int rc;
		int64_t want;
	} cases[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "1k", 0, 1024 },
		{ "500M", 0, INT64_C(500) << 20 },
		{ "1.5G", 0, INT64_C(3) << 29 },
		{ "10GiB", 0, INT64_C(10) << 30 },
		{ "2TB", 0, INT64_C(2) << 40 },
		{ "7b", 0, 7 },
		{ "99999999T", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "G", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1 G", -EINVAL, 0 },
		{ "1ib", -EINVAL, 0 },
		{ "1GG", -EINVAL, 0 },
		{ "10%", -EINVAL, 0 },
	};
	static const int64_t shown[] = {
		0, 1023, 1024, 1536, 32715571, 1048575, INT64_C(1) << 40, INT64_MAX
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t v = 0;

		ck_assert_msg(bytes_parse(cases[i].text, &v) == cases[i].rc && v == cases[i].want,
			      "%s", cases[i].text);
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		bytes_show(&b, shown[i]);
		buf_addc(&b, ' ');
	}
	ck_assert_str_eq(buf_str(&b), "0 B 1.0 kB 1.0 kB 1.5 kB 32.7 MB 1.0 MB 1.1 TB 9.2 EB ");
	buf_release(&b);
}
END_TEST

UNIT_MAIN("scalars", sizes, booleans, integers, durations, distances, nearest)
