/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/yamllist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define MAX_ANCHORS ((size_t)1024) /* more are not followed */

/* What a node is to the mapping that it stands in. */
enum role {
	ROLE_REGISTRY, /* these have a place in frame.part */
	ROLE_REPOSITORY,
	ROLE_TAG,
	ROLE_DIGEST,
	ROLE_REFERENCE,
	N_PARTS,
	ROLE_IMAGE = N_PARTS,
	ROLE_MERGE,
	ROLE_OTHER,
	ROLE_KEY,
};

/* A mapping or sequence that has begun. */
struct frame {
	int is_map;
	int is_image; /* a mapping that is the value of `image` */
	int has_key;  /* a mapping: the next node is a value, of this role */
	enum role role;
	int is_template; /* a key that is itself a mapping: {{ … }} */
	int is_merged;   /* <<: *something */
	uint32_t line;
	char *part[N_PARTS]; /* NULL when not there */
};

struct anchor {
	char *name;
	char *text;
};

struct walk {
	const struct list_sink *sink;
	struct list_source source;
	int errnum;
	size_t left; /* bytes that the file may still have */
	size_t depth;
	size_t n_anchors;
	struct frame stack[YAMLLIST_MAX_DEPTH];
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

static int bad_yaml(const struct walk *w, const yaml_parser_t *parser, struct err *err)
{
	const char *problem = parser->problem ? parser->problem : "it cannot be read";

	if (w->errnum)
		return err_set(err, "%zu: the rest cannot be read: %s", parser->mark.line + 1,
			       strerror(w->errnum));
	if (!w->left)
		return err_set(err, "%zu: larger than %zu bytes; split the file",
			       parser->mark.line + 1, YAMLLIST_MAX_BYTES);
	if (parser->error == YAML_READER_ERROR) /* it reads ahead of the lines */
		return err_set(err, "%zu: no valid YAML: %s, at byte %zu of the file",
			       parser->mark.line + 1, problem, parser->problem_offset + 1);
	return err_set(err, "%zu: no valid YAML: %s; look at the indentation there",
		       parser->problem_mark.line + 1, problem);
}

static int take(struct walk *w, const char *text, size_t len, uint32_t line, const char *bad,
		struct err *err)
{
	struct list_found found = { .text = text, .len = len, .line = line, .bad = bad };

	utf8_trim(&found.text, &found.len);
	return found.len ? w->sink->take(w->sink->user, &found, err) : 0;
}

static struct frame *top(struct walk *w)
{
	return w->depth ? &w->stack[w->depth - 1] : NULL;
}

/* A node begins: what is it to its parent? */
static enum role next_role(struct walk *w)
{
	struct frame *f = top(w);

	if (!f || !f->is_map)
		return ROLE_OTHER;
	f->has_key = !f->has_key;
	return f->has_key ? ROLE_KEY : f->role;
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

static int on_text(struct walk *w, const char *text, size_t len, uint32_t line, struct err *err)
{
	struct frame *f = top(w);
	enum role role = next_role(w);

	if (role == ROLE_IMAGE)
		return take(w, text, len, line, NULL, err);
	if (role == ROLE_KEY) {
		f->role = strlen(text) == len ? role_of(text) : ROLE_OTHER;
	} else if (role < N_PARTS && f->is_image) {
		free(f->part[role]);
		f->part[role] = copy_text(text, len);
	}
	return 0;
}

static int is_null(const yaml_event_t *e)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (!strcmp((const char *)e->data.scalar.value, nulls[i]))
			return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int on_scalar(struct walk *w, const yaml_event_t *e, struct err *err)
{
	const char *text = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;

	if (is_null(e)) {
		text = "";
		len = 0;
	}
	if (e->data.scalar.anchor && w->n_anchors < MAX_ANCHORS) {
		struct anchor *a = &w->anchor[w->n_anchors++];

		a->name = mem_strdup((const char *)e->data.scalar.anchor);
		a->text = copy_text(text, len);
	}
	return on_text(w, text, len, (uint32_t)e->start_mark.line + 1, err);
}

static void forget_anchors(struct walk *w)
{
	while (w->n_anchors) {
		w->n_anchors--;
		free(w->anchor[w->n_anchors].name);
		free(w->anchor[w->n_anchors].text);
	}
}

static int on_alias(struct walk *w, const yaml_event_t *e, struct err *err)
{
	const char *name = (const char *)e->data.alias.anchor;
	uint32_t line = (uint32_t)e->start_mark.line + 1;
	struct frame *f = top(w);
	struct buf shown = BUF_INIT;
	enum role role;
	int rc = 0;

	for (size_t i = w->n_anchors; i-- > 0;)
		if (!strcmp(w->anchor[i].name, name))
			return on_text(w, w->anchor[i].text, strlen(w->anchor[i].text), line, err);
	role = next_role(w);
	if (f && role == ROLE_MERGE)
		f->is_merged = 1;
	if (role == ROLE_IMAGE) {
		buf_addf(&shown, "*%s", name);
		rc = take(w, buf_str(&shown), shown.len, line,
			  "an alias to something that is no text; write the image here", err);
		buf_release(&shown);
	}
	return rc;
}

static int on_start(struct walk *w, const yaml_event_t *e, struct err *err)
{
	struct frame *parent = top(w), *f;
	enum role role = next_role(w);

	if (w->depth == YAMLLIST_MAX_DEPTH)
		return err_set(err, "%zu: nested too deeply to be a compose file or a manifest",
			       e->start_mark.line + 1);
	if (role == ROLE_KEY) {
		parent->is_template = 1;
		parent->role = ROLE_OTHER;
	}
	f = &w->stack[w->depth++];
	memset(f, 0, sizeof(*f));
	f->is_map = e->type == YAML_MAPPING_START_EVENT;
	f->is_image = f->is_map && role == ROLE_IMAGE;
	f->line = (uint32_t)e->start_mark.line + 1;
	return 0;
}

static int has(const struct frame *f, enum role part)
{
	return f->part[part] && f->part[part][0];
}

/* Why the parts of an image do not make one, or NULL. */
static const char *bad_parts(const struct frame *f)
{
	if (f->is_template)
		return "a template that is not filled in; use the output of `helm template`";
	if (f->is_merged)
		return "parts of the image come from an alias; write them here";
	if (f->part[ROLE_TAG] && !has(f, ROLE_TAG) && !has(f, ROLE_DIGEST))
		return "the tag is empty, and the chart fills it in; "
		       "use the output of `helm template`";
	return NULL;
}

static int take_parts(struct walk *w, const struct frame *f, struct err *err)
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
		if (has(f, parts[i].part))
			buf_addf(&name, "%s%s%s", parts[i].before, f->part[parts[i].part],
				 parts[i].after);
	rc = take(w, buf_str(&name), name.len, f->line, bad_parts(f), err);
	buf_release(&name);
	return rc;
}

static void drop_top(struct walk *w)
{
	struct frame *f = &w->stack[--w->depth];

	for (size_t i = 0; i < N_PARTS; i++)
		free(f->part[i]);
}

static int on_end(struct walk *w, struct err *err)
{
	const struct frame *f = &w->stack[w->depth - 1];
	const char *reference = f->part[ROLE_REFERENCE];
	int rc = 0;

	if (f->is_image && has(f, ROLE_REPOSITORY))
		rc = take_parts(w, f, err);
	else if (f->is_image && has(f, ROLE_REFERENCE))
		rc = take(w, reference, strlen(reference), f->line, NULL, err);
	else if (f->is_image && (f->is_template || f->is_merged))
		rc = take(w, f->is_merged ? "<<" : "{{", 2, f->line, bad_parts(f), err);
	drop_top(w);
	return rc;
}

static int on_event(struct walk *w, const yaml_event_t *e, struct err *err)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		forget_anchors(w);
		return 0;
	case YAML_SCALAR_EVENT:
		return on_scalar(w, e, err);
	case YAML_ALIAS_EVENT:
		return on_alias(w, e, err);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return on_start(w, e, err);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_end(w, err);
	default:
		return 0;
	}
}

static int walk_all(struct walk *w, yaml_parser_t *parser, struct err *err)
{
	yaml_event_t e;
	int rc = 0, end = 0;

	while (!rc && !end) {
		if (!yaml_parser_parse(parser, &e))
			return bad_yaml(w, parser, err);
		end = e.type == YAML_STREAM_END_EVENT;
		rc = on_event(w, &e, err);
		yaml_event_delete(&e);
	}
	return rc;
}

int yamllist_read(const struct list_source *source, const struct list_sink *sink, int *ret_errnum,
		  struct err *err)
{
	struct walk *w = mem_alloc(sizeof(*w));
	yaml_parser_t parser;
	int rc;

	*ret_errnum = 0;
	w->sink = sink;
	w->source = *source;
	w->left = YAMLLIST_MAX_BYTES;
	if (!yaml_parser_initialize(&parser)) {
		free(w);
		return err_set(err, "1: out of memory");
	}
	yaml_parser_set_input(&parser, read_some, w);
	rc = walk_all(w, &parser, err);
	*ret_errnum = w->errnum;
	yaml_parser_delete(&parser);
	while (w->depth)
		drop_top(w);
	forget_anchors(w);
	free(w);
	return rc;
}
