/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is it YAML? Lists came first: whatever can be one is one. */
#include "image/yamllist.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "image/ref.h"

struct look {
	int lines;      /* that count */
	int begins_map; /* the first of them is `key:` or `{` */
	int has_key;    /* one that a list has no use for */
	int has_ref;    /* a line that a list would take */
};

static int has_suffix(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && !strcasecmp(s + len - n, suffix);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-./$", c));
}

/* What may stand before a key: dashes of sequences, a brace. */
static struct span skip_marks(struct span line)
{
	while (line.len && (is_blank(line.s[0]) || line.s[0] == '{' ||
			    (line.s[0] == '-' && line.len > 1 && is_blank(line.s[1])))) {
		line.s++;
		line.len--;
	}
	return line;
}

/* The key that the line begins with; len 0 when there is none. */
static struct span key_of(struct span line)
{
	struct span none = { "", 0 }, key;
	size_t i, quoted;

	line = skip_marks(line);
	quoted = line.len && (line.s[0] == '"' || line.s[0] == '\'');
	for (i = quoted; i < line.len && is_key_char(line.s[i]); i++)
		;
	key = (struct span){ line.s + quoted, i - quoted };
	if (quoted && (i == line.len || line.s[i++] != line.s[0]))
		return none;
	if (i == line.len || line.s[i] != ':')
		return none;
	if (i + 1 < line.len && !is_blank(line.s[i + 1]) && !quoted)
		return none;
	return key;
}

static int is_telling(struct span key)
{
	static const char *const keys[] = { "image", "services", "apiVersion" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key.len == strlen(keys[i]) && !memcmp(key.s, keys[i], key.len))
			return 1;
	return 0;
}

/* Without the spaces at its ends and what is after " #". */
static struct span strip(struct span line)
{
	for (size_t i = 1; i < line.len; i++)
		if (line.s[i] == '#' && is_blank(line.s[i - 1]))
			line.len = i;
	utf8_trim(&line.s, &line.len);
	return line;
}

static int counts(struct span line)
{
	if (!line.len || line.s[0] == '#' || line.s[0] == '%')
		return 0;
	return line.len < 3 || (memcmp(line.s, "---", 3) != 0 && memcmp(line.s, "...", 3) != 0);
}

static void look_at(struct look *look, struct span raw)
{
	struct span line = strip(raw), key;

	if (!counts(line))
		return;
	key = key_of(line);
	if (!look->lines++)
		look->begins_map = key.len || line.s[0] == '{';
	look->has_key |= is_telling(key);
	if (line.s == raw.s && !ref_parsen(line.s, line.len, NULL, NULL))
		look->has_ref = 1;
}

int yamllist_detect(const char *file, const char *head, size_t len, int whole)
{
	struct look look = { 0, 0, 0, 0 };
	const char *end;

	if (len >= UTF8_BOM_LEN && !memcmp(head, UTF8_BOM, UTF8_BOM_LEN)) {
		head += UTF8_BOM_LEN;
		len -= UTF8_BOM_LEN;
	}
	while (len && !look.has_ref) {
		end = memchr(head, '\n', len);
		if (!end && !whole)
			break; /* it may be half a line */
		look_at(&look, (struct span){ head, end ? (size_t)(end - head) : len });
		len -= end ? (size_t)(end - head) + 1 : len;
		head = end ? end + 1 : head;
	}
	if (look.has_ref)
		return 0;
	if (has_suffix(file, ".yaml") || has_suffix(file, ".yml"))
		return 1;
	return look.begins_map && look.has_key;
}
