/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/complete.h"

#include <string.h>

#include "base/utf8.h"
#include "config/options.h"

static void add_field(struct buf *b, const char *text)
{
	buf_addf(b, "\t%s", *text ? text : "-");
}

/* "a b" from "a|b" */
static void add_choices(struct buf *b, const char *choices)
{
	for (const char *p = choices; *p; p++)
		buf_addc(b, *p == '|' ? ' ' : *p);
}

static const char *value_of(const struct option *o)
{
	if (o->kind == KIND_BOOL)
		return "none";
	if (o->alone)
		return "optional";
	return o->kind == KIND_LIST ? "many" : "needed";
}

static void add_offers(struct buf *b, const struct option *o)
{
	const char *arg = o->arg ? o->arg : "";

	if (o->offers)
		buf_adds(b, o->offers);
	else if (o->choices)
		add_choices(b, o->choices);
	else if (!strcmp(arg, "FILE") || !strcmp(arg, "LIST"))
		buf_adds(b, "@file");
	else if (!strcmp(arg, "DIR"))
		buf_adds(b, "@dir");
	else if (!strcmp(arg, "HOST"))
		buf_adds(b, "@host");
	else if (o->kind == KIND_INT && strchr(arg, '|'))
		add_choices(b, arg);
	else
		buf_addc(b, '-');
}

static void add_verbs(struct buf *b, unsigned mask)
{
	unsigned n = 0;

	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++)
		if (mask & VERB_BIT(v))
			buf_addf(b, "%s%s", n++ ? "," : "", verb_get((enum verb)v)->name);
	if (!n)
		buf_addc(b, '*');
}

/* Flags that are not in the help are worth a mention after their own verb. */
static const char *shown_of(const struct option *o)
{
	if (!(o->bits & OPT_F_HIDDEN))
		return "always";
	return o->bits & OPT_F_OWN_VERB ? "verb" : "hidden";
}

static void add_flag(struct buf *b, const struct option *o)
{
	const char letter[3] = { o->letter ? '-' : '\0', o->letter, '\0' };

	buf_addf(b, "flag\t--%s", o->flag);
	add_field(b, letter);
	add_field(b, value_of(o));
	buf_addc(b, '\t');
	add_offers(b, o);
	add_field(b, shown_of(o));
	buf_addc(b, '\t');
	add_verbs(b, o->verbs);
	add_field(b, o->arg ? o->arg : "");
	add_field(b, o->help);
	buf_addc(b, '\n');
}

static void add_table(struct buf *b)
{
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);

		buf_addf(b, "verb\t%s", info->name);
		add_field(b, info->offers);
		add_field(b, info->help);
		buf_addc(b, '\n');
	}
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (option_get((enum opt)i)->flag)
			add_flag(b, option_get((enum opt)i));
}

int config_completion(const char *shell, struct buf *ret_script, struct err *err)
{
	struct buf shown = BUF_INIT;

	if (!strcmp(shell, "table")) {
		add_table(ret_script);
		return 0;
	}
	for (const struct completion_script *s = completion_scripts; s->shell; s++) {
		if (strcmp(shell, s->shell) != 0)
			continue;
		for (const char *const *line = s->lines; *line; line++)
			buf_addf(ret_script, "%s\n", *line);
		return 0;
	}
	utf8_show(&shown, shell, strlen(shell), 100);
	err_set(err, "no completion for '%s'; give bash, zsh or fish", buf_str(&shown));
	buf_release(&shown);
	return -1;
}
