/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/index.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/json.h"
#include "base/slurp.h"

static json_t *empty(void)
{
	return json_pack("{s:i,s:[]}", "schema", 1, "images");
}

static bool is_index(const json_t *root)
{
	const json_t *images = json_list(root, "images");

	if (!images || json_integer_value(json_object_get(root, "schema")) != 1)
		return false;
	for (size_t i = 0; i < json_array_size(images); i++)
		if (!json_str(json_array_get(images, i), "file"))
			return false;
	return true;
}

json_t *index_parse(const char *text, size_t len, const char *path, struct err *err)
{
	json_t *root = json_parse(path, text, len, err);

	if (root && !is_index(root)) {
		json_decref(root);
		root = NULL;
		err_set(err, "'%s' is not an index of hpn's; remove it, and 'hpn index' makes one",
			path);
	}
	return root;
}

json_t *index_read(const char *dir, const char *name, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	json_t *root = NULL;
	struct stat st;

	buf_addf(&path, "%s/%s", dir, name);
	if (stat(buf_str(&path), &st) < 0 && errno == ENOENT)
		root = empty();
	else if (!S_ISREG(st.st_mode))
		err_set(err, "%s is not a regular file", buf_str(&path));
	else if (slurp(buf_str(&path), INDEX_MAX_BYTES, &text, err))
		err_wrap(err, "read %s", buf_str(&path));
	else
		root = index_parse(buf_str(&text), text.len, buf_str(&path), err);
	buf_release(&path);
	buf_release(&text);
	return root;
}

/* What is known of an image of that content by the name it was asked for. */
static const char *name_before(const json_t *list, const struct index_file *f, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *r = json_array_get(list, i);
		const char *file = json_str(r, "file"), *hex = json_str(r, "sha256");
		const char *its = json_str(r, "id");

		if (file && !strcmp(file, f->name) && hex && !strcmp(hex, f->hex) && its && id &&
		    !strcmp(its, id))
			return json_str(r, "image");
	}
	return NULL;
}

static json_t *record_of(const json_t *list, const struct index_file *f, const json_t *image)
{
	json_t *tags = json_list(image, "tags"), *digest = json_object_get(image, "digest");
	const char *name = f->image, *id = json_str(image, "id");
	json_t *o = json_object();

	if (!name)
		name = name_before(list, f, id);
	if (!name)
		name = json_string_value(json_array_get(tags, 0));
	json_object_set_new(o, "file", json_string(f->name));
	json_object_set_new(o, "image", name ? json_string(name) : json_null());
	json_object_set(o, "id", json_object_get(image, "id"));
	json_object_set_new(o, "digest", digest ? json_incref(digest) : json_null());
	json_object_set(o, "platform", json_object_get(image, "platform"));
	json_object_set(o, "tags", tags);
	json_object_set_new(o, "size", json_integer((json_int_t)f->bytes));
	json_object_set_new(o, "sha256", json_string(f->hex));
	return o;
}

static bool is_of(const json_t *record, const char *file)
{
	return strcmp(json_str(record, "file"), file) == 0;
}

/* These objects are all that is known of a file. */
static void put(json_t *list, const char *file, const json_t *fresh)
{
	size_t at = 0;

	for (size_t i = json_array_size(list); i-- > 0;)
		if (is_of(json_array_get(list, i), file))
			json_array_remove(list, i);
	while (at < json_array_size(list) &&
	       strcmp(json_str(json_array_get(list, at), "file"), file) < 0)
		at++;
	for (size_t i = 0; i < json_array_size(fresh); i++)
		json_array_insert(list, at + i, json_array_get(fresh, i));
}

void index_put(json_t *index, const struct index_file *f)
{
	const json_t *images = json_list(f->what, "images");
	json_t *list = json_list(index, "images"), *fresh = json_array();

	for (size_t i = 0; i < json_array_size(images); i++)
		json_array_append_new(fresh, record_of(list, f, json_array_get(images, i)));
	put(list, f->name, fresh);
	json_decref(fresh);
}

static bool has_sum(const json_t *record, const char *hex)
{
	const char *have = json_str(record, "sha256");

	return have && hex && strcmp(have, hex) == 0;
}

/* The objects of a file with this sum, for json_decref(). */
static json_t *records_of(const json_t *list, const char *file, const char *hex)
{
	json_t *found = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *r = json_array_get(list, i);

		if (is_of(r, file) && has_sum(r, hex))
			json_array_append(found, r);
	}
	return found;
}

size_t index_take(json_t *index, const json_t *from,
		  const char *(*sum_of)(void *ctx, const char *file), void *ctx)
{
	json_t *list = json_list(index, "images");
	const json_t *other = json_list(from, "images");
	size_t taken = 0;

	for (size_t i = 0; i < json_array_size(other); i++) {
		const char *file = json_str(json_array_get(other, i), "file");
		const char *hex = sum_of(ctx, file);
		json_t *old = records_of(list, file, hex), *fresh = records_of(other, file, hex);

		if (!json_array_size(old) && json_array_size(fresh)) {
			put(list, file, fresh);
			taken += json_array_size(fresh);
		}
		json_decref(old);
		json_decref(fresh);
	}
	return taken;
}

void index_prune(json_t *index, int (*gone)(void *ctx, const char *file), void *ctx)
{
	json_t *list = json_list(index, "images");

	for (size_t i = json_array_size(list); i-- > 0;)
		if (gone(ctx, json_str(json_array_get(list, i), "file")))
			json_array_remove(list, i);
}

void index_write(const json_t *index, struct buf *b)
{
	const json_t *list = json_list(index, "images");

	buf_adds(b, "{\"schema\":1,\"images\":[");
	for (size_t i = 0; i < json_array_size(list); i++) {
		char *text = json_dumps(json_array_get(list, i), JSON_COMPACT);

		buf_addf(b, "%s\n", i ? "," : "");
		buf_adds(b, text ? text : "{}");
		free(text);
	}
	buf_adds(b, "\n]}\n");
}

/* In a line of words it can only be one. */
static bool is_word(const char *text)
{
	if (!text || !*text)
		return false;
	while ((unsigned char)*text > ' ' && *text != 0x7f)
		text++;
	return !*text;
}

static const char *word_of(const json_t *record, const char *key)
{
	const char *text = json_str(record, key);

	return is_word(text) ? text : "-";
}

static void add_names(const json_t *record, struct buf *b)
{
	const char *image = json_str(record, "image");
	const json_t *tags = json_list(record, "tags");

	if (is_word(image))
		buf_addf(b, "name %s\n", image);
	for (size_t i = 0; i < json_array_size(tags); i++) {
		const char *text = json_string_value(json_array_get(tags, i));

		if (is_word(text) && (!image || strcmp(text, image) != 0))
			buf_addf(b, "name %s\n", text);
	}
}

void index_lines(const json_t *index, struct buf *b)
{
	const json_t *list = json_list(index, "images");
	const char *last = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *r = json_array_get(list, i);
		const char *file = json_str(r, "file");

		if (strchr(file, '\n'))
			continue;
		if (!last || strcmp(last, file) != 0)
			buf_addf(b, "file %s\n", file);
		last = file;
		buf_addf(b, "image %s %s %" JSON_INTEGER_FORMAT " %s\n", word_of(r, "id"),
			 word_of(r, "platform"), json_integer_value(json_object_get(r, "size")),
			 word_of(r, "sha256"));
		add_names(r, b);
	}
}
