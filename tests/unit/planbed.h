/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A place for tests of plans: from a command line and a made-up list to a plan,
 * with the descriptor that is compiled in, and without starting a process. What a
 * runtime would be asked is put into the plan by plan_knows().
 */
#ifndef HPN_TESTS_PLANBED_H
#define HPN_TESTS_PLANBED_H

#include "cfgbed.h"

#include "plan/build.h"
#include "plan/items.h"
#include "query/libexec.h"
#include "run/command.h"
#include "runtime/builtin.h"
#include "runtime/descriptor.h"
#include "verbs/verbs.h"

/* Ids of images, as docker has them. */
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct settings plan_set;
static struct plan plan;
static struct runtime *plan_rt;
static struct console plan_console = { .sig_fd = -1 }; /* nobody asks through it */
static struct buf plan_text;

static inline void plan_make(void)
{
	bed_make();
	ck_assert_int_eq(setenv("XDG_STATE_HOME", bed_home, 1), 0);
}

/* A second plan in the same place. */
static inline void plan_drop(void)
{
	if (plan.set)
		plan_release(&plan);
	plan = (struct plan){ 0 };
	settings_release(&plan_set);
	plan_set = (struct settings){ 0 };
	runtime_free(plan_rt);
	plan_rt = NULL;
}

static inline void plan_clean(void)
{
	plan_drop();
	buf_release(&plan_text);
	bed_clean();
}

static inline struct runtime *plan_runtime(const char *name)
{
	const struct rt_builtin *b = rt_builtins;
	struct buf text = BUF_INIT;
	struct err err = { "" };
	struct runtime *rt;

	while (b->name && strcmp(b->name, name) != 0)
		b++;
	ck_assert_ptr_nonnull(b->name);
	for (const char *const *line = b->lines; *line; line++)
		buf_addf(&text, "%s\n", *line);
	rt = descriptor_read("compiled in", name, buf_str(&text), text.len, true, &err);
	ck_assert_msg(rt != NULL, "%s", err.text);
	buf_release(&text);
	return rt;
}

/* The settings of this command line and these variables: "" or the error. */
static inline const char *plan_settle(const char *line, const char *vars)
{
	plan_drop();
	if (*bed_start(line, vars))
		return bed_err.text;
	settings_resolve(bed_cfg, &bed_args, &plan_set, &bed_err);
	plan_set.line = NULL; /* the words are not kept */
	return bed_err.text;
}

/* The plan with its stages, runtime and items: "" or the error. */
static inline const char *plan_begin_for(const char *runtime, const char *line, const char *vars)
{
	if (*plan_settle(line, vars))
		return bed_err.text;
	plan_init(&plan, &plan_set);
	for (enum verb v = VERB_PULL; v < VERB_COUNT; v++)
		if ((plan_set.chain & VERB_BIT(v)) && verb_for(v, &plan_set))
			plan_add_stage(&plan, verb_for(v, &plan_set));
	if (!plan.stage[0].verb->no_runtime)
		plan.rt = plan_rt = plan_runtime(runtime);
	build_items(&plan, &plan_console, &bed_err);
	return bed_err.text;
}

/* The rest, as far as the lists tell it. */
static inline void plan_place(void)
{
	const struct verb_def *first = plan.stage[0].verb;

	ck_assert_int_eq(items_tell_bad(&plan, &bed_err), 0);
	if (first->gather)
		ck_assert_msg(!first->gather(&plan, &plan_console, &bed_err), "%s", bed_err.text);
	build_places(&plan);
}

static inline void plan_build_for(const char *runtime, const char *line)
{
	ck_assert_str_eq(plan_begin_for(runtime, line, ""), "");
	plan.call.platform = *plan_set.platform ? plan_set.platform : NULL;
	plan.call.versions = &plan.versions;
	plan_place();
}

static inline void plan_build(const char *line)
{
	plan_build_for("docker", line);
}

/* Of the images that the runtime has, one: plan_knows(NULL, ...) for none at all. */
static inline void plan_knows(const char *name, const char *id, int64_t bytes)
{
	struct buf line = BUF_INIT;

	plan.images_state = IMAGES_KNOWN;
	if (name)
		buf_addf(&line, "sha256:%s\t%lld\tlinux/amd64\t[\"%s\"]\t[]", id, (long long)bytes,
			 name);
	local_images_take(&plan.images, buf_str(&line), line.len);
	buf_release(&line);
}

/* All warnings so far, a line each, which are then told. */
static inline const char *plan_warnings(void)
{
	buf_reset(&plan_text);
	for (size_t i = 0; i < plan.warnings.n; i++)
		buf_addf(&plan_text, "%s\n", plan.warnings.v[i]);
	strvec_clear(&plan.warnings);
	return buf_str(&plan_text);
}

/* The text with each path of hpn-pipe as its name only. */
static inline void plan_shorten(const struct buf *from, struct buf *to)
{
	struct strvec pipe = STRVEC_INIT;
	const char *s = buf_str(from), *hit;

	libexec_push(&pipe, "hpn-pipe");
	for (; (hit = strstr(s, pipe.v[0])); s = hit + strlen(pipe.v[0])) {
		buf_add(to, s, (size_t)(hit - s));
		buf_adds(to, "hpn-pipe");
	}
	buf_adds(to, s);
	strvec_release(&pipe);
}

/* What --dry-run prints, and how many items cannot be done. */
static inline const char *plan_print(uint32_t bad)
{
	struct buf lines = BUF_INIT;

	ck_assert_uint_eq(command_print_all(&plan, &lines), bad);
	buf_reset(&plan_text);
	plan_shorten(&lines, &plan_text);
	buf_release(&lines);
	return buf_str(&plan_text);
}

#define PLAN_MAIN(suite_name, ...) BED_MAIN_WITH(plan_make, plan_clean, suite_name, __VA_ARGS__)

#endif
