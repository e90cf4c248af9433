/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/yamllist.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define MAX_ANCHORS ((size_t)1024) /* more are not followed */

/* What a node is to the mapping that it stands in. */
enum role {
	ROLE_REGISTRY, /* these have a place in image.part */
	ROLE_REPOSITORY,
	ROLE_TAG,
	ROLE_DIGEST,
	ROLE_REFERENCE,
	N_PARTS,
	ROLE_IMAGE = N_PARTS,
	ROLE_MERGE,
	ROLE_OTHER,
};

/* A mapping that is the value of `image`. */
struct image {
	char *part[N_PARTS]; /* NULL when not there */
	bool is_template;    /* a key is itself a mapping: {{ … }} */
	bool is_merged;      /* <<: *something */
	uint32_t line;
};

struct anchor {
	char *name;
	char *text;
};

/* The event at hand is the first of the node that is read next. */
struct walk {
	const struct list_sink *sink;
	struct list_source source;
	struct err *err;
	int errnum;
	size_t left; /* bytes that the file may still have */
	size_t depth;
	yaml_parser_t parser;
	yaml_event_t event;
	size_t n_anchors;
	struct anchor anchor[MAX_ANCHORS];
};

static int read_some(void *user, unsigned char *to, size_t size, size_t *ret_n)
{
	struct walk *w = user;
	ssize_t n;

	*ret_n = 0;
	if (!w->left)
		return 0;
	n = w->source.read(w->source.user, (char *)to, size < w->left ? size : w->left);
	if (n < 0) {
		w->errnum = (int)-n;
		return 0;
	}
	*ret_n = (size_t)n;
	w->left -= (size_t)n;
	return 1;
}

static int bad_yaml(const struct walk *w)
{
	const yaml_parser_t *parser = &w->parser;
	const char *problem = parser->problem ? parser->problem : "it cannot be read";

	if (w->errnum)
		return err_set(w->err, "%zu: the rest cannot be read: %s", parser->mark.line + 1,
			       strerror(w->errnum));
	if (!w->left)
		return err_set(w->err, "%zu: larger than %zu bytes; split the file",
			       parser->mark.line + 1, YAMLLIST_MAX_BYTES);
	if (parser->error == YAML_READER_ERROR) /* it reads ahead of the lines */
		return err_set(w->err, "%zu: not valid YAML: %s, at byte %zu of the file",
			       parser->mark.line + 1, problem, parser->problem_offset + 1);
	return err_set(w->err, "%zu: not valid YAML: %s; look at the indentation there",
		       parser->problem_mark.line + 1, problem);
}

static int next(struct walk *w)
{
	yaml_event_delete(&w->event);
	return yaml_parser_parse(&w->parser, &w->event) ? 0 : bad_yaml(w);
}

static uint32_t line_of(const struct walk *w)
{
	return (uint32_t)w->event.start_mark.line + 1;
}

static int take(struct walk *w, const char *text, size_t len, uint32_t line, const char *bad)
{
	struct list_found found = { .text = text, .len = len, .line = line, .bad = bad };

	utf8_trim(&found.text, &found.len);
	return found.len ? w->sink->take(w->sink->user, &found, w->err) : 0;
}

static enum role role_of(const char *key)
{
	static const struct {
		const char *key;
		enum role role;
	} roles[] = {
		{ "image", ROLE_IMAGE },
		{ "registry", ROLE_REGISTRY },
		{ "repository", ROLE_REPOSITORY },
		{ "tag", ROLE_TAG },
		{ "digest", ROLE_DIGEST },
		{ "reference", ROLE_REFERENCE },
		{ "<<", ROLE_MERGE },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(key, roles[i].key))
			return roles[i].role;
	return ROLE_OTHER;
}

/* A quoted text may hold NULs. They must not cut it down to something valid, so
 * another character takes their place that no reference has. */
static char *copy_text(const char *text, size_t len)
{
	char *copy = mem_strndup(text, len);

	for (size_t i = 0; i < len; i++)
		if (!copy[i])
			copy[i] = '\1';
	return copy;
}

static int is_null(const yaml_event_t *e)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (!strcmp((const char *)e->data.scalar.value, nulls[i]))
			return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static void forget_anchors(struct walk *w)
{
	while (w->n_anchors) {
		w->n_anchors--;
		free(w->anchor[w->n_anchors].name);
		free(w->anchor[w->n_anchors].text);
	}
}

/* The text of a scalar, or of one that an alias stands for; false: it is none. */
static bool find_text(struct walk *w, const char **ret_text, size_t *ret_len)
{
	const yaml_event_t *e = &w->event;
	struct anchor *a;

	if (e->type == YAML_ALIAS_EVENT) {
		for (size_t i = w->n_anchors; i-- > 0;)
			if (!strcmp(w->anchor[i].name, (const char *)e->data.alias.anchor)) {
				*ret_text = w->anchor[i].text;
				*ret_len = strlen(*ret_text);
				return true;
			}
		return false;
	}
	if (e->type != YAML_SCALAR_EVENT)
		return false;
	*ret_text = is_null(e) ? "" : (const char *)e->data.scalar.value;
	*ret_len = is_null(e) ? 0 : e->data.scalar.length;
	if (e->data.scalar.anchor && w->n_anchors < MAX_ANCHORS) {
		a = &w->anchor[w->n_anchors++];
		a->name = mem_strdup((const char *)e->data.scalar.anchor);
		a->text = copy_text(*ret_text, *ret_len);
	}
	return true;
}

/* An alias to something that is not a text. */
static int take_alias(struct walk *w, enum role role, struct image *in)
{
	struct buf shown = BUF_INIT;
	int rc;

	if (role == ROLE_MERGE && in)
		in->is_merged = true;
	if (role != ROLE_IMAGE)
		return 0;
	buf_addf(&shown, "*%s", (const char *)w->event.data.alias.anchor);
	rc = take(w, buf_str(&shown), shown.len, line_of(w),
		  "an alias to something that is not a text; write the image here");
	buf_release(&shown);
	return rc;
}

static int read_mapping(struct walk *w, bool is_image);

/* What a node is, and the image whose part it is; NULL: none's. */
static int read_node(struct walk *w, enum role role, struct image *in)
{
	const char *text;
	size_t len;
	int rc;

	if (find_text(w, &text, &len)) {
		if (role == ROLE_IMAGE)
			return take(w, text, len, line_of(w), NULL);
		if (role < N_PARTS && in) {
			free(in->part[role]);
			in->part[role] = copy_text(text, len);
		}
		return 0;
	}
	if (w->event.type == YAML_ALIAS_EVENT)
		return take_alias(w, role, in);
	if (w->depth == YAMLLIST_MAX_DEPTH)
		return err_set(w->err, "%u: nested too deeply to be a compose file or a manifest",
			       line_of(w));
	w->depth++;
	if (w->event.type == YAML_MAPPING_START_EVENT)
		rc = read_mapping(w, role == ROLE_IMAGE);
	else
		while (!(rc = next(w)) && w->event.type != YAML_SEQUENCE_END_EVENT)
			if (read_node(w, ROLE_OTHER, NULL))
				return -1;
	w->depth--;
	return rc;
}

static int has(const struct image *im, enum role part)
{
	return im->part[part] && im->part[part][0];
}

/* Why the parts of an image do not make one, or NULL. */
static const char *bad_parts(const struct image *im)
{
	if (im->is_template)
		return "a template that is not filled in; use the output of `helm template`";
	if (im->is_merged)
		return "parts of the image come from an alias; write them here";
	if (im->part[ROLE_TAG] && !has(im, ROLE_TAG) && !has(im, ROLE_DIGEST))
		return "the tag is empty, and the chart fills it in; "
		       "use the output of `helm template`";
	return NULL;
}

static int take_parts(struct walk *w, const struct image *im)
{
	static const struct {
		enum role part;
		const char *before;
		const char *after;
	} parts[] = {
		{ ROLE_REGISTRY, "", "/" },
		{ ROLE_REPOSITORY, "", "" },
		{ ROLE_TAG, ":", "" },
		{ ROLE_DIGEST, "@", "" },
	};
	struct buf name = BUF_INIT;
	int rc;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has(im, parts[i].part))
			buf_addf(&name, "%s%s%s", parts[i].before, im->part[parts[i].part],
				 parts[i].after);
	rc = take(w, buf_str(&name), name.len, im->line, bad_parts(im));
	buf_release(&name);
	return rc;
}

/* The mapping has ended. */
static int take_image(struct walk *w, const struct image *im)
{
	const char *reference = im->part[ROLE_REFERENCE];

	if (has(im, ROLE_REPOSITORY))
		return take_parts(w, im);
	if (has(im, ROLE_REFERENCE))
		return take(w, reference, strlen(reference), im->line, NULL);
	if (im->is_template || im->is_merged)
		return take(w, im->is_merged ? "<<" : "{{", 2, im->line, bad_parts(im));
	return 0;
}

/* The event at hand is the key. */
static int read_pair(struct walk *w, struct image *im, bool is_image)
{
	enum role role = ROLE_OTHER;
	const char *key;
	size_t len;

	if (find_text(w, &key, &len)) {
		if (strlen(key) == len)
			role = role_of(key);
	} else if (w->event.type != YAML_ALIAS_EVENT) {
		im->is_template = true;
		if (read_node(w, ROLE_OTHER, NULL))
			return -1;
	}
	return next(w) ? -1 : read_node(w, role, is_image ? im : NULL);
}

static int read_mapping(struct walk *w, bool is_image)
{
	struct image im = { .line = line_of(w) };
	int rc;

	while (!(rc = next(w)) && w->event.type != YAML_MAPPING_END_EVENT)
		if ((rc = read_pair(w, &im, is_image)))
			break;
	if (!rc && is_image)
		rc = take_image(w, &im);
	for (size_t i = 0; i < N_PARTS; i++)
		free(im.part[i]);
	return rc;
}

static int read_stream(struct walk *w)
{
	int rc;

	while (!(rc = next(w)) && w->event.type != YAML_STREAM_END_EVENT) {
		if (w->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		forget_anchors(w);
		if (next(w) || read_node(w, ROLE_OTHER, NULL))
			return -1;
	}
	return rc;
}

int yamllist_read(const struct list_source *source, const struct list_sink *sink, int *ret_errnum,
		  struct err *err)
{
	struct walk *w = mem_alloc(sizeof(*w));
	int rc;

	*ret_errnum = 0;
	w->sink = sink;
	w->source = *source;
	w->err = err;
	w->left = YAMLLIST_MAX_BYTES;
	if (!yaml_parser_initialize(&w->parser)) {
		free(w);
		return err_set(err, "1: out of memory");
	}
	yaml_parser_set_input(&w->parser, read_some, w);
	rc = read_stream(w);
	*ret_errnum = w->errnum;
	yaml_event_delete(&w->event);
	yaml_parser_delete(&w->parser);
	forget_anchors(w);
	free(w);
	return rc;
}
