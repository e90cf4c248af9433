/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pattern.h - regular expressions from a descriptor
 *
 * POSIX extended, case matters, ^ and $ are the ends of a line. Some of what a
 * regular expression may hold is refused, because it can take a matcher
 * minutes or gigabytes: back-references, more than one {m,n}, + * or ? after
 * each other, and repetitions within repetitions that make too much of it. One
 * that matches an empty text is refused, too, since it would match everything.
 */
#ifndef HPN_RUNTIME_PATTERN_H
#define HPN_RUNTIME_PATTERN_H

#include <regex.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Zero it, then set ->text. It is compiled when it is first needed: a run that
 * goes well needs none, and all those of all descriptors take a megabyte.
 */
struct rt_pattern {
	char *text; /* owned */
	regex_t re;
	int is_compiled;
};

struct rt_patterns {
	struct rt_pattern *v;
	size_t n;
};

/* Is this an expression that may be used, with at most `most_groups` groups
 * and at least `least_groups`? */
int pattern_check(const char *text, size_t least_groups, size_t most_groups, struct err *err);

/* Does it match, and where? `n` places are filled in, all of the match and groups; a
 * group that took no part is at -1. */
int pattern_match(struct rt_pattern *p, const char *text, size_t n, regmatch_t *ret);

void pattern_release(struct rt_pattern *p);

/* Add a copy of a text that has been checked. */
void patterns_add(struct rt_patterns *p, const char *text);

/* The (group) of the first of them that matches and has one, which the caller
 * frees; NULL: none does. */
char *patterns_group(const struct rt_patterns *p, const char *text);

/* Does any of them match? */
int patterns_match(const struct rt_patterns *p, const char *text);

void patterns_release(struct rt_patterns *p);

#endif
