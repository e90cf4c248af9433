/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/descriptor.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/iniread.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/suggest.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_PRIORITY 1000
#define MAX_RULES 500
#define ALL_VERBS (RT_BIT(RT_VERBS) - 1)
#define OPTIONAL (RT_BIT(RT_PLATFORM) | RT_BIT(RT_INSECURE))
#define HINT_VARS \
	(RT_BIT(RT_IMAGE) | RT_BIT(RT_TARGET) | RT_BIT(RT_FILE) | RT_BIT(RT_HOST) | \
	 RT_BIT(RT_NAME) | RT_BIT(RT_PROGRAM))

/* What the variables of a verb are: those that have a value in it, and those
 * of which one has to be used. */
struct verb_vars {
	unsigned allowed;
	unsigned need[2];
};

#define IMAGE_VARS (RT_BIT(RT_IMAGE) | RT_BIT(RT_IMAGE_FULL))
#define TARGET_VARS (RT_BIT(RT_TARGET) | RT_BIT(RT_TARGET_FULL))
#define FILE_VAR RT_BIT(RT_FILE)

static const struct verb_vars verb_vars[RT_VERBS] = {
	[RT_PULL] = { IMAGE_VARS | OPTIONAL, { IMAGE_VARS, 0 } },
	[RT_SAVE] = { IMAGE_VARS | FILE_VAR | RT_BIT(RT_PLATFORM), { IMAGE_VARS, FILE_VAR } },
	[RT_LOAD] = { FILE_VAR | RT_BIT(RT_PLATFORM), { FILE_VAR, 0 } },
	[RT_TAG] = { IMAGE_VARS | TARGET_VARS, { IMAGE_VARS, TARGET_VARS } },
	[RT_PUSH] = { TARGET_VARS | OPTIONAL, { TARGET_VARS, 0 } },
	[RT_SAVE_STREAM] = { IMAGE_VARS | RT_BIT(RT_PLATFORM), { IMAGE_VARS, 0 } },
	[RT_LOAD_STREAM] = { RT_BIT(RT_PLATFORM), { 0, 0 } },
	[RT_SAVE_BUNDLE] = { FILE_VAR, { FILE_VAR, 0 } },
	[RT_BUNDLE_STREAM] = { 0, { 0, 0 } },
	[RT_INSPECT] = { 0, { 0, 0 } },
	[RT_MANIFEST] = { TARGET_VARS | RT_BIT(RT_INSECURE), { TARGET_VARS, 0 } },
	[RT_FACTS] = { 0, { 0, 0 } },
};

struct reading {
	struct runtime *rt;
	const char *name;  /* what it has to be about, or NULL */
	int runtime_line;  /* of [runtime]; 0: not seen */
	enum rt_verb verb; /* of the section, where it has one */
	unsigned verbs;    /* mask for rules */
	bool is_checked;   /* look at expressions, too */
};

/* Where a value goes. */
typedef int take_fn(struct reading *r, const struct ini_line *l, struct err *err);

struct key {
	const char *name;
	take_fn *take;
	int is_list; /* may go on over indented lines */
};

static int take_once(char **to, const struct ini_line *l, struct err *err)
{
	if (!*l->value)
		return err_set(err, "'%s' is empty; give it a value or leave it out", l->name);
	free(*to);
	*to = mem_strdup(l->value);
	return 0;
}

/* Names are shown, compared and put into file names. */
static int check_name(const char *s, struct err *err)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(s);

	if (len > 32 || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != len ||
	    !strspn(s, letters))
		return err_set(err,
			       "'%s' is no name for a runtime; up to 32 of a-z, 0-9,"
			       " '-', '_' and '.', first a letter or digit",
			       s);
	return 0;
}

static int take_name(struct reading *r, const struct ini_line *l, struct err *err)
{
	if (take_once(&r->rt->name, l, err) || check_name(l->value, err))
		return -1;
	if (r->name && strcmp(r->name, l->value))
		return err_set(err, "'%s' has to be in a file %s.ini; rename one of them", l->value,
			       l->value);
	return 0;
}

static int take_program(struct reading *r, const struct ini_line *l, struct err *err)
{
	if (take_once(&r->rt->program, l, err))
		return -1;
	if (l->value[0] == '-')
		return err_set(err, "program '%s' begins with '-'; give its name", l->value);
	if (l->value[0] != '/' && strchr(l->value, '/'))
		return err_set(err,
			       "program '%s' is a relative path; give a name that is"
			       " in PATH, or an absolute path",
			       l->value);
	return 0;
}

static int take_priority(struct reading *r, const struct ini_line *l, struct err *err)
{
	int64_t n;

	if (parse_int(l->value, &n) || n < 1 || n > MAX_PRIORITY)
		return err_set(err, "priority '%s' is no number from 1 to %d", l->value,
			       MAX_PRIORITY);
	r->rt->priority = (int)n;
	return 0;
}

static int take_description(struct reading *r, const struct ini_line *l, struct err *err)
{
	return take_once(&r->rt->description, l, err);
}

static int take_install_hint(struct reading *r, const struct ini_line *l, struct err *err)
{
	return take_once(&r->rt->install_hint, l, err);
}

static int take_start_hint(struct reading *r, const struct ini_line *l, struct err *err)
{
	return take_once(&r->rt->probe.start_hint, l, err);
}

static int take_permit_hint(struct reading *r, const struct ini_line *l, struct err *err)
{
	return take_once(&r->rt->probe.permit_hint, l, err);
}

static int take_daemon(struct reading *r, const struct ini_line *l, struct err *err)
{
	struct rt_daemon_def *d = &r->rt->daemon;
	const struct {
		const char *name;
		char **to;
	} texts[] = { { "program", &d->program },
		      { "config", &d->config },
		      { "socket", &d->socket },
		      { "socket-env", &d->socket_env },
		      { "downloads", &d->downloads } };

	for (size_t i = 0; i < COUNT(texts); i++)
		if (!strcmp(l->name, texts[i].name))
			return take_once(texts[i].to, l, err);
	return 0;
}

static int take_most_downloads(struct reading *r, const struct ini_line *l, struct err *err)
{
	int64_t n;

	if (parse_int(l->value, &n) || n < 1 || n > MAX_PRIORITY)
		return err_set(err, "most-downloads '%s' is no number from 1 to %d", l->value,
			       MAX_PRIORITY);
	r->rt->daemon.most_downloads = (int)n;
	return 0;
}

/* `key =` with all values on the lines below is fine. */
static int is_opening(const struct ini_line *l)
{
	return !l->continued && !*l->value;
}

static int take_probe_argv(struct reading *r, const struct ini_line *l, struct err *err)
{
	if (is_opening(l))
		return 0;
	return words_add(&r->rt->probe.argv, l->value, 0, 0, "[probe]", err);
}

static int take_argv(struct reading *r, const struct ini_line *l, struct err *err)
{
	char where[64];

	if (is_opening(l))
		return 0;
	snprintf(where, sizeof(where), "[%s]", l->section);
	return words_add(&r->rt->verb[r->verb].argv, l->value, verb_vars[r->verb].allowed, OPTIONAL,
			 where, err);
}

static int take_class(struct reading *r, const struct ini_line *l, struct err *err)
{
	int work = rt_work_find(l->value);

	if (work < 0)
		return err_set(err, "class '%s' is none of network, disk, cpu", l->value);
	r->rt->verb[r->verb].work = (enum rt_work)work;
	return 0;
}

static int add_pattern(const struct reading *r, struct rt_patterns *p, const struct ini_line *l,
		       size_t groups, struct err *err)
{
	if (is_opening(l))
		return 0;
	if (p->n == MAX_RULES)
		return err_set(err, "over %d expressions for '%s'", MAX_RULES, l->name);
	if (r->is_checked && pattern_check(l->value, groups, groups ? groups : SIZE_MAX, err))
		return -1;
	patterns_add(p, l->value);
	return 0;
}

static int take_version(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->probe.version, l, 1, err);
}

static int take_stopped(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->probe.stopped, l, 0, err);
}

static int take_not_permitted(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->probe.not_permitted, l, 0, err);
}

/* Group 1 is what is shown where there is one; more are only for | and *. */
static int take_lines(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->reason, l, 0, err);
}

static int take_part(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->part, l, 1, err);
}

static int take_part_done(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->part_done, l, 1, err);
}

static int take_doing(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->doing, l, 1, err);
}

static int take_env(struct reading *r, const struct ini_line *l, struct err *err)
{
	const char *ok = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

	if (strspn(l->name, ok) != strlen(l->name) || strspn(l->name, "0123456789"))
		return err_set(err, "'%s' is no name of an environment variable", l->name);
	strvec_pushf(&r->rt->env, "%s=%s", l->name, l->value);
	return 0;
}

static int unknown_class(const char *class, struct err *err)
{
	const char *known[ERR_MATCHED], *near;

	for (int i = 0; i < ERR_MATCHED; i++)
		known[i] = err_class_name((enum err_class)i);
	near = suggest_nearest(class, known, ERR_MATCHED);
	if (near)
		return err_set(err, "no class of errors '%s'; did you mean '%s'?", class, near);
	return err_set(err,
		       "no class of errors '%s'; there are no-space, daemon-down,"
		       " throttled, denied, missing, invalid, transient",
		       class);
}

/* "invalid.http": a class, and perhaps a word of the descriptor's own. */
static int check_class(const char *name, int *ret_class, struct err *err)
{
	char *class = mem_strndup(name, strcspn(name, "."));
	int rc = 0;

	*ret_class = err_class_find(class);
	if (*ret_class < 0)
		rc = unknown_class(class, err);
	free(class);
	return rc;
}

static int take_error(struct reading *r, const struct ini_line *l, struct err *err)
{
	struct rt_patterns one = { 0 };
	struct rt_rule *rule;
	int class;

	if (check_class(l->name, &class, err))
		return -1;
	if (r->rt->n_rules == MAX_RULES)
		return err_set(err, "over %d expressions for errors", MAX_RULES);
	if (add_pattern(r, &one, l, 0, err))
		return -1;
	if (!one.n)
		return 0;
	r->rt->rules = mem_grow(r->rt->rules, r->rt->n_rules + 1, sizeof(*r->rt->rules));
	rule = &r->rt->rules[r->rt->n_rules++];
	*rule = (struct rt_rule){ .class = (enum err_class) class,
				  .verbs = r->verbs,
				  .special = r->verbs != ALL_VERBS,
				  .name = mem_strdup(l->name),
				  .pattern = one.v[0] };
	free(one.v);
	return 0;
}

static int take_hint(struct reading *r, const struct ini_line *l, struct err *err)
{
	struct runtime *rt = r->rt;
	struct buf joined = BUF_INIT;
	struct rt_hint *last;
	int class;

	if (check_class(l->name, &class, err) ||
	    template_check(l->value, HINT_VARS, "[hints]", NULL, err))
		return -1;
	if (!l->continued) {
		rt->hints = mem_grow(rt->hints, rt->n_hints + 1, sizeof(*rt->hints));
		rt->hints[rt->n_hints++] =
			(struct rt_hint){ mem_strdup(l->name), mem_strdup(l->value) };
		return 0;
	}
	last = &rt->hints[rt->n_hints - 1];
	buf_addf(&joined, "%s%s%s", last->text, *last->text ? " " : "", l->value);
	free(last->text);
	last->text = buf_detach(&joined);
	return 0;
}

static const struct key runtime_keys[] = {
	{ "name", take_name, 0 },
	{ "program", take_program, 0 },
	{ "priority", take_priority, 0 },
	{ "description", take_description, 0 },
	{ "install-hint", take_install_hint, 0 },
};

static const struct key probe_keys[] = {
	{ "argv", take_probe_argv, 1 },       { "version", take_version, 1 },
	{ "stopped", take_stopped, 1 },       { "not-permitted", take_not_permitted, 1 },
	{ "start-hint", take_start_hint, 0 }, { "permit-hint", take_permit_hint, 0 },
};

/* Group 1 is the name of an image. */
static int take_loaded(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->loaded, l, 1, err);
}

static const struct key verb_keys[] = {
	{ "argv", take_argv, 1 },
	{ "class", take_class, 0 },
};

static const struct key load_keys[] = {
	{ "argv", take_argv, 1 },
	{ "class", take_class, 0 },
	{ "loaded", take_loaded, 1 },
};

static const struct key daemon_keys[] = {
	{ "program", take_daemon, 0 },   { "config", take_daemon, 0 },
	{ "socket", take_daemon, 0 },    { "socket-env", take_daemon, 0 },
	{ "downloads", take_daemon, 0 }, { "most-downloads", take_most_downloads, 0 },
};

static const struct key reason_keys[] = {
	{ "lines", take_lines, 1 },
};

static const struct key progress_keys[] = {
	{ "part", take_part, 1 },
	{ "done", take_part_done, 1 },
	{ "doing", take_doing, 1 },
};

static int take_tempdir_variable(struct reading *r, const struct ini_line *l, struct err *err)
{
	return take_once(&r->rt->tempdir.variable, l, err);
}

static int take_tempdir_common(struct reading *r, const struct ini_line *l, struct err *err)
{
	if (*l->value && *l->value != '/')
		return err_set(err, "'%s' is no absolute path; give one", l->value);
	return take_once(&r->rt->tempdir.common, l, err);
}

static int take_tempdir_files(struct reading *r, const struct ini_line *l, struct err *err)
{
	(void)err;
	if (!is_opening(l))
		strvec_push(&r->rt->tempdir.files, l->value);
	return 0;
}

static int take_tempdir_says(struct reading *r, const struct ini_line *l, struct err *err)
{
	return add_pattern(r, &r->rt->tempdir.says, l, 0, err);
}

static const struct key tempdir_keys[] = {
	{ "variable", take_tempdir_variable, 0 },
	{ "common", take_tempdir_common, 0 },
	{ "files", take_tempdir_files, 1 },
	{ "says", take_tempdir_says, 1 },
};

static const struct key env_any = { "", take_env, 0 };
static const struct key errors_any = { "", take_error, 1 };
static const struct key hints_any = { "", take_hint, 1 };

/* Sections with keys of any name have n_keys 0. */
static const struct section_def {
	const char *name;
	const struct key *keys;
	size_t n_keys;
} sections[] = {
	{ "runtime", runtime_keys, COUNT(runtime_keys) },
	{ "probe", probe_keys, COUNT(probe_keys) },
	{ "pull", verb_keys, COUNT(verb_keys) },
	{ "save", verb_keys, COUNT(verb_keys) },
	{ "load", load_keys, COUNT(load_keys) },
	{ "tag", verb_keys, COUNT(verb_keys) },
	{ "push", verb_keys, COUNT(verb_keys) },
	{ "save-stream", verb_keys, COUNT(verb_keys) },
	{ "load-stream", verb_keys, COUNT(verb_keys) },
	{ "save-bundle", verb_keys, COUNT(verb_keys) },
	{ "save-bundle-stream", verb_keys, COUNT(verb_keys) },
	{ "inspect", verb_keys, COUNT(verb_keys) },
	{ "manifest", verb_keys, COUNT(verb_keys) },
	{ "facts", verb_keys, COUNT(verb_keys) },
	{ "daemon", daemon_keys, COUNT(daemon_keys) },
	{ "tempdir", tempdir_keys, COUNT(tempdir_keys) },
	{ "env", &env_any, 0 },
	{ "reason", reason_keys, COUNT(reason_keys) },
	{ "progress", progress_keys, COUNT(progress_keys) },
	{ "errors", &errors_any, 0 },
	{ "hints", &hints_any, 0 },
};

#define ERRORS_PREFIX "errors "

static const struct section_def *find_section(const char *name)
{
	if (!strncmp(name, ERRORS_PREFIX, strlen(ERRORS_PREFIX)) &&
	    rt_verb_find(name + strlen(ERRORS_PREFIX)) >= 0)
		name = "errors";
	for (size_t i = 0; i < COUNT(sections); i++)
		if (!strcmp(sections[i].name, name))
			return &sections[i];
	return NULL;
}

static int on_section(void *user, const struct ini_line *l, struct err *err)
{
	struct reading *r = user;
	const char *known[COUNT(sections)], *near;
	int verb = rt_verb_find(l->section);

	if (!find_section(l->section)) {
		for (size_t i = 0; i < COUNT(sections); i++)
			known[i] = sections[i].name;
		near = suggest_nearest(l->section, known, COUNT(sections));
		if (near)
			return err_set(err,
				       "no section [%s] in a descriptor; did you mean"
				       " [%s]?",
				       l->section, near);
		return err_set(err,
			       "no section [%s] in a descriptor; hpn-runtime(5) has"
			       " them all",
			       l->section);
	}
	r->verbs = ALL_VERBS;
	if (!strncmp(l->section, ERRORS_PREFIX, strlen(ERRORS_PREFIX)))
		r->verbs = RT_BIT(rt_verb_find(l->section + strlen(ERRORS_PREFIX)));
	if (!strcmp(l->section, "runtime"))
		r->runtime_line = l->line;
	if (!strcmp(l->section, "probe"))
		r->rt->probe.line = l->line;
	if (verb >= 0) {
		r->verb = (enum rt_verb)verb;
		r->rt->verb[verb].given = true;
		r->rt->verb[verb].line = l->line;
	}
	return 0;
}

static const struct key *find_key(const struct section_def *s, const char *name)
{
	if (!s->n_keys)
		return s->keys;
	for (size_t i = 0; i < s->n_keys; i++)
		if (!strcmp(s->keys[i].name, name))
			return &s->keys[i];
	return NULL;
}

static int unknown_key(const struct section_def *s, const struct ini_line *l, struct err *err)
{
	const char *known[8], *near;
	size_t n = 0;

	while (n < s->n_keys && n < COUNT(known)) {
		known[n] = s->keys[n].name;
		n++;
	}
	near = suggest_nearest(l->name, known, n);
	if (near)
		return err_set(err, "no key '%s' in [%s]; did you mean '%s'?", l->name, l->section,
			       near);
	return err_set(err, "no key '%s' in [%s]; hpn-runtime(5) has them all", l->name,
		       l->section);
}

static int on_value(void *user, const struct ini_line *l, struct err *err)
{
	const struct section_def *s = find_section(l->section);
	const struct key *k;

	if (!s)
		return err_set(err, "'%s' stands before the first [section]", l->name);
	k = find_key(s, l->name);
	if (!k)
		return unknown_key(s, l, err);
	if (l->continued && !k->is_list)
		return err_set(err, "'%s' takes one line; join them", l->name);
	return k->take(user, l, err);
}

/* Each class's rules together; those for one verb before those for all. */
static int rule_order(const struct rt_rule *a, const struct rt_rule *b)
{
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return (int)b->special - (int)a->special;
}

/* A stable sort, so that the file decides about the rest. */
static void sort_rules(struct runtime *rt)
{
	for (size_t i = 1; i < rt->n_rules; i++)
		for (size_t k = i; k && rule_order(&rt->rules[k], &rt->rules[k - 1]) < 0; k--) {
			struct rt_rule swap = rt->rules[k];

			rt->rules[k] = rt->rules[k - 1];
			rt->rules[k - 1] = swap;
		}
}

static int check_verb(const struct runtime *rt, enum rt_verb verb, const char *file,
		      struct err *err)
{
	const struct rt_verb_def *def = &rt->verb[verb];
	const char *name = rt_verb_name(verb);

	if (!def->argv.n)
		return err_set(err,
			       "%s:%d: [%s] has no argv; add the words of the command,"
			       " one a line",
			       file, def->line, name);
	for (size_t i = 0; i < 2; i++) {
		unsigned need = verb_vars[verb].need[i];
		const char *first = need & RT_BIT(RT_IMAGE)    ? "image"
				    : need & RT_BIT(RT_TARGET) ? "target"
							       : "file";

		if (need && !(words_sure(&def->argv) & need))
			return err_set(err,
				       "%s:%d: the argv of [%s] never says %%{%s}; add"
				       " a line with it",
				       file, def->line, name, first);
	}
	return 0;
}

static int check_whole(const struct reading *r, const char *file, struct err *err)
{
	const struct runtime *rt = r->rt;
	int verbs = 0;

	if (!r->runtime_line)
		return err_set(err,
			       "%s:1: no section [runtime]; add it, with name and"
			       " program",
			       file);
	if (!rt->name || !rt->program)
		return err_set(err, "%s:%d: [runtime] has no %s; add it", file, r->runtime_line,
			       rt->name ? "program" : "name");
	if (!rt->probe.line)
		return err_set(err,
			       "%s:1: no section [probe]; add it, with the argv of a"
			       " command that asks for the version",
			       file);
	if (!rt->probe.argv.n)
		return err_set(err,
			       "%s:%d: [probe] has no argv; add the words of the"
			       " command, one a line",
			       file, rt->probe.line);
	for (int i = 0; i < RT_VERBS; i++) {
		if (!rt->verb[i].given)
			continue;
		verbs++;
		if (check_verb(rt, (enum rt_verb)i, file, err))
			return -1;
	}
	if (!verbs)
		return err_set(err,
			       "%s:1: none of the sections [pull], [save], [load],"
			       " [tag], [push]; add what the runtime can do",
			       file);
	return 0;
}

struct runtime *descriptor_read(const char *file, const char *name, const char *data, size_t len,
				bool is_checked, struct err *err)
{
	static const struct ini_handler_ops ops = { on_value, on_section };
	struct reading r = {
		.rt = runtime_new(), .name = name, .verbs = ALL_VERBS, .is_checked = is_checked
	};

	r.rt->source = mem_strdup(file);
	if (ini_read(file, data, len, &ops, &r, err) || check_whole(&r, file, err)) {
		runtime_free(r.rt);
		return NULL;
	}
	sort_rules(r.rt);
	return r.rt;
}
