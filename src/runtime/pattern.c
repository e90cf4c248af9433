/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/pattern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_BYTES 250
#define MAX_REPEAT 99
#define MAX_DEPTH 10
#define MAX_ATOMS ((size_t)10000)

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

/* How many copies {m,n} asks for. */
static int read_interval(const char *s, unsigned count, size_t *ret_copies, struct err *err)
{
	char *end;
	long n = strtol(s + 1, &end, 10);

	if (*end == ',' && end[1] != '}')
		n = strtol(end + 1, NULL, 10);
	if (n < 0 || n > MAX_REPEAT || count > 1)
		return err_set(err, "only one {m,n} to an expression, up to %d", MAX_REPEAT);
	*ret_copies = n ? (size_t)n : 1;
	return 0;
}

/*
 * The library makes copies of what {m,n} and + repeat, and those of a group's
 * parts multiply, so that a short text can take a gigabyte. `size` is how many
 * atoms the copies make of each open group, `last` of the atom before.
 */
struct cost {
	size_t size[MAX_DEPTH + 1], last;
	unsigned depth, intervals;
	bool is_repeated; /* the character before was one of + * ? */
};

static int add_copies(struct cost *c, size_t copies, struct err *err)
{
	c->size[c->depth] += c->last * (copies - 1);
	c->last *= copies;
	if (c->size[c->depth] > MAX_ATOMS)
		return err_set(err, "it repeats too much; break it up");
	return 0;
}

static int open_group(struct cost *c, struct err *err)
{
	if (++c->depth > MAX_DEPTH)
		return err_set(err, "over %d brackets within each other", MAX_DEPTH);
	c->size[c->depth] = 0;
	return 0;
}

static void add_atom(struct cost *c, size_t size)
{
	c->last = size;
	c->size[c->depth] += size;
}

/* One character, or a complete bracket expression. */
static int count_one(struct cost *c, const char *s, struct err *err)
{
	size_t copies = 2;

	if (*s == '\\' && s[1] >= '1' && s[1] <= '9')
		return err_set(err, "back-references are not for expressions here");
	if (strchr("+*?", *s)) {
		if (c->is_repeated)
			return err_set(err, "'%c' repeats what is repeated; remove one", *s);
		return *s == '+' ? add_copies(c, copies, err) : 0;
	}
	if (*s == '{')
		return read_interval(s, ++c->intervals, &copies, err) ? -1
								      : add_copies(c, copies, err);
	if (*s == '(')
		return open_group(c, err);
	if (*s == ')' && c->depth) {
		size_t size = c->size[c->depth--];

		add_atom(c, size);
	} else if (*s != '|') {
		add_atom(c, 1);
	}
	return 0;
}

static int check_cost(const char *s, struct err *err)
{
	struct cost c = { .last = 0 };

	while (*s) {
		if (count_one(&c, s, err))
			return -1;
		c.is_repeated = strchr("+*?", *s) != NULL;
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
