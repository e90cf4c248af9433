/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/reason.h"

#include <stdbool.h>
#include <string.h>

static bool is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The last place that the name has in the text; NULL: none. */
static const char *last_place(const char *text, size_t len, const char *name)
{
	const char *last = NULL, *at = text;

	while (*name && (at = strstr(at, name)) && at < text + len)
		last = at++;
	return last;
}

const char *reason_without_name(const char *text, const char *name, size_t *ret_len)
{
	size_t len = strcspn(text, "\n");
	const char *end = text + len, *from = last_place(text, len, name), *to = from;

	*ret_len = len;
	if (!from)
		return text;
	/* the rest of the word: a tag, or what a quotation mark ends */
	while (to < end && !is_in(*to, " \"'"))
		to++;
	while (to < end && is_in(*to, " \"':,"))
		to++;
	if (to < end) {
		*ret_len = (size_t)(end - to);
		return to;
	}
	/* nothing comes after the name: what comes before it, then */
	while (from > text && !is_in(from[-1], " \"'"))
		from--;
	while (from > text && is_in(from[-1], " \"':,"))
		from--;
	if (from > text)
		*ret_len = (size_t)(from - text);
	return text;
}
