/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/descriptor.h"

#include <stdbool.h>
#include <stddef.h>
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
#define MAX_NUMBER 1000
#define MAX_RULES 500
#define ALL_VERBS (RT_BIT(RT_VERBS) - 1)
#define OPTIONAL (RT_BIT(RT_PLATFORM) | RT_BIT(RT_INSECURE) | RT_VERSION_VARS)
#define HINT_VARS \
	(RT_BIT(RT_IMAGE) | RT_BIT(RT_TARGET) | RT_BIT(RT_FILE) | RT_BIT(RT_HOST) | \
	 RT_BIT(RT_NAME) | RT_BIT(RT_PROGRAM))

/* What the variables of a verb are: those that have a value in it, besides the
 * versions, and those of which one has to be used. */
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
	[RT_SAVE_BUNDLE] = { FILE_VAR | RT_BIT(RT_PLATFORM), { FILE_VAR, 0 } },
	[RT_BUNDLE_STREAM] = { RT_BIT(RT_PLATFORM), { 0, 0 } },
	[RT_INSPECT] = { RT_BIT(RT_PLATFORM), { 0, 0 } },
	[RT_MANIFEST] = { TARGET_VARS | RT_BIT(RT_INSECURE), { TARGET_VARS, 0 } },
	[RT_FACTS] = { 0, { 0, 0 } },
	[RT_VERSION] = { 0, { 0, 0 } },
};

struct reading {
	struct runtime *rt;
	const char *name; /* what it has to be about, or NULL */
	int runtime_line; /* of [runtime]; 0: not seen */
	unsigned verbs;   /* for which the rules of this section are: a mask */
	bool is_checked;  /* look at expressions, too */
};

static int take_text(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	char **text = to;

	(void)r;
	if (!*l->value)
		return err_set(err, "'%s' is empty; give it a value or leave it out", l->name);
	free(*text);
	*text = mem_strdup(l->value);
	return 0;
}

static int take_number(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	int64_t n;

	(void)r;
	if (parse_int(l->value, &n) || n < 1 || n > MAX_NUMBER)
		return err_set(err, "%s '%s' is not a number from 1 to %d", l->name, l->value,
			       MAX_NUMBER);
	*(int *)to = (int)n;
	return 0;
}

/* `key =` with all values on the lines below is fine. */
static bool is_opening(const struct ini_line *l)
{
	return !l->continued && !*l->value;
}

static int take_strings(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	(void)r, (void)err;
	if (!is_opening(l))
		strvec_push(to, l->value);
	return 0;
}

/* The variables that have a value in a section. What asks for the versions
 * cannot depend on them. */
static unsigned allowed_vars(const char *section)
{
	int verb = rt_verb_find(section);

	if (verb < 0)
		return 0;
	return verb_vars[verb].allowed | (verb == RT_VERSION ? 0 : RT_VERSION_VARS);
}

static int take_argv(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	char where[64];

	(void)r;
	if (is_opening(l))
		return 0;
	snprintf(where, sizeof(where), "[%s]", l->section);
	return words_add(to, l->value, allowed_vars(l->section), OPTIONAL, where, err);
}

static int add_pattern(const struct reading *r, const struct ini_line *l, struct rt_patterns *p,
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

static int take_patterns(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	return add_pattern(r, l, to, 0, err);
}

/* Expressions with one (group), which is what is wanted of the line. */
static int take_groups(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	return add_pattern(r, l, to, 1, err);
}

/* Names are shown, compared and put into file names. */
static int take_name(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	const char *s = l->value, *letters = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(s);

	if (take_text(r, l, to, err))
		return -1;
	if (len > 32 || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != len ||
	    !strspn(s, letters))
		return err_set(err,
			       "'%s' is not a name for a runtime; up to 32 of a-z, 0-9,"
			       " '-', '_' and '.', first a letter or digit",
			       s);
	if (r->name && strcmp(r->name, s))
		return err_set(err, "'%s' has to be in a file %s.ini; rename one of them", s, s);
	return 0;
}

static int take_program(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	if (take_text(r, l, to, err))
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

static int take_path(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	if (*l->value && *l->value != '/')
		return err_set(err, "'%s' is not an absolute path; give one", l->value);
	return take_text(r, l, to, err);
}

static int take_class(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	int work = rt_work_find(l->value);

	(void)r;
	if (work < 0)
		return err_set(err, "class '%s' is none of network, disk, cpu", l->value);
	*(enum rt_work *)to = (enum rt_work)work;
	return 0;
}

static int take_env(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	const char *ok = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

	(void)r;
	if (strspn(l->name, ok) != strlen(l->name) || strspn(l->name, "0123456789"))
		return err_set(err, "'%s' is not a name for an environment variable", l->name);
	strvec_pushf(to, "%s=%s", l->name, l->value);
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

static int take_error(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	struct runtime *rt = to;
	struct rt_patterns one = { 0 };
	struct rt_rule *rule;
	int class;

	if (check_class(l->name, &class, err))
		return -1;
	if (rt->n_rules == MAX_RULES)
		return err_set(err, "over %d expressions for errors", MAX_RULES);
	if (add_pattern(r, l, &one, 0, err))
		return -1;
	if (!one.n)
		return 0;
	rt->rules = mem_grow(rt->rules, rt->n_rules + 1, sizeof(*rt->rules));
	rule = &rt->rules[rt->n_rules++];
	*rule = (struct rt_rule){ .class = (enum err_class) class,
				  .verbs = r->verbs,
				  .special = r->verbs != ALL_VERBS,
				  .name = mem_strdup(l->name),
				  .pattern = one.v[0] };
	free(one.v);
	return 0;
}

static int take_hint(struct reading *r, const struct ini_line *l, void *to, struct err *err)
{
	struct runtime *rt = to;
	struct buf joined = BUF_INIT;
	struct rt_hint *last;
	int class;

	(void)r;
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

#define AT(member) offsetof(struct runtime, member)
#define AT_VERB(member) offsetof(struct rt_verb_def, member)
#define ANY_VERB "VERB"

/* Everything that may stand in a descriptor. */
static const struct key {
	const char *section; /* ANY_VERB: the name of each verb */
	const char *name;    /* NULL: a name of the writer's own */
	int (*take)(struct reading *r, const struct ini_line *l, void *to, struct err *err);
	size_t offset; /* of the member: in struct runtime, or in the verb's rt_verb_def */
	bool is_list;  /* may go on over indented lines */
} keys[] = {
	{ "runtime", "name", take_name, AT(name), false },
	{ "runtime", "program", take_program, AT(program), false },
	{ "runtime", "priority", take_number, AT(priority), false },
	{ "runtime", "description", take_text, AT(description), false },
	{ "runtime", "install-hint", take_text, AT(install_hint), false },
	{ "probe", "argv", take_argv, AT(probe.argv), true },
	{ "probe", "version", take_groups, AT(probe.version), true },
	{ "probe", "stopped", take_patterns, AT(probe.stopped), true },
	{ "probe", "not-permitted", take_patterns, AT(probe.not_permitted), true },
	{ "probe", "start-hint", take_text, AT(probe.start_hint), false },
	{ "probe", "permit-hint", take_text, AT(probe.permit_hint), false },
	{ "probe", "socket", take_text, AT(probe.socket), false },
	{ "probe", "socket-env", take_text, AT(probe.socket_env), false },
	{ ANY_VERB, "argv", take_argv, AT_VERB(argv), true },
	{ ANY_VERB, "class", take_class, AT_VERB(work), false },
	{ "load", "loaded", take_groups, AT(loaded), true },
	{ "load", "failed", take_patterns, AT(load_failed), true },
	{ "version", "client", take_groups, AT(version.client), true },
	{ "version", "server", take_groups, AT(version.server), true },
	{ "version", "api", take_groups, AT(version.api), true },
	{ "daemon", "program", take_text, AT(daemon.program), false },
	{ "daemon", "config", take_text, AT(daemon.config), false },
	{ "daemon", "socket", take_text, AT(daemon.socket), false },
	{ "daemon", "socket-env", take_text, AT(daemon.socket_env), false },
	{ "daemon", "downloads", take_text, AT(daemon.downloads), false },
	{ "daemon", "most-downloads", take_number, AT(daemon.most_downloads), false },
	{ "daemon", "store", take_text, AT(daemon.store), false },
	{ "daemon", "store-driver", take_text, AT(daemon.store_driver), false },
	{ "daemon", "store-config", take_text, AT(daemon.store_config), false },
	{ "daemon", "store-root", take_text, AT(daemon.store_root), false },
	{ "tempdir", "variable", take_text, AT(tempdir.variable), false },
	{ "tempdir", "common", take_path, AT(tempdir.common), false },
	{ "tempdir", "files", take_strings, AT(tempdir.files), true },
	{ "tempdir", "says", take_patterns, AT(tempdir.says), true },
	{ "env", NULL, take_env, AT(env), false },
	{ "reason", "lines", take_patterns, AT(reason), true },
	{ "progress", "part", take_groups, AT(part), true },
	{ "progress", "done", take_groups, AT(part_done), true },
	{ "progress", "doing", take_groups, AT(doing), true },
	{ "errors", NULL, take_error, 0, true },
	{ "hints", NULL, take_hint, 0, true },
};

#define ERRORS_PREFIX "errors "

/* The verb of [errors VERB], or -1. */
static int errors_verb(const char *section)
{
	size_t len = strlen(ERRORS_PREFIX);

	return strncmp(section, ERRORS_PREFIX, len) ? -1 : rt_verb_find(section + len);
}

/* Is it a key of this section? */
static bool belongs(const struct key *k, const char *section)
{
	if (!strcmp(k->section, ANY_VERB))
		return rt_verb_find(section) >= 0;
	return !strcmp(k->section, errors_verb(section) >= 0 ? "errors" : section);
}

static int unknown_section(const char *section, struct err *err)
{
	const char *known[RT_VERBS + COUNT(keys)], *near;
	size_t n = 0;

	for (int i = 0; i < RT_VERBS; i++)
		known[n++] = rt_verb_name((enum rt_verb)i);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].section, ANY_VERB))
			known[n++] = keys[i].section;
	near = suggest_nearest(section, known, n);
	if (near)
		return err_set(err, "no section [%s] in a descriptor; did you mean [%s]?", section,
			       near);
	return err_set(err, "no section [%s] in a descriptor; hpn-runtime(5) has them all",
		       section);
}

static int on_section(void *user, const struct ini_line *l, struct err *err)
{
	struct reading *r = user;
	int verb = rt_verb_find(l->section), errors = errors_verb(l->section);
	bool is_known = false;

	for (size_t i = 0; i < COUNT(keys) && !is_known; i++)
		is_known = belongs(&keys[i], l->section);
	if (!is_known)
		return unknown_section(l->section, err);
	r->verbs = errors >= 0 ? RT_BIT(errors) : ALL_VERBS;
	if (!strcmp(l->section, "runtime"))
		r->runtime_line = l->line;
	if (!strcmp(l->section, "probe"))
		r->rt->probe.line = l->line;
	if (verb >= 0) {
		r->rt->verb[verb].given = true;
		r->rt->verb[verb].line = l->line;
	}
	return 0;
}

static int unknown_key(const struct ini_line *l, struct err *err)
{
	const char *known[COUNT(keys)], *near;
	size_t n = 0;

	for (size_t i = 0; i < COUNT(keys); i++)
		if (belongs(&keys[i], l->section))
			known[n++] = keys[i].name;
	near = suggest_nearest(l->name, known, n);
	if (near)
		return err_set(err, "no key '%s' in [%s]; did you mean '%s'?", l->name, l->section,
			       near);
	return err_set(err, "no key '%s' in [%s]; hpn-runtime(5) has them all", l->name,
		       l->section);
}

static int on_value(void *user, const struct ini_line *l, struct err *err)
{
	struct reading *r = user;
	int verb = rt_verb_find(l->section);

	if (!*l->section)
		return err_set(err, "'%s' stands before the first [section]", l->name);
	for (const struct key *k = keys; k < keys + COUNT(keys); k++) {
		bool in_verb = !strcmp(k->section, ANY_VERB);

		if (!belongs(k, l->section) || (k->name && strcmp(k->name, l->name)))
			continue;
		if (l->continued && !k->is_list)
			return err_set(err, "'%s' takes one line; join them", l->name);
		return k->take(r, l,
			       (in_verb ? (char *)&r->rt->verb[verb] : (char *)r->rt) + k->offset,
			       err);
	}
	return unknown_key(l, err);
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

/* What a condition compares has to be asked for. */
static int check_versions(const struct runtime *rt, enum rt_verb verb, const char *file,
			  struct err *err)
{
	const struct {
		enum rt_var var;
		bool is_asked;
	} versions[] = { { RT_CLIENT, rt->version.client.n },
			 { RT_SERVER, rt->version.server.n },
			 { RT_API, rt->version.api.n } };
	unsigned used = words_used(&rt->verb[verb].argv);

	for (size_t i = 0; i < COUNT(versions); i++)
		if ((used & RT_BIT(versions[i].var)) && !versions[i].is_asked)
			return err_set(err,
				       "%s:%d: [%s] depends on '%s'; add a section [version]"
				       " with argv and %s",
				       file, rt->verb[verb].line, rt_verb_name(verb),
				       rt_var_name(versions[i].var), rt_var_name(versions[i].var));
	return 0;
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
	return check_versions(rt, verb, file, err);
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
	static const struct ini_handler_ops ops = { .value = on_value, .section = on_section };
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
