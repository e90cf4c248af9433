/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_BYTES 250
#define MAX_REPEAT 99
#define MAX_DEPTH 10

/* Behind a bracket expression: ] is a member where it comes first. */
static const char *skip_bracket(const char *s)
{
	s++;
	if (*s == '^')
		s++;
	if (*s == ']')
		s++;
	while (*s && *s != ']') {
		if (s[0] == '[' && s[1] && strchr(":.=", s[1])) {
			const char *end = strchr(s + 2, ']');

			s = end ? end : s;
		}
		s++;
	}
	return *s ? s + 1 : s;
}

static int check_repeat(const char *s, unsigned count, struct err *err)
{
	char *end;
	long n = strtol(s + 1, &end, 10);

	if (*end == ',' && end[1] != '}')
		n = strtol(end + 1, NULL, 10);
	if (n < 0 || n > MAX_REPEAT || count > 1)
		return err_set(err, "only one {m,n} to an expression, up to %d", MAX_REPEAT);
	return 0;
}

static int check_cost(const char *s, struct err *err)
{
	unsigned repeats = 0, depth = 0;

	while (*s) {
		if (*s == '\\' && s[1] >= '1' && s[1] <= '9')
			return err_set(err, "back-references are not for expressions here");
		if (*s == '{' && check_repeat(s, ++repeats, err))
			return -1;
		if (*s == '(' && ++depth > MAX_DEPTH)
			return err_set(err, "over %d brackets within each other", MAX_DEPTH);
		if (*s == ')' && depth)
			depth--;
		if (*s == '[')
			s = skip_bracket(s);
		else
			s += *s == '\\' && s[1] ? 2 : 1;
	}
	return 0;
}

static int compile(regex_t *re, const char *text, struct err *err)
{
	char why[128];
	int rc = regcomp(re, text, REG_EXTENDED | REG_NEWLINE);

	if (!rc)
		return 0;
	regerror(rc, re, why, sizeof(why));
	return err_set(err, "bad expression '%s': %s", text, why);
}

int pattern_check(const char *text, size_t least_groups, size_t most_groups, struct err *err)
{
	regex_t re;
	int rc = 0;

	if (strlen(text) > MAX_BYTES)
		return err_set(err, "expression of over %d bytes; break it up", MAX_BYTES);
	if (check_cost(text, err))
		return err_wrap(err, "bad expression '%s'", text);
	if (compile(&re, text, err))
		return -1;
	if (!regexec(&re, "", 0, NULL, 0))
		rc = err_set(err, "expression '%s' matches everything; make it say more", text);
	else if (re.re_nsub < least_groups)
		rc = err_set(err, "expression '%s' has no (group) around what is wanted", text);
	else if (re.re_nsub > most_groups)
		rc = err_set(err,
			     "expression '%s' has more than one (group), and it is"
			     " not clear which is meant",
			     text);
	regfree(&re);
	return rc;
}

int pattern_match(struct rt_pattern *p, const char *text, size_t n, regmatch_t *ret)
{
	if (!p->is_compiled) {
		if (compile(&p->re, p->text, NULL))
			return 0;
		p->is_compiled = 1;
	}
	return !regexec(&p->re, text, n, ret, 0);
}

void pattern_release(struct rt_pattern *p)
{
	if (p->is_compiled)
		regfree(&p->re);
	free(p->text);
	*p = (struct rt_pattern){ 0 };
}

void patterns_add(struct rt_patterns *p, const char *text)
{
	p->v = mem_grow(p->v, p->n + 1, sizeof(*p->v));
	p->v[p->n++] = (struct rt_pattern){ .text = mem_strdup(text) };
}

char *patterns_group(const struct rt_patterns *p, const char *text)
{
	regmatch_t m[2];

	for (size_t i = 0; i < p->n; i++)
		if (pattern_match(&p->v[i], text, 2, m) && m[1].rm_so >= 0)
			return mem_strndup(text + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
	return NULL;
}

int patterns_match(const struct rt_patterns *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (pattern_match(&p->v[i], text, 0, NULL))
			return 1;
	return 0;
}

void patterns_release(struct rt_patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		pattern_release(&p->v[i]);
	free(p->v);
	*p = (struct rt_patterns){ 0 };
}
