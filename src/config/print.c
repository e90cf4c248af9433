/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/print.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "config/proxy.h"
#include "config/registry.h"

#define MIN_WIDTH ((size_t)60)

/* Where folded text goes on: a line of up to `width` columns that begins with
 * `lead`, and text from column `indent`. */
struct fold {
	const char *lead;
	size_t indent;
	size_t width;
};

/* Add the words of a text that begins at column `at`. */
static void fold(struct buf *b, const struct fold *f, size_t at, const char *text)
{
	for (int first = 1; *text; first = 0) {
		size_t len = strcspn(text, " ");

		if (!first && at + 1 + len > f->width) {
			buf_addf(b, "\n%-*s", (int)f->indent, f->lead);
			at = f->indent;
		} else if (!first) {
			buf_addc(b, ' ');
			at++;
		}
		buf_add(b, text, len);
		at += len;
		text += len;
		text += *text == ' ';
	}
	buf_addc(b, '\n');
}

/* Most people never need these: an option that is hidden, and concerns every
 * action in the same way. */
static int is_rare(const struct option *o)
{
	const unsigned actions = VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_LOAD) |
				 VERB_BIT(VERB_PUSH);

	return (o->bits & OPT_F_HIDDEN) && (o->verbs == 0 || (o->verbs & actions) == actions);
}

static int is_in_help(enum opt id, unsigned verbs)
{
	const struct option *o = option_get(id);

	if (!o->flag)
		return 0;
	if (verbs == HELP_ALL)
		return 1;
	if (verbs == HELP_SHORT)
		return !!(o->bits & OPT_F_FIRST);
	return id != OPT_ACTION && !is_rare(o) && (!o->verbs || (o->verbs & verbs));
}

static size_t usage_width(unsigned verbs)
{
	struct buf usage = BUF_INIT;
	size_t most = 0;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		if (!is_in_help((enum opt)i, verbs))
			continue;
		buf_reset(&usage);
		option_usage((enum opt)i, &usage);
		if (usage.len > most)
			most = usage.len;
	}
	buf_release(&usage);
	return most;
}

static void help_option(struct buf *b, enum opt id, const struct fold *f)
{
	struct buf usage = BUF_INIT;

	option_usage(id, &usage);
	buf_addf(b, "  %-*s", (int)f->indent - 2, buf_str(&usage));
	fold(b, f, f->indent, option_get(id)->help);
	buf_release(&usage);
}

static void help_options(struct buf *b, unsigned verbs, size_t width)
{
	const struct fold f = { "", usage_width(verbs) + 4, width };

	for (unsigned g = 0; g < GROUP_COUNT; g++) {
		int titled = verbs == HELP_SHORT;

		for (unsigned i = 0; i < OPT_COUNT; i++) {
			if (option_get((enum opt)i)->group != g || !is_in_help((enum opt)i, verbs))
				continue;
			if (!titled++)
				buf_addf(b, "\n%s:\n", option_group_title((enum opt_group)g));
			help_option(b, (enum opt)i, &f);
		}
	}
}

/* "  pull [IMAGE...]       pull images" for each verb */
static void help_verbs(struct buf *b, size_t width)
{
	struct buf usage = BUF_INIT;
	struct fold f = { "", 0, width };

	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);
		size_t len = strlen(info->name) + 1 + strlen(info->operands);

		f.indent = len + 4 > f.indent ? len + 4 : f.indent;
	}
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);

		buf_reset(&usage);
		buf_addf(&usage, "%s %s", info->name, info->operands);
		buf_addf(b, "  %-*s", (int)f.indent - 2, buf_str(&usage));
		fold(b, &f, f.indent, info->help);
	}
	buf_release(&usage);
}

static void help_of_verbs(struct buf *b, unsigned verbs)
{
	const char *start = "Usage:";

	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);

		if (!(verbs & VERB_BIT(v)))
			continue;
		buf_addf(b, "%s hpn %s%s%s [options]\n", start, info->name,
			 *info->operands ? " " : "", info->operands);
		start = "      ";
	}
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_get((enum verb)v);

		if (verbs & VERB_BIT(v))
			buf_addf(b, "\n%c%s:\n  %s\n  %s\n", toupper((unsigned char)*info->help),
				 info->help + 1, info->examples[0], info->examples[1]);
	}
}

void config_help(struct buf *ret_text, unsigned verbs, size_t width)
{
	const struct fold f = { "", 0, width < MIN_WIDTH ? MIN_WIDTH : width };

	if (verbs != HELP_SHORT && verbs != HELP_ALL) {
		help_of_verbs(ret_text, verbs);
		help_options(ret_text, verbs, f.width);
		buf_addc(ret_text, '\n');
		fold(ret_text, &f, 0, "hpn help --all prints every option; see also hpn(1).");
		return;
	}
	buf_adds(ret_text, "Usage: hpn VERB [IMAGE|FILE...] [options]\n"
			   "       hpn -a ACTION -f LIST [options]\n"
			   "\nVerbs:\n");
	help_verbs(ret_text, f.width);
	if (verbs == HELP_SHORT)
		buf_adds(ret_text, "\nOptions that are used most:\n");
	help_options(ret_text, verbs, f.width);
	buf_addc(ret_text, '\n');
	fold(ret_text, &f, 0,
	     verbs == HELP_ALL
		     ? "See also hpn(1)."
		     : "hpn help VERB explains a verb, hpn help --all prints every option.");
}

static void join(struct buf *b, char *const *items, char separator)
{
	for (size_t i = 0; items[i]; i++)
		buf_addf(b, "%.*s%s", i ? 1 : 0, &separator, items[i]);
}

/* The value as INI has it, whatever the source; nothing in it may become a
 * second line or an escape sequence. */
static void add_value(struct buf *b, const struct cfg *c, enum opt id)
{
	const struct option *o = option_get(id);
	struct buf raw = BUF_INIT;

	if (o->kind == KIND_URL)
		proxy_mask(cfg_str(c, id), &raw);
	else if (o->kind == KIND_LIST)
		join(&raw, cfg_list(c, id), o->separator);
	else
		buf_adds(&raw, cfg_str(c, id));
	utf8_show(b, buf_str(&raw), raw.len, SIZE_MAX);
	buf_release(&raw);
}

static void print_registry(const struct registry *r, struct buf *ret_text)
{
	struct buf line = BUF_INIT;

	buf_addf(ret_text, "\n[registry \"%s\"]\n", r->host);
	for (unsigned i = 0; i < REG_COUNT; i++) {
		if (!r->v[i].text)
			continue;
		buf_reset(&line);
		buf_addf(&line, "%s = ", reg_get((enum reg)i)->key);
		utf8_show(&line, r->v[i].text, strlen(r->v[i].text), SIZE_MAX);
		buf_addf(ret_text, "%-46s ; ", buf_str(&line));
		utf8_show(ret_text, r->v[i].where, strlen(r->v[i].where), SIZE_MAX);
		buf_addc(ret_text, '\n');
	}
	buf_release(&line);
}

void config_print(const struct cfg *c, struct buf *ret_text)
{
	struct buf line = BUF_INIT, from = BUF_INIT;
	const struct registries *regs = cfg_registries(c);
	const char *file = cfg_file(c);

	utf8_show(&from, *file ? file : "none was found", *file ? strlen(file) : 14, SIZE_MAX);
	buf_addf(ret_text, "# configuration file: %s\n", buf_str(&from));
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const char *source = cfg_source(c, (enum opt)i);

		if (!option_get((enum opt)i)->key)
			continue;
		buf_reset(&line);
		buf_addf(&line, "%s = ", option_get((enum opt)i)->key);
		add_value(&line, c, (enum opt)i);
		buf_reset(&from);
		utf8_show(&from, source, strlen(source), SIZE_MAX);
		buf_addf(ret_text, "%-46s ; %s\n", buf_str(&line), buf_str(&from));
	}
	for (size_t i = 0; i < regs->n; i++)
		print_registry(&regs->v[i], ret_text);
	buf_release(&line);
	buf_release(&from);
}

static void add_variables(struct buf *b, enum opt id, const char *between)
{
	struct buf name = BUF_INIT, full = BUF_INIT;
	int has_short = option_env_short(id, &name);
	int has_full = option_env_full(id, &full);

	if (has_short)
		buf_adds(b, buf_str(&name));
	if (has_full && strcmp(buf_str(&name), buf_str(&full)) != 0)
		buf_addf(b, "%s%s", has_short ? between : "", buf_str(&full));
	buf_release(&name);
	buf_release(&full);
}

static void describe_key(struct buf *b, enum opt id)
{
	static const struct fold f = { "#", 2, 78 };
	const struct option *o = option_get(id);
	struct buf text = BUF_INIT;

	buf_addf(&text, "%c%s.", toupper((unsigned char)*o->help), o->help + 1);
	if (o->more)
		buf_addf(&text, " %s", o->more);
	buf_adds(&text, " Takes ");
	option_range(o, &text);
	if (o->separator)
		buf_addf(&text, ", several separated by %c or on indented lines", o->separator);
	buf_adds(&text, ".");
	buf_adds(b, "# ");
	fold(b, &f, 2, buf_str(&text));
	buf_reset(&text);
	buf_adds(&text, "Variable ");
	add_variables(&text, id, " or ");
	if (o->flag)
		buf_addf(&text, "; flag --%s", o->flag);
	buf_adds(b, "# ");
	fold(b, &f, 2, buf_str(&text));
	buf_release(&text);
}

/* Keys stand in the order of the table, but all of a section together. */
static void default_section(struct buf *b, const char *section, size_t len)
{
	if (len)
		buf_addf(b, "\n[%.*s]\n", (int)len, section);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);
		const char *dot = o->key ? strrchr(o->key, '.') : NULL;
		size_t mine = dot ? (size_t)(dot - o->key) : 0;

		if (!o->key || mine != len || strncmp(o->key, section, len) != 0)
			continue;
		buf_addc(b, '\n');
		describe_key(b, (enum opt)i);
		buf_addf(b, ";%s =%s%s\n", o->key + len + (len > 0), *o->def ? " " : "", o->def);
	}
}

static int section_came_before(unsigned id, size_t len)
{
	const char *key = option_get((enum opt)id)->key;

	for (unsigned i = 0; i < id; i++) {
		const char *other = option_get((enum opt)i)->key;

		if (other && strrchr(other, '.') == other + len && !strncmp(other, key, len))
			return 1;
	}
	return 0;
}

static void default_registry(struct buf *b)
{
	static const struct fold f = { "#", 2, 78 };
	struct buf text = BUF_INIT;

	buf_adds(b, "\n# What is different at one registry; as many sections as need be, with\n"
		    "# the host as in images' names, or * for all.\n;[registry \"docker.io\"]\n");
	for (unsigned i = 0; i < REG_COUNT; i++) {
		const struct option *o = reg_get((enum reg)i);

		buf_reset(&text);
		buf_addf(&text, "%s. Takes ", o->help);
		option_range(o, &text);
		buf_addc(&text, '.');
		buf_adds(b, "\n# ");
		fold(b, &f, 2, buf_str(&text));
		buf_addf(b, ";%s =%s%s\n", o->key, *o->def ? " " : "", o->def);
	}
	buf_release(&text);
}

void config_defaults(struct buf *ret_text)
{
	buf_adds(ret_text,
		 "# hpn's configuration: all keys, with their defaults. Take the ; off what\n"
		 "# you change. Keys begin in the first column; a space and ; begin a comment.\n"
		 "# It is looked for as ./hpn.ini, ~/.config/hpn/hpn.ini, ~/.hpn/config.ini\n"
		 "# and /etc/hpn/hpn.ini.\n");
	default_section(ret_text, "", 0);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const char *key = option_get((enum opt)i)->key;
		const char *dot = key ? strrchr(key, '.') : NULL;

		if (dot && !section_came_before(i, (size_t)(dot - key)))
			default_section(ret_text, key, (size_t)(dot - key));
	}
	default_registry(ret_text);
}

static void add_field(struct buf *b, const char *text)
{
	buf_addf(b, "%s\t", text && *text ? text : "-");
}

static void add_verbs(struct buf *b, unsigned mask)
{
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++)
		if (mask & VERB_BIT(v))
			buf_addf(b, "%s%s", b->len ? "," : "", verb_get((enum verb)v)->name);
}

void config_options(struct buf *ret_text)
{
	struct buf part = BUF_INIT;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);
		char letter[2] = { o->letter, '\0' };

		add_field(ret_text, o->flag);
		add_field(ret_text, letter);
		add_field(ret_text, o->arg);
		add_field(ret_text, o->key);
		buf_reset(&part);
		add_variables(&part, (enum opt)i, ",");
		add_field(ret_text, buf_str(&part));
		add_field(ret_text, o->def);
		buf_reset(&part);
		for (const char *p = o->choices; p && *p; p++)
			buf_addc(&part, *p == '|' ? ',' : *p);
		add_field(ret_text, buf_str(&part));
		buf_reset(&part);
		add_verbs(&part, o->verbs);
		add_field(ret_text, buf_str(&part));
		add_field(ret_text, o->bits & OPT_F_HIDDEN ? "hidden" : "shown");
		buf_addf(ret_text, "%s\n", o->help);
	}
	buf_release(&part);
}
