/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pattern.h - regular expressions from a descriptor
 *
 * POSIX extended, case matters, ^ and $ are the ends of a line. Some of what a
 * regular expression may hold is refused, because it can take a matcher
 * minutes or gigabytes: back-references, and more than one {m,n}. So is one
 * that matches an empty text, since it would match everything.
 */
#ifndef HPN_RUNTIME_PATTERN_H
#define HPN_RUNTIME_PATTERN_H

#include <regex.h>
#include <stddef.h>

#include "base/err.h"

/* On success the caller ends with regfree(). */
int pattern_compile(regex_t *re, const char *text, struct err *err);

#endif
