/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "runtime/version.h"

#define MAX_WORDS 100 /* no sane command line in a descriptor is longer */

static const char *const var_names[RT_VARS] = {
	[RT_IMAGE] = "image",       [RT_IMAGE_FULL] = "image_full",
	[RT_TARGET] = "target",     [RT_TARGET_FULL] = "target_full",
	[RT_FILE] = "file",         [RT_PLATFORM] = "platform",
	[RT_INSECURE] = "insecure", [RT_CLIENT] = "client",
	[RT_SERVER] = "server",     [RT_API] = "api",
	[RT_HOST] = "host",         [RT_NAME] = "name",
	[RT_PROGRAM] = "program",
};

const char *rt_var_name(enum rt_var var)
{
	return var_names[var];
}

static int find_var(const char *s, size_t len)
{
	for (int i = 0; i < RT_VARS; i++)
		if (strlen(var_names[i]) == len && !strncmp(var_names[i], s, len))
			return i;
	return -1;
}

/* What may stand there, for a message. */
static void list_vars(unsigned allowed, struct buf *b)
{
	for (unsigned i = 0; i < RT_VARS; i++)
		if (allowed & RT_BIT(i))
			buf_addf(b, "%s%s", b->len ? ", " : "", var_names[i]);
	if (!b->len)
		buf_adds(b, "none");
}

static int unknown_var(const char *s, size_t len, unsigned allowed, const char *where,
		       struct err *err)
{
	char *name = mem_strndup(s, len);
	const char *known[RT_VARS], *near;
	struct buf all = BUF_INIT;
	size_t n = 0;

	for (unsigned i = 0; i < RT_VARS; i++)
		if (allowed & RT_BIT(i))
			known[n++] = var_names[i];
	list_vars(allowed, &all);
	near = n ? suggest_nearest(name, known, n) : NULL;
	if (near)
		err_set(err, "no variable '%s' in %s; did you mean '%s'?", name, where, near);
	else
		err_set(err, "no variable '%s' in %s; known there: %s", name, where, buf_str(&all));
	buf_release(&all);
	free(name);
	return -1;
}

static int check_var(const char *s, size_t len, unsigned allowed, const char *where, int *ret_var,
		     struct err *err)
{
	*ret_var = find_var(s, len);
	if (*ret_var < 0 || !(allowed & RT_BIT(*ret_var)))
		return unknown_var(s, len, allowed, where, err);
	return 0;
}

int template_check(const char *text, unsigned allowed, const char *where, unsigned *ret_used,
		   struct err *err)
{
	unsigned used = 0;
	int var;

	for (const char *s = text; (s = strchr(s, '%'));) {
		const char *end;

		if (s[1] == '%') {
			s += 2;
			continue;
		}
		end = s[1] == '{' ? strchr(s, '}') : NULL;
		if (!end)
			return err_set(err, "'%%' begins neither %%{variable} nor %%%%;"
					    " write %%%% for a percent sign");
		if (check_var(s + 2, (size_t)(end - s - 2), allowed, where, &var, err))
			return -1;
		used |= RT_BIT(var);
		s = end + 1;
	}
	if (ret_used)
		*ret_used = used;
	return 0;
}

/* The value of the variable at s ("%{...}"); moves s to its end. */
static const char *take_var(const char **s, const struct rt_vars *vars)
{
	const char *end = strchr(*s, '}');
	int var = find_var(*s + 2, (size_t)(end - *s - 2));

	*s = end + 1;
	return vars->v[var];
}

int template_expand(const char *text, const struct rt_vars *vars, struct buf *b)
{
	struct buf made = BUF_INIT;
	const char *value;

	while (*text) {
		size_t plain = strcspn(text, "%");

		buf_add(&made, text, plain);
		text += plain;
		if (!*text)
			break;
		if (text[1] == '%') {
			buf_addc(&made, '%');
			text += 2;
			continue;
		}
		value = take_var(&text, vars);
		if (!value) {
			buf_release(&made);
			return -1;
		}
		buf_adds(&made, value);
	}
	buf_add(b, buf_str(&made), made.len);
	buf_release(&made);
	return 0;
}

static void word_release(struct rt_word *word)
{
	for (size_t i = 0; i < word->n_when; i++)
		free(word->when[i].version);
	free(word->when);
	free(word->text);
}

/* What is compared with: a version, up to the end of `s`. */
static int check_comparison(enum rt_var var, const char *version, struct err *err)
{
	if (!(RT_VERSION_VARS & RT_BIT(var)))
		return err_set(err, "'%s' is not a version; write ?%s without a comparison",
			       var_names[var], var_names[var]);
	if (!version_is_valid(version))
		return err_set(err, "'%s' is not a version; write numbers, such as ?%s>=1.48",
			       version, var_names[var]);
	return 0;
}

/* `name`, `name>=1.2` or `name<1.2`. */
static int add_condition(struct rt_word *word, const char *text, unsigned allowed,
			 const char *where, struct err *err)
{
	size_t len = strcspn(text, "<>=");
	const char *op = text + len;
	struct rt_condition cond = { .test = RT_IS_SET };
	int var;

	if (check_var(text, len, allowed, where, &var, err))
		return -1;
	cond.var = (enum rt_var)var;
	if (*op) {
		bool at_least = !strncmp(op, ">=", 2);
		const char *version = op + (at_least ? 2 : 1);

		if (!at_least && *op != '<')
			return err_set(err, "'%s' does not compare; use >= or <", op);
		if (check_comparison(cond.var, version, err))
			return -1;
		cond.test = at_least ? RT_AT_LEAST : RT_BELOW;
		cond.version = mem_strdup(version);
	}
	word->when = mem_grow(word->when, word->n_when + 1, sizeof(*word->when));
	word->when[word->n_when++] = cond;
	return 0;
}

/* Reads the conditions at the start of `line` and moves it to what follows them. */
static int take_conditions(struct rt_word *word, const char **line, unsigned allowed,
			   const char *where, struct err *err)
{
	while (**line == '?') {
		const char *text = *line + 1;
		size_t len = strcspn(text, " \t");
		size_t gap = strspn(text + len, " \t");
		char *cond;
		int rc;

		if (!len || !text[len + gap])
			return err_set(err,
				       "'%s' has no word after the condition;"
				       " write ?variable word",
				       *line);
		cond = mem_strndup(text, len);
		rc = add_condition(word, cond, allowed, where, err);
		free(cond);
		if (rc)
			return -1;
		*line = text + len + gap;
	}
	return 0;
}

/* The mask of the variables that its conditions are about. */
static unsigned word_conditions(const struct rt_word *word)
{
	unsigned mask = 0;

	for (size_t i = 0; i < word->n_when; i++)
		mask |= RT_BIT(word->when[i].var);
	return mask;
}

static int make_word(struct rt_word *word, const char *line, unsigned allowed, unsigned optional,
		     const char *where, struct err *err)
{
	unsigned used, loose;

	if (take_conditions(word, &line, allowed, where, err) ||
	    template_check(line, allowed, where, &used, err))
		return -1;
	word->text = mem_strdup(line);
	loose = used & optional & ~word_conditions(word);
	for (unsigned i = 0; i < RT_VARS; i++)
		if (loose & RT_BIT(i))
			return err_set(err, "%%{%s} is not always set; write ?%s %s", var_names[i],
				       var_names[i], line);
	return 0;
}

int words_add(struct rt_words *w, const char *line, unsigned allowed, unsigned optional,
	      const char *where, struct err *err)
{
	struct rt_word word = { 0 };

	if (w->n == MAX_WORDS)
		return err_set(err, "over %d words in %s; shorten it", MAX_WORDS, where);
	if (make_word(&word, line, allowed, optional, where, err)) {
		word_release(&word);
		return -1;
	}
	w->v = mem_grow(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = word;
	return 0;
}

static unsigned word_vars(const struct rt_word *word)
{
	unsigned used = 0;

	template_check(word->text, RT_BIT(RT_VARS) - 1, "", &used, NULL);
	return used;
}

unsigned words_sure(const struct rt_words *w)
{
	unsigned mask = 0;

	for (size_t i = 0; i < w->n; i++)
		if (!w->v[i].n_when)
			mask |= word_vars(&w->v[i]);
	return mask;
}

unsigned words_used(const struct rt_words *w)
{
	unsigned mask = 0;

	for (size_t i = 0; i < w->n; i++)
		mask |= word_vars(&w->v[i]) | word_conditions(&w->v[i]);
	return mask;
}

static bool is_true(const struct rt_condition *c, const struct rt_vars *vars)
{
	const char *value = vars->v[c->var];

	if (c->test == RT_AT_LEAST)
		return version_at_least(value, c->version);
	if (c->test == RT_BELOW)
		return version_below(value, c->version);
	return value != NULL;
}

/* Are its conditions true, leaving out those about the variables in `but`? */
static bool applies(const struct rt_word *word, const struct rt_vars *vars, unsigned but)
{
	for (size_t i = 0; i < word->n_when; i++)
		if (!(but & RT_BIT(word->when[i].var)) && !is_true(&word->when[i], vars))
			return false;
	return true;
}

bool words_need_version(const struct rt_words *w, const struct rt_vars *vars)
{
	for (size_t i = 0; i < w->n; i++)
		if ((word_conditions(&w->v[i]) & RT_VERSION_VARS) &&
		    applies(&w->v[i], vars, RT_VERSION_VARS))
			return true;
	return false;
}

static int expand_word(const struct rt_word *word, const struct rt_vars *vars, struct strvec *argv,
		       struct err *err)
{
	bool from_value = word->text[0] == '%' && word->text[1] == '{';
	struct buf b = BUF_INIT;
	int rc = 0;

	if (template_expand(word->text, vars, &b))
		rc = err_set(err, "nothing to put into '%s'", word->text);
	else if (from_value && (!b.len || b.data[0] == '-'))
		rc = err_set(err, "'%s' would be taken for an option; rename it", buf_str(&b));
	else
		strvec_pushn(argv, buf_str(&b), b.len);
	buf_release(&b);
	return rc;
}

int words_expand(const struct rt_words *w, const struct rt_vars *vars, struct strvec *ret_argv,
		 struct err *err)
{
	for (size_t i = 0; i < w->n; i++)
		if (applies(&w->v[i], vars, 0) && expand_word(&w->v[i], vars, ret_argv, err))
			return -1;
	return 0;
}

void words_release(struct rt_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		word_release(&w->v[i]);
	free(w->v);
	*w = (struct rt_words){ 0 };
}
