/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor/daemon.h"
#include "query/engine_info.h"
#include "doctor/findings.h"

#include <string.h>

#include "unit.h"

START_TEST(facts_are_lines_of_a_word_and_a_value)
{
	static const char text[] = "driver overlay2\nroot /var/lib/my docker\nhttp-proxy \n"
				   "driver second\nunknown x\nrootless false";
	struct engine_info f = { 0 };

	engine_info_parse(&f, text, strlen(text));
	ck_assert_str_eq(f.driver, "overlay2");
	ck_assert_str_eq(f.root, "/var/lib/my docker");
	ck_assert_str_eq(f.rootless, "false");
	ck_assert_ptr_null(f.http_proxy);
	ck_assert_ptr_null(f.staging);
	engine_info_release(&f);
	ck_assert(engine_info_is_folder("/"));
	ck_assert(!engine_info_is_folder("tmp"));
	ck_assert(!engine_info_is_folder("/dev/null"));
	ck_assert(!engine_info_is_folder(NULL));
}
END_TEST

START_TEST(a_setting_is_found_in_json)
{
	ck_assert_int_eq(daemon_setting("{\"a\": 1, \"max\" : 12}", "max"), 12);
	ck_assert_int_eq(daemon_setting("{\"max\":\n 7}", "max"), 7);
	ck_assert_int_eq(daemon_setting("{\"maxi\": 7}", "max"), 0);
	ck_assert_int_eq(daemon_setting("{\"max\"", "max"), 0);
	ck_assert_int_eq(daemon_setting("{\"max\": -3}", "max"), 0);
	ck_assert_int_eq(daemon_setting("", "max"), 0);
}
END_TEST

START_TEST(the_root_of_a_store_is_found_in_toml)
{
	static const struct {
		const char *toml, *root;
	} files[] = {
		{ "version = 2\nroot = \"/data/ctd\"\n[grpc]\n", "/data/ctd" },
		{ "  root='/a b'", "/a b" },
		{ "#root = \"/a\"\nroots = \"/b\"\n\nroot\t=\t\"/c\"\n", "/c" },
		{ "[plugins]\n  root = \"/p\"\n", "" },
		{ "root = \n\"/p\"", "" },
		{ "root", "" },
		{ "root = \"/unfinished\n", "/unfinished" },
		{ "", "" },
	};
	struct buf root = BUF_INIT;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		buf_reset(&root);
		daemon_toml_root(files[i].toml, &root);
		ck_assert_str_eq(buf_str(&root), files[i].root);
	}
	buf_release(&root);
}
END_TEST

START_TEST(findings_are_for_people_and_for_machines)
{
	struct findings f = { 0 };
	struct buf b = BUF_INIT;

	findings_add(&f, FINDING_OK, "docker", "answers", NULL, "version %d", 20);
	findings_add(&f, FINDING_NOTE, "docker", "proxy", "do \"this\"", "odd \033[31m");
	ck_assert(!findings_has_problem(&f));
	findings_add(&f, FINDING_PROBLEM, "here", "space", NULL, "full");
	ck_assert(findings_has_problem(&f));
	findings_text(&f, &b);
	ck_assert_str_eq(buf_str(&b), "docker\n"
				      "  ok       version 20\n"
				      "  note     odd \\x1b[31m\n"
				      "           do \"this\"\n"
				      "\nhere\n"
				      "  problem  full\n");
	buf_reset(&b);
	findings_json(&f, &b);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "{\"ok\":false,\"findings\":[\n"
						  "{\"about\":\"docker\",\"check\":\"answers\","
						  "\"level\":\"ok\",\"text\":\"version 20\","
						  "\"advice\":null},\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "\"advice\":\"do \\\"this\\\"\"}"));
	findings_release(&f);
	buf_release(&b);
}
END_TEST

UNIT_MAIN("doctor", facts_are_lines_of_a_word_and_a_value, a_setting_is_found_in_json,
	  the_root_of_a_store_is_found_in_toml, findings_are_for_people_and_for_machines)
