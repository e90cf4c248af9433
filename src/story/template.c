/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/template.h"

#include <string.h>

static const struct part *find(const struct part *parts, const char *at)
{
	size_t len = strcspn(at + 1, "@\n");

	for (; *at == '@' && at[1 + len] == '@' && parts->name; parts++)
		if (strlen(parts->name) == len && !memcmp(parts->name, at + 1, len))
			return parts;
	return NULL;
}

void template_fill(struct buf *b, const char *const *lines, const struct part *parts)
{
	for (; *lines; lines++)
		for (const char *at = *lines; *at;) {
			const struct part *part = find(parts, at);

			if (part) {
				buf_adds(b, part->text);
				at += strlen(part->name) + 2;
			} else {
				buf_addc(b, *at++);
			}
		}
}
