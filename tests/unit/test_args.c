/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: section 1 of the contract, and the usage checks. */
#include "cfgbed.h"

#include <errno.h>

#include "config/jobs.h"
#include "config/print.h"

static const char *str(enum opt id)
{
	return cfg_str(bed_cfg, id);
}

START_TEST(ways_to_give_a_value)
{
	static const char *const lines[] = { "-a pull", "-apull", "-a=pull", "--action pull",
					     "--action=pull" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_str_eq(bed_parse(lines[i]), "");
		ck_assert_str_eq(str(OPT_ACTION), "pull");
		ck_assert_str_eq(cfg_source(bed_cfg, OPT_ACTION),
				 lines[i][1] == '-' ? "--action" : "-a");
	}
	/* one = is dropped, not two */
	ck_assert_str_eq(bed_parse("-r==x --project==y"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "=x");
	ck_assert_str_eq(str(OPT_PROJECT), "=y");
	ck_assert_str_eq(bed_parse("-r=a=b --project=c=d"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "a=b");
	ck_assert_str_eq(str(OPT_PROJECT), "c=d");
}
END_TEST

START_TEST(letters_in_a_row)
{
	ck_assert_str_eq(bed_parse("-vapull"), "");
	ck_assert_str_eq(str(OPT_ACTION), "pull");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_VERSION), 1);
	ck_assert_str_eq(bed_parse("-nqva=pull"), "");
	ck_assert_str_eq(str(OPT_ACTION), "pull");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_QUIET), 1);
	ck_assert_str_eq(bed_parse("-qa pull"), "");
	ck_assert_str_eq(str(OPT_ACTION), "pull");
	ck_assert_str_eq(bed_parse("-nh=false"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_HELP), 0);
	ck_assert_str_eq(bed_parse("-vq=x"), "-q: 'x' is not a switch; give true or false");
	ck_assert_str_eq(bed_parse("-vxapull"), "unknown flag -x in -vxapull; see hpn --help");
	ck_assert_str_eq(bed_parse("-va"), "-a needs a value: -a ACTION");
}
END_TEST

START_TEST(values_may_begin_with_a_dash)
{
	ck_assert_str_eq(bed_parse("-f -v"), "");
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_FILE)[0], "-v");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_VERSION), 0);
	ck_assert_str_eq(bed_parse("--file --help"), "");
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_FILE)[0], "--help");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_HELP), 0);
	ck_assert_str_eq(bed_parse("-f -- -v"), "");
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_FILE)[0], "--");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_VERSION), 1);
	ck_assert_str_eq(bed_parse("-f -"), "");
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_FILE)[0], "-");
}
END_TEST

/* Where a value needs a =, the next argument must not be taken for an image. */
START_TEST(a_value_that_lacks_its_equals_sign)
{
	static const char want[] = "--compress takes a value only after '=': write"
				   " --compress=zstd:3, or put an image that is called 'zstd:3'"
				   " before --compress";

	ck_assert_str_eq(bed_parse("save --compress zstd:3 alpine"), want);
	ck_assert_str_eq(bed_parse("-a save -f x --compress none"),
			 "--compress takes a value only after '=': write --compress=none, or put an"
			 " image that is called 'none' before --compress");
	ck_assert_str_eq(bed_parse("save zstd --compress"), "");
	ck_assert_str_eq(bed_parse("save --compress alpine"), "");
	ck_assert_str_eq(bed_parse("save --compress -- zstd"), "");
	ck_assert_str_eq(bed_parse("save --compress zstd:latest"), "");
	ck_assert_str_eq(bed_parse("save --compress=zstd zstd"), "");
	ck_assert_str_eq(bed_start("pull --platform bogus x", ""),
			 "--platform: 'bogus' is not a platform; write OS/ARCH, such as"
			 " linux/arm64");
}
END_TEST

START_TEST(the_last_one_wins)
{
	ck_assert_str_eq(bed_parse("-a pull -r x -a save --registry=y"), "");
	ck_assert_str_eq(str(OPT_ACTION), "save");
	ck_assert_str_eq(str(OPT_REGISTRY), "y");
	ck_assert_str_eq(bed_parse("-v -v=false"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_VERSION), 0);
	ck_assert_str_eq(bed_parse("-r x -r ''"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "registry.k8s.local");
	ck_assert_str_eq(bed_start("-a pull -f x -f y", ""), "");
	ck_assert_str_eq(usage_lists(&bed_args, bed_cfg)[0], "y");
	ck_assert_ptr_null(usage_lists(&bed_args, bed_cfg)[1]);
	ck_assert_str_eq(bed_start("-a pull -f x -f ''", ""),
			 "-a pull needs a list of images; give one with -f LIST");
}
END_TEST

START_TEST(a_verb_takes_many_lists)
{
	ck_assert_str_eq(bed_start("pull -f x -f y", ""), "");
	ck_assert_str_eq(usage_lists(&bed_args, bed_cfg)[0], "x");
	ck_assert_str_eq(usage_lists(&bed_args, bed_cfg)[1], "y");
	ck_assert_ptr_null(usage_lists(&bed_args, bed_cfg)[2]);
	ck_assert_str_eq(bed_start("load", ""), "");
	ck_assert_ptr_null(usage_lists(&bed_args, bed_cfg)[0]);
}
END_TEST

START_TEST(flags_stand_anywhere)
{
	ck_assert_str_eq(bed_parse("pull a -r x b -- -c --file"), "");
	ck_assert_int_eq(bed_args.verb, VERB_PULL);
	ck_assert_uint_eq(bed_args.operands.n, 4);
	ck_assert_str_eq(bed_args.operands.v[1], "b");
	ck_assert_str_eq(bed_args.operands.v[2], "-c");
	ck_assert_str_eq(bed_args.operands.v[3], "--file");
	ck_assert_str_eq(str(OPT_REGISTRY), "x");
	ck_assert_str_eq(bed_parse("-r x pull - --"), "");
	ck_assert_uint_eq(bed_args.operands.n, 1);
	ck_assert_str_eq(bed_args.operands.v[0], "-");
	ck_assert_str_eq(bed_parse("-- pull -- x"), "");
	ck_assert_uint_eq(bed_args.operands.n, 2);
	ck_assert_str_eq(bed_parse("-- -v"),
			 "unknown command '-v'; images are named after a verb, as in:"
			 " hpn pull IMAGE, or in a list: -f LIST");
}
END_TEST

START_TEST(booleans_take_a_value_behind_an_equals_sign)
{
	ck_assert_str_eq(bed_parse("--auto-fallback"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_AUTO_FALLBACK), 1);
	ck_assert_str_eq(bed_parse("--auto-fallback=oFF"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_AUTO_FALLBACK), 0);
	ck_assert_str_eq(bed_parse("--auto-fallback=T"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_AUTO_FALLBACK), 1);
	ck_assert_str_eq(bed_parse("--auto-fallback=maybe"),
			 "--auto-fallback: 'maybe' is not a switch; give true or false");
	ck_assert_str_eq(bed_parse("--auto-fallback="),
			 "--auto-fallback: '' is not a switch; give true or false");
	ck_assert_str_eq(bed_parse("--auto-fallback=5"),
			 "--auto-fallback: '5' is not a switch; give true or false");
	ck_assert_str_eq(bed_parse("-a load --auto-fallback false"),
			 "unknown command 'false'; images are named after a verb, as in:"
			 " hpn pull IMAGE, or in a list: -f LIST");
}
END_TEST

START_TEST(integers_are_strict)
{
	ck_assert_str_eq(bed_parse("--save-mode=+2"), "");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_SAVE_MODE), 2);
	ck_assert_str_eq(bed_parse("--save-mode 002"), "");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_SAVE_MODE), 2);
	ck_assert_str_eq(
		bed_parse("--save-mode 0x2"),
		"--save-mode: '0x2' is not a whole number; give a whole number from 1 to 3");
	ck_assert_str_eq(
		bed_parse("--save-mode 2.0"),
		"--save-mode: '2.0' is not a whole number; give a whole number from 1 to 3");
	ck_assert_str_eq(bed_parse("--save-mode ''"),
			 "--save-mode: '' is not a whole number; give a whole number from 1 to 3");
	ck_assert_str_eq(bed_parse("--save-mode 4294967297"), "");
	ck_assert_str_eq(bed_parse("--save-mode 18446744073709551617"),
			 "--save-mode: '18446744073709551617' is out of range;"
			 " give a whole number from 1 to 3");
}
END_TEST

START_TEST(malformed_lines)
{
	ck_assert_str_eq(bed_parse("---help"), "'---help' is not a flag; see hpn --help");
	ck_assert_str_eq(bed_parse("---"), "'---' is not a flag; see hpn --help");
	ck_assert_str_eq(bed_parse("--=x"), "'--=x' is not a flag; see hpn --help");
	ck_assert_str_eq(bed_parse("-=x"), "unknown flag -= in -=x; see hpn --help");
	ck_assert_str_eq(bed_parse("--file"), "--file needs a value: --file LIST");
	ck_assert_str_eq(bed_parse("-f"), "-f needs a value: -f LIST");
	ck_assert_str_eq(bed_parse("--registri x"),
			 "unknown flag --registri; did you mean --registry?");
	ck_assert_str_eq(bed_parse("--reg=x"), "unknown flag --reg; did you mean --registry?");
	ck_assert_str_eq(bed_parse("--File x"), "unknown flag --File; did you mean --file?");
	ck_assert_str_eq(bed_parse("--fiel x"), "unknown flag --fiel; did you mean --file?");
	ck_assert_str_eq(bed_parse("--wholly-different"),
			 "unknown flag --wholly-different; see hpn --help");
	ck_assert_str_eq(bed_parse("-A pull"), "unknown flag -A; see hpn --help");
	ck_assert_str_eq(bed_parse("-version"),
			 "unknown flag -e in -version; did you mean --version?");
	ck_assert_str_eq(bed_parse("-x\033[2J"), "unknown flag -x in -x\\x1b[2J; see hpn --help");
	ck_assert_str_eq(bed_parse("--\033[2J"), "unknown flag --\\x1b[2J; see hpn --help");
	ck_assert_str_eq(bed_parse("-\xc3\xa4"),
			 "unknown flag -\xc3\xa4 in -\xc3\xa4; see hpn --help");
}
END_TEST

START_TEST(the_whole_line_is_read_first)
{
	static const char *const bad[] = { "---x", "--=x",          "--nope",
					   "-f",   "--save-mode x", "--auto-fallback=x",
					   "-j 0", "nope" };
	char line[64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (const char *const *h = (const char *const[]){ "-h", "-v", "-V", NULL }; *h;
		     h++) {
			snprintf(line, sizeof(line), "%s %s", *h, bad[i]);
			ck_assert_msg(*bed_parse(line), "%s", line);
		}
}
END_TEST

START_TEST(help_before_version_before_all)
{
	static const struct {
		const char *line;
		int help, version;
	} cases[] = {
		{ "-h", 1, 0 },
		{ "--help", 1, 0 },
		{ "help", 1, 0 },
		{ "-v", 0, 1 },
		{ "--version", 0, 1 },
		{ "-V", 0, 1 },
		{ "--Version", 0, 1 },
		{ "version", 0, 1 },
		{ "-v -h", 1, 1 },
		{ "-a nope -c /nope -v", 0, 1 },
		{ "-h=false", 0, 0 },
		{ "--version=no", 0, 0 },
		{ "-v -V=false", 0, 1 },
		{ "-a pull", 0, 0 },
		{ "-a pull version", 0, 1 },
		{ "pull version", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(bed_parse(cases[i].line), "");
		ck_assert_msg(args_wants_help(&bed_args, bed_cfg) == cases[i].help, "%s",
			      cases[i].line);
		ck_assert_msg(args_wants_version(&bed_args, bed_cfg) == cases[i].version, "%s",
			      cases[i].line);
	}
	/* case matters */
	ck_assert_str_eq(bed_parse("VERSION"), "unknown command 'VERSION';"
					       " did you mean 'version'?");
	ck_assert_str_eq(bed_parse("--HELP"), "unknown flag --HELP; did you mean --help?");
}
END_TEST

START_TEST(verbs)
{
	ck_assert_str_eq(bed_start("pull nginx", ""), "");
	ck_assert_int_eq(bed_args.verb, VERB_PULL);
	ck_assert_int_eq(bed_args.by_word, 1);
	ck_assert_str_eq(bed_start("load", ""), "");
	ck_assert_str_eq(bed_start("load x.tar", ""), "");
	ck_assert_str_eq(bed_start("config --defaults", ""), "");
	ck_assert_str_eq(bed_start("runtimes", ""), "");
	ck_assert_str_eq(bed_start("completion bash", ""), "");
	ck_assert_str_eq(bed_start("pull", ""),
			 "pull needs images; name them, or give a list with -f LIST");
	ck_assert_str_eq(bed_start("runtimes x", ""), "runtimes takes no words; leave them out");
	ck_assert_str_eq(bed_start("config x", ""), "config takes no words; leave them out");
	ck_assert_str_eq(bed_start("completion", ""),
			 "completion takes one shell: bash, zsh or fish");
	ck_assert_str_eq(bed_start("completion a b", ""),
			 "completion takes one shell: bash, zsh or fish");
	ck_assert_str_eq(bed_start("pul nginx", ""), "unknown command 'pul'; did you mean 'pull'?");
	ck_assert_str_eq(bed_start("pull x --defaults", ""),
			 "--defaults does not apply to pull; leave it out");
	ck_assert_str_eq(bed_start("-a pull save", ""),
			 "both 'save' and -a name an action; give one of them");
	ck_assert_str_eq(bed_start("-a '' pull x", ""), "");
}
END_TEST

START_TEST(actions_in_a_row)
{
	static const struct {
		const char *line;
		enum verb first;
		unsigned chain;
	} good[] = {
		{ "-a pull,save -f x", VERB_PULL, VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) },
		{ "save,push -f x", VERB_SAVE, VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_PUSH) },
		{ "load,push", VERB_LOAD, VERB_BIT(VERB_LOAD) | VERB_BIT(VERB_PUSH) },
		{ "pull,save,push a --save-mode 2 --push-mode 2", VERB_PULL,
		  VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_PUSH) },
		{ "pull a", VERB_PULL, VERB_BIT(VERB_PULL) },
	};
	static const char *const bad[] = { "push,save", "save,pull", "load,save",     "pull,load",
					   "save,load", "push,load", "pull,push,save" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_str_eq(bed_start(good[i].line, ""), "");
		ck_assert_int_eq(bed_args.verb, good[i].first);
		ck_assert_uint_eq(bed_args.chain, good[i].chain);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "-a %s -f x", bad[i]);
		ck_assert_ptr_nonnull(strstr(bed_start(line, ""), "; possible: pull,save"));
	}
	ck_assert_str_eq(bed_start("save,save x", ""),
			 "'save' stands twice in 'save,save'; give it once");
	ck_assert_str_eq(bed_start("-a , -f x", ""),
			 "unknown action '' in ','; give pull, save, load or push");
	ck_assert_str_eq(bed_start("pull,push x --save-mode 1", ""),
			 "--save-mode does not apply to these actions; leave it out");
	ck_assert_str_eq(bed_start("pull,push x --push-mode 3", ""),
			 "--push-mode: mode 3 is out of range; give --push-mode 1 to 2");
}
END_TEST

START_TEST(an_action_is_needed)
{
	static const char none[] = "no action; give -a pull, save, load or push"
				   " (see hpn --help)";

	ck_assert_str_eq(bed_start("", ""), none);
	ck_assert_str_eq(bed_start("-f list", ""), none);
	ck_assert_str_eq(bed_start("-a '' -f list", ""), none);
	ck_assert_str_eq(bed_start("-a PULL -f list", ""),
			 "unknown action 'PULL'; did you mean 'pull'?");
	ck_assert_str_eq(bed_start("-a nope -f list", ""),
			 "unknown action 'nope'; give -a pull, save, load or push");
	ck_assert_str_eq(bed_start("-a version", ""),
			 "unknown action 'version'; give -a pull, save, load or push");
	ck_assert_str_eq(bed_start("-a pull,sav -f list", ""),
			 "unknown action 'sav' in 'pull,sav'; did you mean 'save'?");
	/* before what is wrong with the rest */
	ck_assert_str_eq(bed_start("-a nope --save-mode 9", ""),
			 "unknown action 'nope'; give -a pull, save, load or push");
}
END_TEST

START_TEST(a_list_is_needed_but_for_load)
{
	ck_assert_str_eq(bed_start("-a pull", ""),
			 "-a pull needs a list of images; give one with -f LIST");
	ck_assert_str_eq(bed_start("-a save -f ''", ""),
			 "-a save needs a list of images; give one with -f LIST");
	ck_assert_str_eq(bed_start("-a push", ""),
			 "-a push needs a list of images; give one with -f LIST");
	ck_assert_str_eq(bed_start("-a load", ""), "");
	ck_assert_int_eq(bed_args.verb, VERB_LOAD);
	ck_assert_int_eq(bed_args.by_word, 0);
	ck_assert_str_eq(bed_start("-a load -f nothing", ""), "");
	/* it comes before the modes */
	ck_assert_str_eq(bed_start("-a pull --save-mode 1", ""),
			 "-a pull needs a list of images; give one with -f LIST");
}
END_TEST

START_TEST(modes_of_other_actions)
{
	static const char *const names[] = { "pull", "save", "load", "push" };
	static const char *const flags[] = { NULL, "save-mode", "load-mode", "push-mode" };
	char line[80], want[80];

	for (size_t a = 0; a < 4; a++)
		for (size_t f = 1; f < 4; f++)
			for (int mode = 0; mode < 2; mode++) {
				snprintf(line, sizeof(line), "-a %s -f x --%s %d", names[a],
					 flags[f], mode);
				snprintf(want, sizeof(want),
					 "--%s does not apply to %s; leave it out", flags[f],
					 names[a]);
				ck_assert_str_eq(bed_start(line, ""), a == f ? "" : want);
			}
	/* a configuration may have them all */
	ck_assert_str_eq(bed_start("-a pull -f x", "HPN_MODES_SAVE_MODE=3\n"
						   "HPN_MODES_PUSH_MODE=3"),
			 "");
}
END_TEST

START_TEST(modes_have_a_range)
{
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 3", ""), "");
	ck_assert_int_eq(usage_mode(bed_args.verb, bed_cfg), 3);
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 4", ""),
			 "--save-mode: mode 4 is out of range; give --save-mode 1 to 3");
	ck_assert_str_eq(bed_start("-a load --load-mode -1", ""),
			 "--load-mode: mode -1 is out of range; give --load-mode 1 to 3");
	ck_assert_str_eq(bed_start("-a push -f x --push-mode 3", ""),
			 "--push-mode: mode 3 is out of range; give --push-mode 1 to 2");
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 4294967298", ""),
			 "--save-mode: mode 4294967298 is out of range;"
			 " give --save-mode 1 to 3");
	/* 0 is as good as none, and the configuration's counts */
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 0", ""), "");
	ck_assert_int_eq(usage_mode(bed_args.verb, bed_cfg), 1);
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 0", "HPN_MODES_SAVE_MODE=2"), "");
	ck_assert_int_eq(usage_mode(bed_args.verb, bed_cfg), 2);
	ck_assert_str_eq(bed_start("-a save -f x --save-mode 3", "HPN_MODES_SAVE_MODE=2"), "");
	ck_assert_int_eq(usage_mode(bed_args.verb, bed_cfg), 3);
	ck_assert_str_eq(bed_start("-a push -f x", "HPN_MODES_PUSH_MODE=3"),
			 "HPN_MODES_PUSH_MODE: mode 3 is out of range; give --push-mode 1 to 2");
	ck_assert_str_eq(bed_start("-a push -f x --push-mode 0", "HPN_MODES_PUSH_MODE=3"),
			 "HPN_MODES_PUSH_MODE: mode 3 is out of range; give --push-mode 1 to 2");
	ck_assert_str_eq(bed_start("-a push -f x --push-mode 1", "HPN_MODES_PUSH_MODE=3"), "");
	ck_assert_str_eq(bed_start("-a pull -f x", ""), "");
	ck_assert_int_eq(usage_mode(bed_args.verb, bed_cfg), 1);
}
END_TEST

START_TEST(an_empty_project_is_given)
{
	ck_assert_str_eq(bed_start("-a push -f x -p ''", "HPN_PROJECT=conf"), "");
	ck_assert_int_eq(cfg_given_by_flag(bed_cfg, OPT_PROJECT), 1);
	ck_assert_str_eq(str(OPT_PROJECT), "conf");
	ck_assert_str_eq(bed_start("-a push -f x --project=", ""), "");
	ck_assert_int_eq(cfg_given_by_flag(bed_cfg, OPT_PROJECT), 1);
	ck_assert_str_eq(str(OPT_PROJECT), "library");
	ck_assert_str_eq(bed_start("-a push -f x", "HPN_PROJECT=conf"), "");
	ck_assert_int_eq(cfg_given_by_flag(bed_cfg, OPT_PROJECT), 0);
	ck_assert_int_eq(cfg_is_set(bed_cfg, OPT_PROJECT), 1);
	/* what is wrong with a target is told where it is made */
	ck_assert_str_eq(bed_start("-a push -f x -r http://x -p a:b", ""), "");
}
END_TEST

/* What -j may be, on a machine with six cores. */
START_TEST(jobs_come_in_four_forms)
{
	static const struct {
		const char *text;
		int rc;
		unsigned n;
	} forms[] = {
		{ "1", 0, 1 },         { "256", 0, 256 },
		{ "257", -ERANGE, 0 }, { "0", -ERANGE, 0 },
		{ "-3", -ERANGE, 0 },  { "100%", 0, 6 },
		{ "50%", 0, 3 },       { "25%", 0, 1 },
		{ "1%", 0, 1 },        { "0%", -ERANGE, 0 },
		{ "200%", 0, 12 },     { "10000%", -ERANGE, 0 },
		{ "+0", 0, 6 },        { "+2", 0, 8 },
		{ "+250", 0, 256 },    { "+251", -ERANGE, 0 },
		{ "auto", 0, 0 },      { "Auto", -EINVAL, 0 },
		{ "", -EINVAL, 0 },    { "%", -EINVAL, 0 },
		{ "+", -EINVAL, 0 },   { "+2%", -EINVAL, 0 },
		{ "two", -EINVAL, 0 }, { "99999999999999999999", -ERANGE, 0 },
		{ "++2", -EINVAL, 0 }, { "4 ", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		unsigned n = 0;

		ck_assert_msg(jobs_parse(forms[i].text, 6, &n) == forms[i].rc, "%s", forms[i].text);
		ck_assert_uint_eq(n, forms[i].n);
	}
}
END_TEST

START_TEST(jobs)
{
	static const char *const bad[] = { "0", "-1", "257", "x", "''", "4.0", "0x4" };
	char line[32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "-j %s", bad[i]);
		ck_assert_msg(strstr(bed_parse(line), "give a whole number from 1 to 256"),
			      "%s: %s", line, bed_err.text);
	}
	ck_assert_str_eq(bed_parse("-j256"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 256);
	ck_assert_int_eq(cfg_finds_level(bed_cfg), 0);
	ck_assert_str_eq(bed_parse("--jobs 1"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 1);
	ck_assert_str_eq(bed_parse(""), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 4);
	ck_assert_int_eq(cfg_finds_level(bed_cfg), 1);
	ck_assert_int_eq(cfg_max_workers(bed_cfg), 0);
	ck_assert_str_eq(bed_parse("-j 8 --serial"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 1);
	ck_assert_str_eq(bed_load("", "HPN_SERIAL=1\nHPN_PARALLEL_MAX=7"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 1);
	ck_assert_str_eq(bed_load("--serial=no", "HPN_SERIAL=1\nHPN_PARALLEL_MAX=7"), "");
	ck_assert_int_eq(cfg_max_workers(bed_cfg), 7);
	ck_assert_int_eq(cfg_workers(bed_cfg), 4);
	ck_assert_str_eq(bed_load("", "HPN_PARALLEL_AUTO=no\nHPN_PARALLEL_MAX=7"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 7);
	ck_assert_int_eq(cfg_finds_level(bed_cfg), 0);
	ck_assert_str_eq(bed_load("-j auto", "HPN_PARALLEL_AUTO=no\nHPN_PARALLEL_MAX=3"), "");
	ck_assert_int_eq(cfg_workers(bed_cfg), 3);
	ck_assert_int_eq(cfg_finds_level(bed_cfg), 1);
	ck_assert_str_eq(bed_load("-j auto --serial", ""), "");
	ck_assert_int_eq(cfg_finds_level(bed_cfg), 0);
	ck_assert_str_eq(bed_load("", "HPN_SERIAL=2"),
			 "HPN_SERIAL: '2' is not a switch; give true or false");
	ck_assert_str_eq(bed_load("-j 8", "HPN_PARALLEL_MAX=101"),
			 "HPN_PARALLEL_MAX: '101' is out of range;"
			 " give a whole number from 1 to 100");
}
END_TEST

START_TEST(values_of_other_flags)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
		{ "--timeout 5m", "" },
		{ "--timeout 300", "" },
		{ "--timeout 0",
		  "--timeout: '0' is not over zero; give a time over zero, such as 90s, 5m or"
		  " 1h30m, or a share such as 300%" },
		{ "--timeout=-5s",
		  "--timeout: '-5s' is not over zero; give a time over zero, such as 90s, 5m or"
		  " 1h30m, or a share such as 300%" },
		{ "--timeout soon",
		  "--timeout: 'soon' is not a time; give a time over zero, such as 90s, 5m or"
		  " 1h30m, or a share such as 300%" },
		{ "--timeout 9999999h",
		  "--timeout: '9999999h' is too long; give a time over zero, such as 90s,"
		  " 5m or 1h30m, or a share such as 300%" },
		{ "--retries 11",
		  "--retries: '11' is out of range; give a whole number from 1 to 10" },
		{ "--output lines", "" },
		{ "--output line", "--output: unknown value 'line'; use ordered, grouped,"
				   " lines or none" },
		{ "--output ''", "" },
		{ "--max-failures 3", "" },
		{ "--max-failures 10%", "" },
		{ "--max-failures 101%",
		  "--max-failures: '101%' is out of range; give a whole number such as 3, or a"
		  " share such as 10%" },
		{ "--max-failures %",
		  "--max-failures: '%' is not a whole number or a share; give a whole number such"
		  " as 3, or a share such as 10%" },
		{ "--platform a\tb", "--platform: holds the control character 0x09; remove it" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(bed_parse(cases[i].line), cases[i].want);
	ck_assert_str_eq(bed_parse("--max-failures 10% --timeout 300 --kill-after 1.5s"), "");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_MAX_FAILURES), -10);
	ck_assert_int_eq(cfg_duration_ns(bed_cfg, OPT_TIMEOUT), INT64_C(300000000000));
	ck_assert_int_eq(cfg_duration_ns(bed_cfg, OPT_KILL_AFTER), INT64_C(1500000000));
	ck_assert_int_eq(cfg_duration_ns(bed_cfg, OPT_RETRY_MAX_DELAY), INT64_C(30000000000));
}
END_TEST

START_TEST(the_table_is_sound)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct err why = { "" };
	int64_t num;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);
		const char *name = o->flag ? o->flag : o->key;

		ck_assert_msg(name != NULL, "option %u has neither flag nor key", i);
		ck_assert_msg(o->help && o->def && *o->help, "%s", name);
		ck_assert_msg((o->kind == KIND_BOOL) == (o->arg == NULL), "%s", name);
		ck_assert_msg((o->kind == KIND_CHOICE) == (o->choices != NULL), "%s", name);
		ck_assert_msg(!option_read((enum opt)i, o->def, 0, &num, &why) ||
				      (!o->key && !*o->def),
			      "%s: %s", name, why.text);
		if (o->flag)
			ck_assert_uint_eq(option_by_flag(o->flag, strlen(o->flag)), i);
		if (o->letter)
			ck_assert_uint_eq(option_by_letter(o->letter), i);
		if (o->key)
			ck_assert_uint_eq(option_by_key(o->key), i);
		for (unsigned k = 0; k < i; k++)
			if (option_env_short((enum opt)i, &a)) {
				option_env_full((enum opt)k, &b);
				ck_assert_str_ne(buf_str(&a), buf_str(&b));
				option_env_short((enum opt)k, &b);
				ck_assert_str_ne(buf_str(&a), buf_str(&b));
			}
	}
	buf_release(&a);
	buf_release(&b);
}
END_TEST

/* Lines of up to 79 columns that end in no space; how many. */
static int count_lines(const char *text)
{
	int lines = 0;

	for (const char *p = text; *p; lines++) {
		size_t len = strcspn(p, "\n");

		ck_assert_msg(len < 80, "%.*s", (int)len, p);
		ck_assert_int_eq(p[len], '\n');
		ck_assert_msg(!len || p[len - 1] != ' ', "%.*s", (int)len, p);
		p += len + 1;
	}
	return lines;
}

/* The flag begins a line of the text, perhaps after its letter. */
static int has_flag(const char *text, const char *flag)
{
	char after_letter[64], alone[64];

	snprintf(after_letter, sizeof(after_letter), ", --%s", flag);
	snprintf(alone, sizeof(alone), "\n      --%s", flag);
	for (const char *p = text; (p = strstr(p, "--")) != NULL; p += 2)
		if (!strncmp(p + 2, flag, strlen(flag)) && strchr(" [\n", p[2 + strlen(flag)]) &&
		    ((p - text >= 2 && !strncmp(p - 2, after_letter, strlen(flag) + 4)) ||
		     (p - text >= 7 && !strncmp(p - 7, alone, strlen(flag) + 9))))
			return 1;
	return 0;
}

START_TEST(help_fits_a_screen)
{
	struct buf help = BUF_INIT;
	int lines;

	config_help(&help, HELP_SHORT, 80);
	lines = count_lines(buf_str(&help));
	ck_assert_int_ge(lines, 24);
	ck_assert_int_le(lines, 40);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);

		if (o->flag)
			ck_assert_msg(has_flag(buf_str(&help), o->flag) ==
					      !!(o->bits & OPT_F_FIRST),
				      "--%s", o->flag);
	}
	buf_reset(&help);
	config_help(&help, HELP_SHORT, 1);
	for (const char *p = buf_str(&help); *p; p += strcspn(p, "\n") + 1)
		ck_assert_msg(strcspn(p, "\n") <= 60, "%.*s", (int)strcspn(p, "\n"), p);
	buf_release(&help);
}
END_TEST

START_TEST(help_has_everything)
{
	struct buf help = BUF_INIT;

	config_help(&help, HELP_ALL, 80);
	count_lines(buf_str(&help));
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const char *flag = option_get((enum opt)i)->flag;

		if (flag)
			ck_assert_msg(has_flag(buf_str(&help), flag), "--%s", flag);
	}
	buf_release(&help);
}
END_TEST

START_TEST(help_for_a_verb)
{
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);
		struct buf help = BUF_INIT;

		config_help(&help, VERB_BIT(v), 80);
		ck_assert_int_le(count_lines(buf_str(&help)), 60);
		for (int i = 0; i < 2; i++)
			ck_assert_ptr_nonnull(strstr(buf_str(&help), info->examples[i]));
		for (unsigned i = 0; i < OPT_COUNT; i++) {
			const struct option *o = option_get((enum opt)i);

			if (!o->flag || i == OPT_ACTION)
				continue;
			if (o->verbs && !(o->verbs & VERB_BIT(v)))
				ck_assert_msg(!has_flag(buf_str(&help), o->flag), "%s --%s",
					      info->name, o->flag);
			else if (!(o->bits & OPT_F_HIDDEN) || o->verbs == VERB_BIT(v))
				ck_assert_msg(has_flag(buf_str(&help), o->flag), "%s --%s",
					      info->name, o->flag);
		}
		buf_release(&help);
	}
}
END_TEST

START_TEST(help_topics)
{
	static const struct {
		const char *line;
		unsigned verbs;
		const char *error; /* NULL: none */
	} cases[] = {
		{ "--help", HELP_SHORT, NULL },
		{ "help", HELP_SHORT, NULL },
		{ "-a pull -h", HELP_SHORT, NULL },
		{ "help pull", VERB_BIT(VERB_PULL), NULL },
		{ "pull --help", VERB_BIT(VERB_PULL), NULL },
		{ "pull nginx -h", VERB_BIT(VERB_PULL), NULL },
		{ "help help", VERB_BIT(VERB_HELP), NULL },
		{ "pull,save -h", VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE), NULL },
		{ "help pull,save", VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE), NULL },
		{ "help --all", HELP_ALL, NULL },
		{ "help pull --all", HELP_ALL, NULL },
		{ "--help --all", HELP_ALL, NULL },
		{ "help pul", 0, "no help for 'pul'; did you mean 'hpn help pull'?" },
		{ "help frob", 0,
		  "no help for 'frob', which is not a verb; hpn --help lists the verbs" },
		{ "help pull save", 0, "help takes one verb, as in: hpn help pull" },
		{ "help pull,frob", 0,
		  "unknown action 'frob' in 'pull,frob'; give pull, save, load or push" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { "" };
		unsigned topic;
		int rc;

		ck_assert_str_eq(bed_parse(cases[i].line), "");
		ck_assert_int_eq(args_wants_help(&bed_args, bed_cfg), 1);
		rc = args_help_topic(&bed_args, bed_cfg, &topic, &err);
		ck_assert_str_eq(err.text, cases[i].error ? cases[i].error : "");
		ck_assert_int_eq(rc, cases[i].error ? -1 : 0);
		if (!rc)
			ck_assert_msg(topic == cases[i].verbs, "%s: %#x", cases[i].line, topic);
	}
}
END_TEST

START_TEST(options_for_programs)
{
	struct buf table = BUF_INIT;
	unsigned lines = 0;

	config_options(&table);
	for (const char *p = buf_str(&table); *p; p += strcspn(p, "\n") + 1, lines++) {
		int tabs = 0;

		for (const char *q = p; *q != '\n'; q++)
			tabs += *q == '\t';
		ck_assert_int_eq(tabs, 9);
	}
	ck_assert_uint_eq(lines, OPT_COUNT);
	ck_assert_ptr_nonnull(strstr(buf_str(&table),
				     "\njobs\tj\tN\tparallel.max_workers\tHPN_PARALLEL_MAX,"
				     "HPN_PARALLEL_MAX_WORKERS\t4\t-\tpull,save,load,push,"
				     "verify,index\t"
				     "shown\t"));
	ck_assert_ptr_nonnull(strstr(buf_str(&table), "\n-\t-\tFORMAT\tlogging.format\t"
						      "HPN_LOG_FORMAT,HPN_LOGGING_FORMAT\t"
						      "text\ttext,json\t-\tshown\t"));
	buf_release(&table);
}
END_TEST

BED_MAIN("args", jobs_come_in_four_forms, ways_to_give_a_value, letters_in_a_row,
	 values_may_begin_with_a_dash, a_value_that_lacks_its_equals_sign, the_last_one_wins,
	 a_verb_takes_many_lists, flags_stand_anywhere, booleans_take_a_value_behind_an_equals_sign,
	 integers_are_strict, malformed_lines, the_whole_line_is_read_first,
	 help_before_version_before_all, verbs, actions_in_a_row, an_action_is_needed,
	 a_list_is_needed_but_for_load, modes_of_other_actions, modes_have_a_range,
	 an_empty_project_is_given, jobs, values_of_other_flags, the_table_is_sound,
	 help_fits_a_screen, help_has_everything, help_for_a_verb, help_topics,
	 options_for_programs)
