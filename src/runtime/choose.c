/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/choose.h"

#include <string.h>
#include <strings.h>

#define NOBODY SIZE_MAX
#define SELECTION "container runtime selection failed: "

static bool is_set(const char *s)
{
	return s && *s;
}

static size_t find(const struct choice *ch, const char *name)
{
	for (size_t i = 0; i < ch->n; i++)
		if (!strcmp(ch->c[i].name, name))
			return i;
	return NOBODY;
}

/* The one that has been named; NOBODY also when it is not known. */
static size_t named(const struct choice *ch)
{
	if (is_set(ch->wanted))
		return find(ch, ch->wanted);
	return is_set(ch->preferred) ? find(ch, ch->preferred) : NOBODY;
}

static bool is_open(const struct candidate *c)
{
	return c->state == PROBE_NOT_RUN || c->state == PROBE_RUNNING;
}

/* The first that is there of those that may be chosen unnamed; ret_open says
 * that one before it, or any if there is none, is not known yet. */
static size_t first_there(const struct choice *ch, bool *ret_open)
{
	*ret_open = false;
	for (size_t i = 0; i < ch->n; i++) {
		if (!ch->c[i].automatic)
			continue;
		if (ch->c[i].state == PROBE_THERE)
			return i;
		if (is_open(&ch->c[i]))
			*ret_open = true;
	}
	return NOBODY;
}

bool choice_is_ready(const struct choice *ch)
{
	size_t name = named(ch);
	bool open;

	if (is_set(ch->wanted))
		return name == NOBODY || !is_open(&ch->c[name]);
	if (name != NOBODY && is_open(&ch->c[name]))
		return false;
	if (name != NOBODY && ch->c[name].state == PROBE_THERE)
		return true;
	first_there(ch, &open);
	return !open;
}

size_t choice_next(const struct choice *ch, bool hurry, size_t *ret_which)
{
	size_t name = named(ch), n = 0;

	if (choice_is_ready(ch))
		return 0;
	if (name != NOBODY && ch->c[name].state == PROBE_NOT_RUN)
		ret_which[n++] = name;
	if (is_set(ch->wanted))
		return n;
	if (name != NOBODY && is_open(&ch->c[name]) && !hurry)
		return n;
	for (size_t i = 0; i < ch->n; i++) {
		const struct candidate *c = &ch->c[i];

		if (!c->automatic || i == name)
			continue;
		if (c->state == PROBE_THERE)
			break;
		if (c->state == PROBE_NOT_RUN)
			ret_which[n++] = i;
		/* The head start is the first one's, if nobody was named. */
		if (is_open(c) && name == NOBODY && !hurry)
			break;
	}
	return n;
}

static const char *why_not(const struct candidate *c)
{
	return is_set(c->reason) ? c->reason : "not found in PATH";
}

static void fail_wanted(const struct choice *ch, size_t name, struct chosen *ret)
{
	buf_addf(&ret->err, SELECTION "specified runtime '%s' is not available: ", ch->wanted);
	if (name != NOBODY) {
		buf_adds(&ret->err, why_not(&ch->c[name]));
		return;
	}
	buf_adds(&ret->err, "there is no descriptor of that name; known:");
	for (size_t i = 0; i < ch->n; i++)
		buf_addf(&ret->err, "%s %s", i ? "," : "", ch->c[i].name);
}

static void fail_all(const struct choice *ch, struct chosen *ret)
{
	buf_adds(&ret->err, SELECTION "no container runtime found."
				      " Please install docker, podman, or nerdctl");
	for (size_t i = 0; i < ch->n; i++)
		if (ch->c[i].automatic || i == named(ch))
			buf_addf(&ret->err, "\n  %s: %s", ch->c[i].name, why_not(&ch->c[i]));
	for (size_t i = 0; i < ch->n; i++)
		if (ch->c[i].automatic && is_set(ch->c[i].install))
			buf_addf(&ret->err, "\n  to install %s: %s", ch->c[i].name,
				 ch->c[i].install);
}

static void fall_back(const struct choice *ch, struct chosen *ret)
{
	const char *want = ch->preferred, *have = ch->c[ret->use].name;

	if (ch->auto_fallback) {
		ret->kind = CHOICE_USE;
		buf_addf(&ret->out, "Runtime '%s' unavailable, using '%s'\n", want, have);
		return;
	}
	ret->kind = CHOICE_ASK;
	buf_addf(&ret->out,
		 "Runtime '%s' is not available\nFound available runtime: %s\n"
		 "Use '%s' instead of '%s'? (y/N): ",
		 want, have, have, want);
}

void choice_make(const struct choice *ch, struct chosen *ret)
{
	size_t name = named(ch);
	bool there = name != NOBODY && ch->c[name].state == PROBE_THERE, open;

	*ret = (struct chosen){ .kind = CHOICE_FAIL, .use = name };
	if (there) {
		ret->kind = CHOICE_USE;
		return;
	}
	if (is_set(ch->wanted)) {
		fail_wanted(ch, name, ret);
		return;
	}
	ret->use = first_there(ch, &open);
	if (ret->use == NOBODY)
		fail_all(ch, ret);
	else if (is_set(ch->preferred))
		fall_back(ch, ret);
	else
		ret->kind = CHOICE_USE;
}

bool choice_is_yes(const char *line)
{
	static const char blanks[] = " \t\r\n\v\f";
	size_t len;

	if (!line)
		return false;
	line += strspn(line, blanks);
	len = strcspn(line, blanks);
	return (len == 1 && !strncasecmp(line, "y", 1)) ||
	       (len == 3 && !strncasecmp(line, "yes", 3));
}

void choice_answer(const struct choice *ch, bool yes, struct chosen *c)
{
	buf_reset(&c->out);
	if (yes) {
		c->kind = CHOICE_USE;
		buf_addf(&c->out, "Using '%s' runtime\n", ch->c[c->use].name);
		return;
	}
	c->kind = CHOICE_FAIL;
	buf_addf(&c->err,
		 SELECTION "user declined runtime fallback. Please install '%s' or"
			   " update config",
		 ch->preferred);
}

void chosen_release(struct chosen *c)
{
	buf_release(&c->out);
	buf_release(&c->err);
}
