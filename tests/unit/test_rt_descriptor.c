/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/slurp.h"
#include "runtime/argv.h"
#include "runtime/builtin.h"
#include "runtime/descriptor.h"
#include "runtime/version.h"

#define HEAD "[runtime]\nname = x\nprogram = xp\n[probe]\nargv = version\n"
#define PULL "[pull]\nargv = pull\n  %{image}\n"

static struct runtime *read_text(const char *text, struct err *err)
{
	return descriptor_read("x.ini", "x", text, strlen(text), true, err);
}

/* The descriptor of a file of the project, looked at in full. */
static struct runtime *read_file(const char *name)
{
	struct buf path = BUF_INIT, data = BUF_INIT;
	struct err err = { "" };
	struct runtime *rt;

	buf_addf(&path, "%s/runtimes/%s.ini", getenv("HPN_SRCDIR"), name);
	ck_assert_int_eq(slurp(buf_str(&path), 1 << 20, &data, &err), 0);
	rt = descriptor_read(buf_str(&path), name, buf_str(&data), data.len, true, &err);
	ck_assert_msg(rt != NULL, "%s", err.text);
	buf_release(&path);
	buf_release(&data);
	return rt;
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "", "x.ini:1: no section [runtime]; add it, with name and program" },
	{ "name = x\n", "x.ini:1: 'name' stands before the first [section]" },
	{ "[runtimes]\n", "x.ini:1: no section [runtimes] in a descriptor; did you mean"
			  " [runtime]?" },
	{ "[completely-else]\n", "x.ini:1: no section [completely-else] in a descriptor;"
				 " hpn-runtime(5) has them all" },
	{ "[errors pulled]\n", "x.ini:1: no section [errors pulled] in a descriptor;"
			       " hpn-runtime(5) has them all" },
	{ "[runtime]\nnmae = x\n", "x.ini:2: no key 'nmae' in [runtime]; did you mean"
				   " 'name'?" },
	{ "[runtime]\ncolour = x\n", "x.ini:2: no key 'colour' in [runtime];"
				     " hpn-runtime(5) has them all" },
	{ "[runtime]\nname = x\nname = x\n", "x.ini:3: key 'name' comes twice; keep one" },
	{ HEAD PULL "[pull]\n", "x.ini:9: section [pull] comes twice; join the two" },
	{ "[runtime]\nname =\n", "x.ini:2: 'name' is empty; give it a value or leave it out" },
	{ "[runtime]\nname = y\n", "x.ini:2: 'y' has to be in a file y.ini; rename one of"
				   " them" },
	{ "[runtime]\nname = ../x\n", "x.ini:2: '../x' is not a name for a runtime; up to 32 of"
				      " a-z, 0-9, '-', '_' and '.', first a letter or digit" },
	{ "[runtime]\nname = x\n  y\n", "x.ini:3: 'name' takes one line; join them" },
	{ "[runtime]\nprogram = bin/x\n", "x.ini:2: program 'bin/x' is a relative path; give"
					  " a name that is in PATH, or an absolute path" },
	{ "[runtime]\nprogram = -x\n", "x.ini:2: program '-x' begins with '-'; give its"
				       " name" },
	{ "[runtime]\npriority = 0\n", "x.ini:2: priority '0' is not a number from 1 to 1000" },
	{ "[runtime]\npriority = ten\n", "x.ini:2: priority 'ten' is not a number from 1 to"
					 " 1000" },
	{ "[runtime]\npriority = 99999999999999999999\n",
	  "x.ini:2: priority"
	  " '99999999999999999999' is not a number from 1 to 1000" },
	{ "[runtime]\nname = x\n", "x.ini:1: [runtime] has no program; add it" },
	{ "# c\n[runtime]\nprogram = x\n", "x.ini:2: [runtime] has no name; add it" },
	{ "[runtime]\nname = x\nprogram = x\n",
	  "x.ini:1: no section [probe]; add it, with"
	  " the argv of a command that asks for the version" },
	{ "[runtime]\nname = x\nprogram = x\n[probe]\nargv =\n",
	  "x.ini:4: [probe] has no"
	  " argv; add the words of the command, one a line" },
	{ HEAD, "x.ini:1: none of the sections [pull], [save], [load], [tag], [push]; add"
		" what the runtime can do" },
	{ HEAD "[pull]\n", "x.ini:6: [pull] has no argv; add the words of the command, one a"
			   " line" },
	{ HEAD "[pull]\nargv =\n", "x.ini:6: [pull] has no argv; add the words of the"
				   " command, one a line" },
	{ HEAD "[pull]\nargv = pull\n", "x.ini:6: the argv of [pull] never says %{image}; add"
					" a line with it" },
	{ HEAD "[pull]\nargv = pull\n  ?platform %{image}\n",
	  "x.ini:6: the argv of [pull]"
	  " never says %{image}; add a line with it" },
	{ HEAD "[save]\nargv = save\n  %{image}\n", "x.ini:6: the argv of [save] never says"
						    " %{file}; add a line with it" },
	{ HEAD "[load]\nargv = load\n", "x.ini:6: the argv of [load] never says %{file}; add a"
					" line with it" },
	{ HEAD "[tag]\nargv = tag\n  %{image}\n", "x.ini:6: the argv of [tag] never says"
						  " %{target}; add a line with it" },
	{ HEAD "[push]\nargv = push\n", "x.ini:6: the argv of [push] never says %{target}; add"
					" a line with it" },
	{ HEAD "[pull]\nargv = pull\n  %{imgae}\n", "x.ini:8: no variable 'imgae' in [pull];"
						    " did you mean 'image'?" },
	{ HEAD "[pull]\nargv = pull\n  %{file}\n",
	  "x.ini:8: no variable 'file' in [pull];"
	  " known there: image, image_full, platform, insecure, client, server,"
	  " api" },
	{ HEAD "[pull]\nargv = pull\n  %{}\n",
	  "x.ini:8: no variable '' in [pull];"
	  " known there: image, image_full, platform, insecure, client, server,"
	  " api" },
	{ HEAD "[pull]\nargv = pull\n  %{image\n", "x.ini:8: '%' begins neither %{variable}"
						   " nor %%; write %% for a percent sign" },
	{ HEAD "[pull]\nargv = pull\n  100%\n", "x.ini:8: '%' begins neither %{variable} nor"
						" %%; write %% for a percent sign" },
	{ HEAD "[pull]\nargv = pull\n  --platform=%{platform}\n",
	  "x.ini:8: %{platform} is"
	  " not always set; write ?platform --platform=%{platform}" },
	{ HEAD "[pull]\nargv = pull\n  ?insecure --platform=%{platform}\n",
	  "x.ini:8:"
	  " %{platform} is not always set; write ?platform --platform=%{platform}" },
	{ HEAD "[pull]\nargv = pull\n  ?platfrom -p\n", "x.ini:8: no variable 'platfrom' in"
							" [pull]; did you mean 'platform'?" },
	{ HEAD "[pull]\nargv = pull\n  ?platform\n", "x.ini:8: '?platform' has no word"
						     " after the condition; write ?variable"
						     " word" },
	{ HEAD "[pull]\nargv = pull\n  ?platform ?api>=1\n",
	  "x.ini:8: '?api>=1' has no word after the condition; write ?variable word" },
	{ HEAD "[pull]\nargv = pull\n  ?platform>=1 x\n",
	  "x.ini:8: 'platform' is not a version; write ?platform without a comparison" },
	{ HEAD "[pull]\nargv = pull\n  ?api>=new x\n",
	  "x.ini:8: 'new' is not a version; write numbers, such as ?api>=1.48" },
	{ HEAD "[pull]\nargv = pull\n  ?api< x\n",
	  "x.ini:8: '' is not a version; write numbers, such as ?api>=1.48" },
	{ HEAD "[pull]\nargv = pull\n  ?api=1.48 x\n",
	  "x.ini:8: '=1.48' does not compare; use >= or <" },
	{ HEAD "[pull]\nargv = pull\n  ?api>1.48 x\n",
	  "x.ini:8: '>1.48' does not compare; use >= or <" },
	{ HEAD "[pull]\nargv = pull\n  ?ap>=1 x\n",
	  "x.ini:8: no variable 'ap' in [pull]; did you mean 'api'?" },
	{ HEAD "[pull]\nargv = pull\n  --api=%{api}\n  %{image}\n",
	  "x.ini:8: %{api} is not always set; write ?api --api=%{api}" },
	{ HEAD "[pull]\nargv = pull\n  ?api>=1.48 x\n  %{image}\n[version]\nargv = version\n"
	       "client = (x)\n",
	  "x.ini:6: [pull] depends on 'api'; add a section [version] with argv and api" },
	{ HEAD PULL "[version]\nargv = version\n  ?api>=1 x\n",
	  "x.ini:11: no variable 'api' in [version]; known there: none" },
	{ HEAD "[pull]\nclass = net\n", "x.ini:7: class 'net' is none of network, disk, cpu" },
	{ HEAD "  %{image}\n", "x.ini:6: no variable 'image' in [probe]; known there: none" },
	{ HEAD "version = [0-9\n", NULL /* the C library's words; see below */ },
	{ HEAD "version = ^[0-9]\n", "x.ini:6: expression '^[0-9]' has no (group) around what"
				     " is wanted" },
	{ HEAD "version = (a)(b)\n", "x.ini:6: expression '(a)(b)' has more than one (group),"
				     " and it is not clear which is meant" },
	{ "[env]\n1A = x\n", "x.ini:2: '1A' is not a name for an environment variable" },
	{ "[env]\nA-B = x\n", "x.ini:2: 'A-B' is not a name for an environment variable" },
	{ "[env]\nA = x\n  y\n", "x.ini:3: 'A' takes one line; join them" },
	{ "[errors]\ndeneid = x\n", "x.ini:2: no class of errors 'deneid'; did you mean"
				    " 'denied'?" },
	{ "[errors]\nwhatever = x\n",
	  "x.ini:2: no class of errors 'whatever'; there are"
	  " no-space, daemon-down, throttled, denied, missing, invalid, transient" },
	{ "[errors]\ntimeout = x\n",
	  "x.ini:2: no class of errors 'timeout'; there are"
	  " no-space, daemon-down, throttled, denied, missing, invalid, transient" },
	{ "[errors]\ndenied = a\n  b*\n", "x.ini:3: expression 'b*' matches everything; make"
					  " it say more" },
	{ "[errors]\ndenied = (a)\\1\n", "x.ini:2: bad expression '(a)\\1': back-references"
					 " are not for expressions here" },
	{ "[errors]\ndenied = (a{9}){9}\n", "x.ini:2: bad expression '(a{9}){9}': only one"
					    " {m,n} to an expression, up to 99" },
	{ "[errors]\ndenied = a{1,32000}\n", "x.ini:2: bad expression 'a{1,32000}': only one"
					     " {m,n} to an expression, up to 99" },
	{ "[errors]\ndenied = ((((((((((((a))))))))))))\n",
	  "x.ini:2: bad expression"
	  " '((((((((((((a))))))))))))': over 10 brackets within each other" },
	{ "[errors]\ndenied = ^Error ++++++++++++++++++++++++\n",
	  "x.ini:2: bad expression '^Error ++++++++++++++++++++++++': '+' repeats what is"
	  " repeated; remove one" },
	{ "[errors]\ndenied = x a*?b\n",
	  "x.ini:2: bad expression 'x a*?b': '?' repeats what is repeated; remove one" },
	{ "[errors]\ndenied = ((((((((((a+)+)+)+)+)+)+)+)+)+){99}\n",
	  "x.ini:2: bad expression '((((((((((a+)+)+)+)+)+)+)+)+)+){99}': it repeats too much;"
	  " break it up" },
	{ "[hints]\ndenied = log in to %{hots}\n", "x.ini:2: no variable 'hots' in [hints];"
						   " did you mean 'host'?" },
	{ "[hints]\nunclear = x\n",
	  "x.ini:2: no class of errors 'unclear'; there are"
	  " no-space, daemon-down, throttled, denied, missing, invalid, transient" },
};

START_TEST(each_mistake_is_one_error)
{
	size_t i = (size_t)_i;
	struct err err = { "" };

	ck_assert_ptr_null(read_text(mistakes[i].text, &err));
	if (mistakes[i].error)
		ck_assert_str_eq(err.text, mistakes[i].error);
	else
		ck_assert(!strncmp(err.text, "x.ini:6: bad expression '[0-9': ", 32));
}
END_TEST

START_TEST(small_one)
{
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD PULL, &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	ck_assert_str_eq(rt->name, "x");
	ck_assert_str_eq(rt->program, "xp");
	ck_assert_str_eq(rt->description, "");
	ck_assert_str_eq(rt->source, "x.ini");
	ck_assert_int_eq(rt->priority, 0);
	ck_assert(rt->verb[RT_PULL].given && !rt->verb[RT_SAVE].given);
	ck_assert_int_eq(rt->verb[RT_PULL].work, RT_NETWORK);
	ck_assert_int_eq(rt->verb[RT_SAVE].work, RT_DISK);
	runtime_free(rt);
}
END_TEST

/* Those for one verb before the others of their class; else as in the file. */
START_TEST(rules_are_in_order)
{
	static const char *const want[] = { "e", "d", "a", "f", "c", "b" };
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD PULL "[errors]\ntransient = b\nmissing = a\n"
						 "invalid = c\nno-space.x =\n  e\n  d\n"
						 "[errors load]\ninvalid.y = f\n",
				       &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	ck_assert_uint_eq(rt->n_rules, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(rt->rules[i].pattern.text, want[i]);
	ck_assert_str_eq(rt->rules[0].name, "no-space.x");
	ck_assert_uint_eq(rt->rules[3].verbs, RT_BIT(RT_LOAD));
	runtime_free(rt);
}
END_TEST

START_TEST(hints_have_lines_and_defaults)
{
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD PULL "[hints]\ndenied = a\n  b %{host}\n"
						 "invalid.http =\n  c\n",
				       &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	ck_assert_str_eq(runtime_hint(rt, "denied"), "a b %{host}");
	ck_assert_str_eq(runtime_hint(rt, "denied.other"), "a b %{host}");
	ck_assert_str_eq(runtime_hint(rt, "invalid.http"), "c");
	ck_assert_ptr_null(runtime_hint(rt, "invalid"));
	ck_assert_ptr_null(runtime_hint(rt, "den"));
	runtime_free(rt);
}
END_TEST

static void assert_argv(const struct runtime *rt, enum rt_verb verb, const struct rt_call *call,
			const char *want)
{
	struct strvec argv = STRVEC_INIT;
	struct buf got = BUF_INIT;
	struct err err = { "" };

	ck_assert_msg(!runtime_argv(rt, verb, call, &argv, &err), "%s", err.text);
	for (size_t i = 0; i < argv.n; i++)
		buf_addf(&got, "%s%s", i ? "|" : "", argv.v[i]);
	ck_assert_str_eq(buf_str(&got), want);
	buf_release(&got);
	strvec_release(&argv);
}

/* The contract: `pull NAME`; `save -o FILE NAME`; `load -i PATH`; `tag NAME
 * TARGET`; `push TARGET`. */
START_TEST(calls_are_those_of_the_contract)
{
	static const char *const names[] = { "docker", "podman", "nerdctl" };
	const struct rt_call call = { .image = "nginx",
				      .target = "r.example:5/p/nginx:latest",
				      .file = "./images/nginx.tar" };

	for (size_t i = 0; i < 3; i++) {
		struct runtime *rt = read_file(names[i]);
		struct buf want = BUF_INIT;

		buf_addf(&want, "%s|pull|nginx", names[i]);
		assert_argv(rt, RT_PULL, &call, buf_str(&want));
		buf_reset(&want);
		buf_addf(&want, "%s|save|-o|./images/nginx.tar|nginx", names[i]);
		assert_argv(rt, RT_SAVE, &call, buf_str(&want));
		buf_reset(&want);
		buf_addf(&want, "%s|load|-i|./images/nginx.tar", names[i]);
		assert_argv(rt, RT_LOAD, &call, buf_str(&want));
		buf_reset(&want);
		buf_addf(&want, "%s|tag|nginx|r.example:5/p/nginx:latest", names[i]);
		assert_argv(rt, RT_TAG, &call, buf_str(&want));
		buf_reset(&want);
		buf_addf(&want, "%s|push|r.example:5/p/nginx:latest", names[i]);
		assert_argv(rt, RT_PUSH, &call, buf_str(&want));
		buf_release(&want);
		runtime_free(rt);
	}
}
END_TEST

START_TEST(options_only_when_asked)
{
	const struct rt_call call = { .image = "a",
				      .target = "r.example/a:1",
				      .file = "f",
				      .platform = "linux/arm64",
				      .insecure_host = "r.example" };
	struct runtime *docker = read_file("docker"), *podman = read_file("podman"),
		       *nerdctl = read_file("nerdctl"), *ctr = read_file("ctr");

	assert_argv(docker, RT_PULL, &call, "docker|pull|--platform=linux/arm64|a");
	assert_argv(docker, RT_PUSH, &call, "docker|push|r.example/a:1");
	ck_assert(runtime_knows(docker, RT_PULL, RT_PLATFORM));
	ck_assert(!runtime_knows(docker, RT_PULL, RT_INSECURE));
	assert_argv(podman, RT_PULL, &call,
		    "podman|pull|--platform=linux/arm64|--tls-verify=false|a");
	assert_argv(podman, RT_PUSH, &call, "podman|push|--tls-verify=false|r.example/a:1");
	assert_argv(nerdctl, RT_PULL, &call,
		    "nerdctl|pull|--platform=linux/arm64|--insecure-registry|a");
	ck_assert(runtime_knows(nerdctl, RT_PUSH, RT_INSECURE));
	assert_argv(ctr, RT_PULL, &call,
		    "ctr|image|pull|--platform=linux/arm64|--plain-http|"
		    "docker.io/library/a:latest");
	runtime_free(docker);
	runtime_free(podman);
	runtime_free(nerdctl);
	runtime_free(ctr);
}
END_TEST

START_TEST(ctr_gets_full_names)
{
	const struct rt_call call = { .image = "nginx",
				      .target = "r.example/nginx:1",
				      .file = "./f.tar" };
	struct runtime *rt = read_file("ctr");

	assert_argv(rt, RT_SAVE, &call, "ctr|image|export|./f.tar|docker.io/library/nginx:latest");
	assert_argv(rt, RT_LOAD, &call, "ctr|image|import|./f.tar");
	assert_argv(rt, RT_TAG, &call,
		    "ctr|image|tag|--force|docker.io/library/nginx:latest|"
		    "r.example/nginx:1");
	assert_argv(rt, RT_PUSH, &call, "ctr|image|push|r.example/nginx:1");
	runtime_free(rt);
}
END_TEST

START_TEST(no_value_becomes_an_option)
{
	struct runtime *rt = read_file("docker");
	struct strvec argv = STRVEC_INIT;
	struct err err = { "" };
	struct rt_call call = { .image = "--config=/x", .file = "-" };

	ck_assert_int_eq(runtime_argv(rt, RT_PULL, &call, &argv, &err), -1);
	ck_assert_str_eq(err.text, "'--config=/x' would be taken for an option; rename it");
	ck_assert_int_eq(runtime_argv(rt, RT_LOAD, &call, &argv, &err), -1);
	call.image = "";
	ck_assert_int_eq(runtime_argv(rt, RT_PULL, &call, &argv, &err), -1);
	call.image = NULL;
	ck_assert_int_eq(runtime_argv(rt, RT_PULL, &call, &argv, &err), -1);
	ck_assert_str_eq(err.text, "nothing to put into '%{image}'");
	strvec_release(&argv);
	runtime_free(rt);
}
END_TEST

START_TEST(words_are_taken_as_they_are)
{
	const struct rt_call call = { .image = "%{file}" };
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD "[pull]\nargv =\n  a b\"$(c)'\n  100%%%{image}\n"
					    "  *\n",
				       &err);
	struct strvec argv = STRVEC_INIT;

	ck_assert_msg(rt != NULL, "%s", err.text);
	assert_argv(rt, RT_PULL, &call, "xp|a b\"$(c)'|100%%{file}|*");
	ck_assert_int_eq(runtime_argv(rt, RT_PUSH, &call, &argv, &err), -1);
	ck_assert_str_eq(err.text, "x cannot push: its descriptor (x.ini) has no [push]");
	strvec_release(&argv);
	runtime_free(rt);
}
END_TEST

#define ASKED \
	"[version]\nargv = version\nclient = ^client (.+)$\nserver = ^server (.+)$\n" \
	"api = ^api (.+)$\n"

START_TEST(words_depend_on_versions)
{
	struct rt_versions v = { 0 };
	struct rt_call call = { .image = "a", .versions = &v };
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD "[pull]\nargv = pull\n  ?client<2.0 --old\n"
					    "  ?platform ?api>=1.48 ?api<2 --platform=%{platform}\n"
					    "  %{image}\n" ASKED,
				       &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	assert_argv(rt, RT_PULL, &call, "xp|pull|a");
	call.platform = "p";
	assert_argv(rt, RT_PULL, &call, "xp|pull|a");
	rt_versions_read(&v, rt, "client 1.9~ds1\nserver 28\napi 1.48\n");
	ck_assert_str_eq(v.server, "28");
	assert_argv(rt, RT_PULL, &call, "xp|pull|--old|--platform=p|a");
	call.versions = NULL;
	assert_argv(rt, RT_PULL, &call, "xp|pull|a");
	call.versions = &v;
	rt_versions_release(&v);
	rt_versions_read(&v, rt, "api 5.4.2\nclient dev\n");
	ck_assert_ptr_null(v.server);
	assert_argv(rt, RT_PULL, &call, "xp|pull|a");
	rt_versions_release(&v);
	rt_versions_read(&v, rt, "client 2.0.4\napi 1.52\n");
	assert_argv(rt, RT_PULL, &call, "xp|pull|--platform=p|a");
	call.platform = NULL;
	assert_argv(rt, RT_PULL, &call, "xp|pull|a");
	rt_versions_release(&v);
	runtime_free(rt);
}
END_TEST

START_TEST(versions_are_asked_only_when_needed)
{
	const struct rt_call plain = { .image = "a", .target = "t" },
			     platform = { .image = "a", .target = "t", .platform = "p" };
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD PULL "[push]\nargv = push\n"
						 "  ?platform ?api>=1.46 --platform=%{platform}\n"
						 "  %{target}\n[tag]\nargv = tag\n  %{image}\n"
						 "  %{target}\n  ?target_full ?client>=2 x\n" ASKED,
				       &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	ck_assert(!runtime_needs_versions(rt, RT_PULL, &platform));
	ck_assert(!runtime_needs_versions(rt, RT_PUSH, &plain));
	ck_assert(runtime_needs_versions(rt, RT_PUSH, &platform));
	ck_assert(runtime_needs_versions(rt, RT_TAG, &plain));
	ck_assert(!runtime_needs_versions(rt, RT_SAVE, &platform));
	ck_assert(runtime_knows(rt, RT_PUSH, RT_PLATFORM));
	runtime_free(rt);
}
END_TEST

static const struct {
	const char *a, *b;
	int order; /* -1, 0, 1; 2: one of the two is not a version */
} versions[] = {
	{ "20.10.24+dfsg1", "20.10.24", 0 },
	{ "v2.0.4", "2.0.4", 0 },
	{ "29.0.0-rc.1", "29", 0 },
	{ "2.0.0-beta.24", "2", 0 },
	{ "1.6.20~ds1", "1.6.20", 0 },
	{ "28.5.2", "28.5.10", -1 },
	{ "9.1", "10.0", -1 },
	{ "1.48", "1.5", 1 },
	{ "1.2.3.4", "1.2.3.3", 1 },
	{ "20240229", "20240228", 1 },
	{ "5.4.2", "1.48", 1 },
	{ "dev", "1", 2 },
	{ "", "1", 2 },
	{ "v", "1", 2 },
	{ "0.0.0+unknown", "1", 2 },
	{ "1.", "1", 2 },
	{ ".1", "1", 2 },
	{ "1..2", "1", 2 },
	{ "1.2.3.4.5", "1", 2 },
	{ "1.9999999999", "1", 2 },
	{ "-1", "1", 2 },
	{ "library-import", "1", 2 },
	{ NULL, "1", 2 },
};

START_TEST(versions_have_an_order)
{
	const char *a = versions[_i].a, *b = versions[_i].b;
	int order = versions[_i].order;
	bool known = order != 2;

	ck_assert_int_eq(version_is_valid(a), known);
	ck_assert_int_eq(version_at_least(a, b), known && order >= 0);
	ck_assert_int_eq(version_at_least(b, a), known && order <= 0);
	ck_assert_int_eq(version_below(a, b), known && order < 0);
	ck_assert_int_eq(version_below(b, a), known && order > 0);
}
END_TEST

START_TEST(environment_is_replaced_or_added)
{
	char *base[] = { (char[]){ "A=1" }, (char[]){ "AB=2" }, (char[]){ "B=3" }, NULL };
	struct strvec env = STRVEC_INIT;
	struct err err = { "" };
	struct runtime *rt = read_text(HEAD PULL "[env]\nA = 9\nC = x=y z\nD =\n", &err);

	ck_assert_msg(rt != NULL, "%s", err.text);
	runtime_env(rt, base, &env);
	ck_assert_uint_eq(env.n, 5);
	ck_assert_str_eq(env.v[0], "AB=2");
	ck_assert_str_eq(env.v[1], "B=3");
	ck_assert_str_eq(env.v[2], "A=9");
	ck_assert_str_eq(env.v[3], "C=x=y z");
	ck_assert_str_eq(env.v[4], "D=");
	strvec_release(&env);
	runtime_free(rt);
}
END_TEST

/* What is compiled in is what the files say, each line in its place. */
START_TEST(builtin_is_the_file)
{
	size_t n = 0;

	for (const struct rt_builtin *b = rt_builtins; b->name; b++, n++) {
		struct runtime *file = read_file(b->name), *built;
		struct buf text = BUF_INIT;
		struct err err = { "" };

		for (const char *const *l = b->lines; *l; l++)
			buf_addf(&text, "%s\n", *l);
		built = descriptor_read("b", b->name, buf_str(&text), text.len, true, &err);
		ck_assert_msg(built != NULL, "%s", err.text);
		ck_assert_str_eq(built->program, file->program);
		ck_assert_int_eq(built->priority, file->priority);
		ck_assert_uint_eq(built->n_rules, file->n_rules);
		for (size_t i = 0; i < file->n_rules; i++)
			ck_assert_str_eq(built->rules[i].pattern.text, file->rules[i].pattern.text);
		ck_assert_uint_eq(built->n_hints, file->n_hints);
		for (size_t i = 0; i < RT_VERBS; i++) {
			ck_assert_int_eq(built->verb[i].line, file->verb[i].line);
			ck_assert(file->verb[i].given || i > RT_PUSH);
		}
		buf_release(&text);
		runtime_free(file);
		runtime_free(built);
	}
	ck_assert_uint_eq(n, 4);
}
END_TEST

/* The page's example is one that works, and it knows all that there is. */
START_TEST(manual_is_true)
{
	static const char *const words[] = {
		"[runtime]",
		"[probe]",
		"[pull], [save], [load], [tag], [push]",
		"[version]",
		"[env]",
		"[reason]",
		"[errors]",
		"[errors VERB]",
		"[hints]",
		"\n.It Sy name\n",
		"\n.It Sy program\n",
		"\n.It Sy priority\n",
		"description , install-hint\n",
		"\n.It Sy argv\n",
		"\n.It Sy version\n",
		"\n.It Sy stopped\n",
		"\n.It Sy not-permitted\n",
		"start-hint , permit-hint\n",
		"Sy socket , socket-env\n",
		"\n.It Sy class\n",
		"\n.It Sy lines\n",
	};
	struct buf path = BUF_INIT, page = BUF_INIT;
	struct err err = { "" };
	struct runtime *rt;
	const char *from, *to;

	buf_addf(&path, "%s/man/hpn-runtime.5", getenv("HPN_SRCDIR"));
	ck_assert_int_eq(slurp(buf_str(&path), 1 << 20, &page, &err), 0);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert_msg(strstr(buf_str(&page), words[i]) != NULL, "%s", words[i]);
	for (int i = 0; i < RT_VARS; i++)
		ck_assert_ptr_nonnull(strstr(buf_str(&page), rt_var_name((enum rt_var)i)));
	for (int i = 0; i < ERR_MATCHED; i++)
		ck_assert_ptr_nonnull(strstr(buf_str(&page), err_class_name((enum err_class)i)));
	from = strstr(buf_str(&page), "\n[runtime]\n");
	to = from ? strstr(from, "\n.Ed\n") : NULL;
	ck_assert_ptr_nonnull(to);
	rt = descriptor_read("page", "farpod", from + 1, (size_t)(to - from), true, &err);
	ck_assert_msg(rt != NULL, "%s", err.text);
	runtime_free(rt);
	buf_release(&page);
	buf_release(&path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rt_descriptor");
	TCase *tc = tcase_create("rt_descriptor");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, each_mistake_is_one_error, 0,
			    (int)(sizeof(mistakes) / sizeof(mistakes[0])));
	tcase_add_test(tc, small_one);
	tcase_add_test(tc, rules_are_in_order);
	tcase_add_test(tc, hints_have_lines_and_defaults);
	tcase_add_test(tc, calls_are_those_of_the_contract);
	tcase_add_test(tc, options_only_when_asked);
	tcase_add_test(tc, ctr_gets_full_names);
	tcase_add_test(tc, no_value_becomes_an_option);
	tcase_add_test(tc, words_are_taken_as_they_are);
	tcase_add_test(tc, words_depend_on_versions);
	tcase_add_test(tc, versions_are_asked_only_when_needed);
	tcase_add_loop_test(tc, versions_have_an_order, 0,
			    (int)(sizeof(versions) / sizeof(versions[0])));
	tcase_add_test(tc, environment_is_replaced_or_added);
	tcase_add_test(tc, builtin_is_the_file);
	tcase_add_test(tc, manual_is_true);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
