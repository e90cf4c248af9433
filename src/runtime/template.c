/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/template.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"

#define MAX_WORDS 100 /* no sane command line in a descriptor is longer */

static const char *const var_names[RT_VARS] = {
	[RT_IMAGE] = "image",       [RT_IMAGE_FULL] = "image_full",
	[RT_TARGET] = "target",     [RT_TARGET_FULL] = "target_full",
	[RT_FILE] = "file",         [RT_PLATFORM] = "platform",
	[RT_INSECURE] = "insecure", [RT_HOST] = "host",
	[RT_NAME] = "name",         [RT_PROGRAM] = "program",
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

/* The value of the variable at s ("%{...}"); moves s behind it. */
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

/* `?name word`: which variable, and where the word begins. */
static int take_condition(const char **line, unsigned allowed, const char *where, int *ret_when,
			  struct err *err)
{
	const char *name = *line + 1, *word;
	size_t len = strcspn(name, " \t");

	word = name + len + strspn(name + len, " \t");
	if (!len || !*word)
		return err_set(err, "'%s' is no condition; write ?variable word", *line);
	*line = word;
	return check_var(name, len, allowed, where, ret_when, err);
}

int words_add(struct rt_words *w, const char *line, unsigned allowed, unsigned optional,
	      const char *where, struct err *err)
{
	int when = -1;
	unsigned used, loose;

	if (*line == '?' && take_condition(&line, allowed, where, &when, err))
		return -1;
	if (template_check(line, allowed, where, &used, err))
		return -1;
	loose = used & optional & ~(when < 0 ? 0 : RT_BIT(when));
	for (unsigned i = 0; i < RT_VARS; i++)
		if (loose & RT_BIT(i))
			return err_set(err, "%%{%s} is not always set; write ?%s %s", var_names[i],
				       var_names[i], line);
	if (w->n == MAX_WORDS)
		return err_set(err, "over %d words in %s; shorten it", MAX_WORDS, where);
	w->v = mem_grow(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n].when = when;
	w->v[w->n++].text = mem_strdup(line);
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
		if (w->v[i].when < 0)
			mask |= word_vars(&w->v[i]);
	return mask;
}

unsigned words_used(const struct rt_words *w)
{
	unsigned mask = 0;

	for (size_t i = 0; i < w->n; i++) {
		mask |= word_vars(&w->v[i]);
		if (w->v[i].when >= 0)
			mask |= RT_BIT(w->v[i].when);
	}
	return mask;
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
	for (size_t i = 0; i < w->n; i++) {
		const struct rt_word *word = &w->v[i];

		if (word->when >= 0 && !vars->v[word->when])
			continue;
		if (expand_word(word, vars, ret_argv, err))
			return -1;
	}
	return 0;
}

void words_release(struct rt_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].text);
	free(w->v);
	*w = (struct rt_words){ 0 };
}
