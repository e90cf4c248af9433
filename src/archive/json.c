/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/json.h"

#include <stdbool.h>
#include <string.h>

/* Past the string that begins at i; n when it does not end. */
static size_t skip_string(const char *s, size_t n, size_t i)
{
	for (i++; i < n && s[i] != '"'; i++)
		if (s[i] == '\\')
			i++;
	return i < n ? i : n;
}

/* Depth and number of values are bounded by brackets and commas. */
static const char *look_over(const char *s, size_t n)
{
	size_t depth = 0, values = 0;

	for (size_t i = 0; i < n; i++) {
		switch (s[i]) {
		case '"':
			i = skip_string(s, n, i);
			break;
		case '[':
		case '{':
			values++;
			if (++depth > JSON_MAX_DEPTH)
				return "is nested too deeply";
			break;
		case ']':
		case '}':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		}
		if (values > JSON_MAX_VALUES)
			return "has too many values";
	}
	return NULL;
}

json_t *json_parse(const char *name, const char *text, size_t len, struct err *err)
{
	const char *trouble = look_over(text, len);
	json_error_t why;
	json_t *root;

	if (trouble) {
		err_set(err, "'%s' %s", name, trouble);
		return NULL;
	}
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		err_set(err, "'%s' is not JSON: at byte %d: %s", name, why.position,
			json_error_code(&why) == json_error_duplicate_key ? "a key comes twice"
									  : "cannot be read");
	return root;
}

json_t *json_of(struct entries *es, const struct entry *e, struct err *err)
{
	if (!e->text) {
		err_set(err, "'%s' is not JSON, or too large to be looked at", e->name);
		return NULL;
	}
	es->parsed_bytes += e->size_bytes;
	if (es->parsed_bytes > JSON_MAX_BYTES) {
		err_set(err, "its JSON is too large, or named too often");
		return NULL;
	}
	return json_parse(e->name, e->text, (size_t)e->size_bytes, err);
}

const char *json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

json_t *json_list(const json_t *object, const char *key)
{
	json_t *list = json_object_get(object, key);

	return json_is_array(list) ? list : NULL;
}

/* One letter at *s, which then points after it; two letters beyond ASCII are
 * others in lower case: the long s, and the sign of the kelvin. */
static char fold(const char **s)
{
	const char *at = *s;

	if (strncmp(at, "\xc5\xbf", 2) == 0) {
		*s += 2;
		return 's';
	}
	if (strncmp(at, "\xe2\x84\xaa", 3) == 0) {
		*s += 3;
		return 'k';
	}
	++*s;
	return (char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
}

/* Is the word the key, but for the case? */
static bool is_variant(const char *key, const char *word, size_t len)
{
	const char *end = word + len;

	if (strlen(key) == len && strncmp(key, word, len) == 0)
		return false;
	while (*key && word < end)
		if (fold(&key) != fold(&word))
			return false;
	return !*key && word == end;
}

int json_keys(const char *name, const json_t *object, const char *known, struct err *err)
{
	/* jansson iterates only over what is not const, and changes nothing. */
	union {
		const json_t *in;
		json_t *out;
	} o = { object };

	for (void *at = json_object_iter(o.out); at; at = json_object_iter_next(o.out, at)) {
		const char *key = json_object_iter_key(at);

		for (const char *word = known; *word; word += strspn(word, " ")) {
			size_t len = strcspn(word, " ");

			if (is_variant(key, word, len))
				return err_set(err,
					       "'%s' has a key that engines read as '%.*s', and"
					       " that is written in another way",
					       name, (int)len, word);
			word += len;
		}
	}
	return 0;
}
