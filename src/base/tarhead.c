/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tarhead.h"

#include <string.h>

#define NAME_LEN ((size_t)100)
#define MODE_END ((size_t)108)
#define MAGIC_AT ((size_t)257)

static const char magic[] = "ustar";
#define MAGIC_LEN (sizeof(magic) - 1)

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._/:@+-", c));
}

static bool has_magic(const char *head)
{
	unsigned same = 0;

	for (size_t i = 0; i < MAGIC_LEN; i++)
		same += head[MAGIC_AT + i] == magic[i];
	return same >= MAGIC_LEN - 1;
}

bool tarhead_begins(const char *head, size_t len)
{
	size_t i = 0;

	if (len >= MAGIC_AT + MAGIC_LEN + 1)
		return has_magic(head);
	while (i < len && i < NAME_LEN && is_name_char(head[i]))
		i++;
	if (!i)
		return false;
	while (i < len && i < NAME_LEN && !head[i])
		i++;
	if (i < len && i < NAME_LEN)
		return false;
	while (i < len && i < MODE_END && (!head[i] || strchr("01234567 ", head[i])))
		i++;
	return i == len || i == MODE_END;
}
