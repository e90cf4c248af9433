/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/args.h"

#include <string.h>

#include "base/utf8.h"
#include "config/print.h"

/* The words of the line that are still to be read. */
struct words {
	char *const *next;
	struct cfg *cfg;
	struct args *args;
	struct err *err;
};

static void show(struct buf *b, const char *s, size_t len)
{
	buf_reset(b);
	utf8_show(b, s, len, 100);
}

static int unknown_flag(struct words *w, const char *name, size_t len)
{
	struct buf shown = BUF_INIT, word = BUF_INIT;
	const char *near;

	show(&shown, name, len);
	buf_add(&word, name, len);
	near = option_suggest_flag(buf_str(&word));
	if (near)
		err_set(w->err, "unknown flag --%s; did you mean --%s?", buf_str(&shown), near);
	else
		err_set(w->err, "unknown flag --%s; see hpn --help", buf_str(&shown));
	buf_release(&shown);
	buf_release(&word);
	return -1;
}

static int unknown_letter(struct words *w, const char *letters, const char *at)
{
	struct buf shown = BUF_INIT, group = BUF_INIT;
	size_t len = strlen(letters), one;
	uint32_t c;
	/* "-version": the letters may be a flag's name, with a dash missing */
	const char *near = len > 2 ? option_suggest_flag(letters) : NULL;

	one = utf8_decode(at, strlen(at), &c);
	show(&shown, at, one ? one : 1);
	show(&group, letters, len);
	if (near)
		err_set(w->err, "unknown flag -%s in -%s; did you mean --%s?", buf_str(&shown),
			buf_str(&group), near);
	else if (len > 1)
		err_set(w->err, "unknown flag -%s in -%s; see hpn --help", buf_str(&shown),
			buf_str(&group));
	else
		err_set(w->err, "unknown flag -%s; see hpn --help", buf_str(&shown));
	buf_release(&shown);
	buf_release(&group);
	return -1;
}

static int put_flag(struct words *w, enum opt id, const char *text, const char *typed)
{
	struct err why = { "" };

	if (cfg_put(w->cfg, id, LAYER_FLAG, text, typed, &why))
		return err_set(w->err, "%s", why.text);
	return 0;
}

/* `--compress zstd`, where the value has to follow a =: without an error, zstd
 * would be an image. */
static int refuse_next(struct words *w, enum opt id, const char *typed)
{
	const char *next = *w->next;
	int64_t num;

	if (!next || option_check(option_get(id), next, &num, NULL))
		return 0;
	return err_set(w->err,
		       "%s takes a value only after '=': write %s=%s, or put an image that is"
		       " called '%s' before %s",
		       typed, typed, next, next, typed);
}

/* The value after = or within the argument, or the next argument of the line. */
static int take_value(struct words *w, enum opt id, const char *value, const char *typed)
{
	const struct option *o = option_get(id);

	if (o->kind == KIND_BOOL)
		return put_flag(w, id, value ? value : "true", typed);
	if (!value && o->alone)
		return refuse_next(w, id, typed) ? -1 : put_flag(w, id, o->alone, typed);
	if (!value && !*w->next)
		return err_set(w->err, "%s needs a value: %s %s", typed, typed, o->arg);
	return put_flag(w, id, value ? value : *w->next++, typed);
}

static int take_long(struct words *w, const char *word)
{
	const char *name = word + 2, *eq = strchr(name, '=');
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	struct buf typed = BUF_INIT;
	enum opt id;
	int rc;

	if (*name == '-' || !len) {
		show(&typed, word, strlen(word));
		err_set(w->err, "'%s' is not a flag; see hpn --help", buf_str(&typed));
		buf_release(&typed);
		return -1;
	}
	id = option_by_flag(name, len);
	if (id == OPT_COUNT)
		return unknown_flag(w, name, len);
	buf_addf(&typed, "--%s", option_get(id)->flag);
	rc = take_value(w, id, eq ? eq + 1 : NULL, buf_str(&typed));
	buf_release(&typed);
	return rc;
}

static int take_letters(struct words *w, const char *letters)
{
	for (const char *p = letters; *p; p++) {
		enum opt id = option_by_letter(*p);
		char typed[3] = { '-', *p, '\0' };
		const char *rest = p + 1;

		if (id == OPT_COUNT)
			return unknown_letter(w, letters, p);
		if (option_get(id)->kind == KIND_BOOL && *rest != '=') {
			if (put_flag(w, id, "true", typed))
				return -1;
			continue;
		}
		if (*rest == '=')
			return take_value(w, id, rest + 1, typed);
		return take_value(w, id, *rest ? rest : NULL, typed);
	}
	return 0;
}

static int is_action(enum verb v)
{
	return v == VERB_PULL || v == VERB_SAVE || v == VERB_LOAD || v == VERB_PUSH;
}

static int refuse_part(const char *text, const char *part, struct err *err)
{
	struct buf shown = BUF_INIT, whole = BUF_INIT;
	const char *near = verb_suggest(part);

	show(&shown, part, strlen(part));
	show(&whole, text, strlen(text));
	if (near && is_action(verb_by_name(near)))
		err_set(err, "unknown action '%s' in '%s'; did you mean '%s'?", buf_str(&shown),
			buf_str(&whole), near);
	else
		err_set(err, "unknown action '%s' in '%s'; give pull, save, load or push",
			buf_str(&shown), buf_str(&whole));
	buf_release(&shown);
	buf_release(&whole);
	return -1;
}

static int check_order(const char *text, unsigned chain, enum verb last, enum verb v,
		       struct err *err)
{
	struct buf shown = BUF_INIT;
	int rc = 0;

	show(&shown, text, strlen(text));
	if (chain & VERB_BIT(v))
		rc = err_set(err, "'%s' stands twice in '%s'; give it once", verb_get(v)->name,
			     buf_str(&shown));
	else if (v < last || (v == VERB_LOAD && chain))
		rc = err_set(err,
			     "cannot combine %s; possible: pull,save pull,push save,push"
			     " pull,save,push and load,push",
			     buf_str(&shown));
	buf_release(&shown);
	return rc;
}

/* "pull,save": a bit for each, and the first. */
static int read_chain(const char *text, enum verb *ret_first, unsigned *ret_chain, struct err *err)
{
	enum verb last = VERB_NONE;
	unsigned chain = 0;
	const char *p = text;

	for (;;) {
		struct buf part = BUF_INIT;
		size_t len = strcspn(p, ",");
		enum verb v;
		int rc = 0;

		buf_add(&part, p, len);
		v = verb_by_name(buf_str(&part));
		if (!is_action(v))
			rc = refuse_part(text, buf_str(&part), err);
		buf_release(&part);
		if (rc || check_order(text, chain, last, v, err))
			return -1;
		*ret_first = chain ? *ret_first : v;
		chain |= VERB_BIT(v);
		last = v;
		if (!p[len])
			break;
		p += len + 1;
	}
	*ret_chain = chain;
	return 0;
}

static int take_word(struct words *w, const char *word)
{
	struct args *a = w->args;
	struct buf shown = BUF_INIT;
	const char *near;

	if (a->by_word) {
		strvec_push(&a->operands, word);
		return 0;
	}
	a->verb = verb_by_name(word);
	a->chain = VERB_BIT(a->verb);
	a->by_word = 1;
	if (a->verb != VERB_NONE)
		return 0;
	if (strchr(word, ','))
		return read_chain(word, &a->verb, &a->chain, w->err);
	near = verb_suggest(word);
	show(&shown, word, strlen(word));
	if (near)
		err_set(w->err, "unknown command '%s'; did you mean '%s'?", buf_str(&shown), near);
	else
		err_set(w->err,
			"unknown command '%s'; images are named after a verb,"
			" as in: hpn pull IMAGE, or in a list: -f LIST",
			buf_str(&shown));
	buf_release(&shown);
	return -1;
}

int args_parse(char *const *argv, struct cfg *c, struct args *ret_args, struct err *err)
{
	struct words w = { argv, c, ret_args, err };
	int flags = 1, rc = 0;

	ret_args->line = argv;
	while (!rc && *w.next) {
		const char *word = *w.next++;

		if (flags && !strcmp(word, "--"))
			flags = 0;
		else if (flags && word[0] == '-' && word[1] == '-')
			rc = take_long(&w, word);
		else if (flags && word[0] == '-' && word[1])
			rc = take_letters(&w, word + 1);
		else
			rc = take_word(&w, word);
	}
	return rc;
}

void args_release(struct args *a)
{
	strvec_release(&a->operands);
}

int args_wants_help(const struct args *a, const struct cfg *c)
{
	return cfg_bool(c, OPT_HELP) || a->verb == VERB_HELP;
}

int args_wants_version(const struct args *a, const struct cfg *c)
{
	return cfg_bool(c, OPT_VERSION) || cfg_bool(c, OPT_VERSION_UPPER) ||
	       a->verb == VERB_VERSION;
}

static int unknown_topic(const char *name, struct err *err)
{
	const char *near = verb_suggest(name);
	struct buf shown = BUF_INIT;

	show(&shown, name, strlen(name));
	if (near)
		err_set(err, "no help for '%s'; did you mean 'hpn help %s'?", buf_str(&shown),
			near);
	else
		err_set(err, "no help for '%s', which is not a verb; hpn --help lists the verbs",
			buf_str(&shown));
	buf_release(&shown);
	return -1;
}

int args_help_topic(const struct args *a, const struct cfg *c, unsigned *ret_verbs, struct err *err)
{
	const char *name = a->operands.n ? a->operands.v[0] : NULL;
	enum verb v;

	*ret_verbs = HELP_SHORT;
	if (cfg_bool(c, OPT_ALL))
		*ret_verbs = HELP_ALL;
	else if (a->by_word && a->verb != VERB_HELP)
		*ret_verbs = a->chain;
	if (a->verb != VERB_HELP || !name)
		return 0;
	if (a->operands.n > 1)
		return err_set(err, "help takes one verb, as in: hpn help pull");
	if (strchr(name, ','))
		return read_chain(name, &v, ret_verbs, err);
	v = verb_by_name(name);
	if (v == VERB_NONE)
		return unknown_topic(name, err);
	if (*ret_verbs != HELP_ALL)
		*ret_verbs = VERB_BIT(v);
	return 0;
}

static int take_action(struct args *a, const struct cfg *c, struct err *err)
{
	const char *action = cfg_str(c, OPT_ACTION);
	enum verb v = verb_by_name(action);
	struct buf shown = BUF_INIT;
	const char *near;

	if (a->by_word && !*action)
		return 0;
	if (a->by_word)
		return err_set(err, "both '%s' and -a name an action; give one of them",
			       verb_get(a->verb)->name);
	if (!*action)
		return err_set(err, "no action; give -a pull, save, load or push"
				    " (see hpn --help)");
	if (strchr(action, ','))
		return read_chain(action, &a->verb, &a->chain, err);
	if (is_action(v)) {
		a->verb = v;
		a->chain = VERB_BIT(v);
		return 0;
	}
	near = verb_suggest(action);
	show(&shown, action, strlen(action));
	if (near && is_action(verb_by_name(near)))
		err_set(err, "unknown action '%s'; did you mean '%s'?", buf_str(&shown), near);
	else
		err_set(err, "unknown action '%s'; give -a pull, save, load or push",
			buf_str(&shown));
	buf_release(&shown);
	return -1;
}

static int check_timeline(const struct args *a, const struct cfg *c, struct err *err)
{
	if (a->operands.n != 1 || !*cfg_str(c, OPT_OUT))
		return err_set(err, "timeline takes the events of one run, and a file for the"
				    " picture, as in: hpn timeline run.jsonl -o run.html");
	return option_check_picture(cfg_str(c, OPT_OUT), err);
}

static int check_operands(const struct args *a, const struct cfg *c, struct err *err)
{
	const char *name = verb_get(a->verb)->name;

	if (a->verb == VERB_COMPLETION && a->operands.n != 1)
		return err_set(err, "%s takes one shell: bash, zsh or fish", name);
	if (a->verb == VERB_TIMELINE)
		return check_timeline(a, c, err);
	if (a->verb == VERB_INDEX && a->operands.n > 1)
		return err_set(err, "%s takes one directory", name);
	if (!is_action(a->verb) && a->verb != VERB_VERIFY && a->verb != VERB_INDEX &&
	    a->verb != VERB_DOCTOR && a->verb != VERB_COMPLETION && a->operands.n)
		return err_set(err, "%s takes no words; leave them out", name);
	if (!is_action(a->verb) || a->verb == VERB_LOAD || a->operands.n || cfg_is_set(c, OPT_FILE))
		return 0;
	if (a->by_word)
		return err_set(err, "%s needs images; name them, or give a list with -f LIST",
			       name);
	return err_set(err, "-a %s needs a list of images; give one with -f LIST", name);
}

/* Modes of other actions first, then the range of one's own. */
static enum opt mode_of(enum verb v)
{
	if (v == VERB_SAVE)
		return OPT_SAVE_MODE;
	if (v == VERB_LOAD)
		return OPT_LOAD_MODE;
	return v == VERB_PUSH ? OPT_PUSH_MODE : OPT_COUNT;
}

static int check_mode(enum verb v, const struct cfg *c, struct err *err)
{
	enum opt own = mode_of(v);
	int64_t max = v == VERB_PUSH ? 2 : 3, mode;

	if (own == OPT_COUNT)
		return 0;
	mode = cfg_int(c, own);
	if (mode >= 1 && mode <= max)
		return 0;
	return err_set(err, "%s: mode %lld is out of range; give --%s 1 to %lld",
		       cfg_source(c, own), (long long)mode, option_get(own)->flag, (long long)max);
}

static const char *whom(const struct args *a)
{
	return a->chain == VERB_BIT(a->verb) ? verb_get(a->verb)->name : "these actions";
}

static int check_modes(const struct args *a, const struct cfg *c, struct err *err)
{
	for (unsigned i = OPT_SAVE_MODE; i <= OPT_PUSH_MODE; i++)
		if (!(option_get((enum opt)i)->verbs & a->chain) &&
		    cfg_given_by_flag(c, (enum opt)i))
			return err_set(err, "--%s does not apply to %s; leave it out",
				       option_get((enum opt)i)->flag, whom(a));
	for (unsigned v = VERB_NONE; v < VERB_COUNT; v++)
		if (a->chain & VERB_BIT(v) && check_mode((enum verb)v, c, err))
			return -1;
	return 0;
}

/* --defaults and its like are told apart from what other verbs may ignore. */
static int check_own(const struct args *a, const struct cfg *c, struct err *err)
{
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);

		if ((o->bits & OPT_F_OWN_VERB) && cfg_given_by_flag(c, (enum opt)i) &&
		    !(o->verbs & a->chain))
			return err_set(err, "--%s does not apply to %s; leave it out", o->flag,
				       whom(a));
	}
	return 0;
}

/* A bundle is one file, saved and done with. */
static int check_bundle(const struct args *a, const struct cfg *c, struct err *err)
{
	static const enum opt others[] = { OPT_SAVE_MODE, OPT_RESUME, OPT_RETRY_FAILED,
					   OPT_FAILED_LIST, OPT_JOURNAL };

	if (!*cfg_str(c, OPT_BUNDLE))
		return 0;
	if (a->chain != VERB_BIT(VERB_SAVE))
		return err_set(err, "--bundle is for save alone; run it by itself");
	if (!strcmp(cfg_str(c, OPT_BUNDLE), "-"))
		return err_set(err, "--bundle: standard output has the run's own lines; give a"
				    " file");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (cfg_given_by_flag(c, others[i]))
			return err_set(err, "--%s does not apply to a bundle; leave it out",
				       option_get(others[i])->flag);
	return 0;
}

int usage_check(struct args *a, const struct cfg *c, struct err *err)
{
	if (take_action(a, c, err) || check_operands(a, c, err))
		return -1;
	if (is_action(a->verb) && check_modes(a, c, err))
		return -1;
	return check_own(a, c, err) || check_bundle(a, c, err) ? -1 : 0;
}

int usage_mode(enum verb v, const struct cfg *c)
{
	enum opt own = mode_of(v);

	return own == OPT_COUNT ? 1 : (int)cfg_int(c, own);
}

char *const *usage_lists(const struct args *a, const struct cfg *c)
{
	char *const *lists = cfg_list(c, OPT_FILE);

	if (!a->by_word)
		while (lists[0] && lists[1])
			lists++;
	return lists;
}
