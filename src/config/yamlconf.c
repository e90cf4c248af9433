/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/yamlconf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/strvec.h"
#include "base/utf8.h"
#include "config/cfg.h"

#define MAX_DEPTH 64
#define MAX_KEYS 2000 /* duplicates are looked for one by one */

/* A mapping or sequence that has begun and not ended. */
struct frame {
	int is_map;
	int known;          /* a mapping of hpn's: keys mean something */
	int hosts;          /* the mapping below `registries`: keys are hosts */
	int is_host;        /* one of those: keys are a registry's */
	int want_value;     /* a key has come */
	char *path;         /* of keys, "" at the top; NULL if not known */
	struct strvec keys; /* seen so far */
};

/* What the value that comes next belongs to. */
enum target {
	TARGET_ROOT,
	TARGET_OPTION,
	TARGET_SECTION,
	TARGET_HOSTS,   /* registries: */
	TARGET_HOST,    /* docker.io: below it */
	TARGET_REG_KEY, /* rate: below that */
	TARGET_UNKNOWN
};

struct yread {
	struct cfg *cfg;
	const char *file;
	struct buf *foreign; /* NULL: nothing is */
	struct err *err;
	struct frame stack[MAX_DEPTH];
	size_t depth;
	enum target target;
	enum opt opt;    /* for TARGET_OPTION */
	enum reg reg;    /* for TARGET_REG_KEY */
	size_t registry; /* the host whose keys these are */
	struct buf path; /* of the last key of hpn's mappings */
	int in_list;     /* inside the sequence of a list option */
	size_t keys;
	int documents;
	int line; /* where the event at hand begins */
	struct strvec warnings;
	int stop; /* it is foreign */
};

static int fault(struct yread *r, const char *fmt, ...) HPN_PRINTF(2, 3);

static int fault(struct yread *r, const char *fmt, ...)
{
	struct err why = { "" };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	return err_set(r->err, "%s:%d: %s", r->file, r->line, why.text);
}

static int not_ours(struct yread *r, const char *why)
{
	if (!r->foreign)
		return fault(r, "%s; a configuration is lines of `key: value`", why);
	buf_adds(r->foreign, why);
	r->stop = 1;
	return 0;
}

static struct frame *top(struct yread *r)
{
	return r->depth ? &r->stack[r->depth - 1] : NULL;
}

static int push(struct yread *r, int is_map, const char *path)
{
	struct frame *f = &r->stack[r->depth];

	if (r->depth == MAX_DEPTH)
		return fault(r, "nested more than %d deep; is this the right file?", MAX_DEPTH);
	*f = (struct frame){ .is_map = is_map, .known = path != NULL };
	if (path)
		f->path = mem_strdup(path);
	r->depth++;
	return 0;
}

static void pop(struct yread *r)
{
	struct frame *f = top(r);

	if (!f)
		return;
	free(f->path);
	strvec_release(&f->keys);
	r->depth--;
	r->in_list = 0;
}

static void warn_unknown(struct yread *r, const char *path)
{
	const char *near = option_suggest_key(path);
	struct buf shown = BUF_INIT;

	utf8_show(&shown, path, strlen(path), 100);
	strvec_pushf(&r->warnings, "%s:%d: unknown key '%s' is left out%s%s%s", r->file, r->line,
		     buf_str(&shown), near ? "; did you mean '" : "", near ? near : "",
		     near ? "'?" : "");
	buf_release(&shown);
}

/* hpn's own keys are the same in any case; what is below others is not hpn's
 * to fold. */
static int check_twice(struct yread *r, struct frame *f, const char *key)
{
	struct buf shown = BUF_INIT;

	for (size_t i = 0; i < f->keys.n; i++) {
		const char *seen = f->keys.v[i];

		if (f->known ? strcasecmp(seen, key) : strcmp(seen, key))
			continue;
		utf8_show(&shown, key, strlen(key), 100);
		fault(r, "key '%s' comes twice; keep one", buf_str(&shown));
		buf_release(&shown);
		return -1;
	}
	if (++r->keys > MAX_KEYS)
		return fault(r, "more than %d keys; is this the right file?", MAX_KEYS);
	strvec_push(&f->keys, key);
	return 0;
}

static int take_registry_key(struct yread *r, const struct frame *f, const char *key)
{
	struct err why = { "" };

	buf_reset(&r->path);
	buf_adds(&r->path, key);
	r->target = TARGET_HOST;
	if (f->hosts)
		return 0;
	r->reg = reg_by_key(key, &why);
	r->target = r->reg == REG_COUNT ? TARGET_UNKNOWN : TARGET_REG_KEY;
	if (r->reg == REG_COUNT)
		strvec_pushf(&r->warnings, "%s:%d: %s (it is left out)", r->file, r->line,
			     why.text);
	return 0;
}

static int take_key(struct yread *r, struct frame *f, const char *key, size_t len)
{
	if (strlen(key) != len)
		return fault(r, "a key holds a NUL; remove it");
	if (check_twice(r, f, key))
		return -1;
	f->want_value = 1;
	r->target = TARGET_UNKNOWN;
	if (f->hosts || f->is_host)
		return take_registry_key(r, f, key);
	if (!f->known)
		return 0;
	buf_reset(&r->path);
	buf_addf(&r->path, "%s%s%s", f->path, *f->path ? "." : "", key);
	/* a dot within a key makes no path */
	r->opt = strchr(key, '.') ? OPT_COUNT : option_by_key(buf_str(&r->path));
	if (r->opt != OPT_COUNT)
		r->target = TARGET_OPTION;
	else if (!strchr(key, '.') && option_is_section(buf_str(&r->path)))
		r->target = TARGET_SECTION;
	else if (!strcasecmp(buf_str(&r->path), "registries"))
		r->target = TARGET_HOSTS;
	else if (r->depth == 1 && r->foreign)
		return not_ours(r, "it has keys that are not hpn's");
	else
		warn_unknown(r, buf_str(&r->path));
	return 0;
}

static int is_null(const yaml_event_t *e)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	const char *s = (const char *)e->data.scalar.value;

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || e->data.scalar.tag)
		return 0;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (!strcmp(s, nulls[i]))
			return 1;
	return 0;
}

static int put(struct yread *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	struct buf where = BUF_INIT;
	int rc;

	if (is_null(e))
		return 0;
	if (strlen(text) != e->data.scalar.length)
		return fault(r, "%s: holds a NUL; remove it", option_get(r->opt)->key);
	buf_addf(&where, "%s:%d", r->file, r->line);
	rc = cfg_put(r->cfg, r->opt, LAYER_FILE, text, buf_str(&where), r->err);
	buf_release(&where);
	return rc;
}

static int put_registry(struct yread *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value, *key = reg_get(r->reg)->key;
	struct buf where = BUF_INIT;
	struct err why = { "" };
	int rc;

	if (is_null(e))
		return 0;
	if (strlen(text) != e->data.scalar.length)
		return fault(r, "%s: holds a NUL; remove it", key);
	buf_addf(&where, "%s:%d", r->file, r->line);
	rc = registry_put(cfg_registries(r->cfg), r->registry, r->reg, text, buf_str(&where), &why);
	buf_release(&where);
	return rc ? fault(r, "%s", why.text) : 0;
}

/* docker.io: and what is below it */
static int begin_host(struct yread *r)
{
	struct buf where = BUF_INIT;
	struct err why = { "" };
	int rc;

	buf_addf(&where, "%s:%d", r->file, r->line);
	rc = registry_begin(cfg_registries(r->cfg), buf_str(&r->path), buf_str(&where),
			    &r->registry, &why);
	buf_release(&where);
	if (rc)
		return fault(r, "%s", why.text);
	if (push(r, 1, NULL))
		return -1;
	r->stack[r->depth - 1].is_host = 1;
	return 0;
}

static int begin_hosts(struct yread *r)
{
	if (push(r, 1, NULL))
		return -1;
	r->stack[r->depth - 1].hosts = 1;
	return 0;
}

/* Where the node that begins now stands; a frame's next node is a key again. */
static enum target take_target(struct yread *r)
{
	struct frame *f = top(r);

	if (!f)
		return TARGET_ROOT;
	f->want_value = 0;
	if (!f->is_map)
		return r->in_list ? TARGET_OPTION : TARGET_UNKNOWN;
	return r->target;
}

static int section_fault(struct yread *r, const char *how)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, buf_str(&r->path), r->path.len, 100);
	fault(r, "%s is a section; put keys below it, %s", buf_str(&shown), how);
	buf_release(&shown);
	return -1;
}

static int on_scalar(struct yread *r, const yaml_event_t *e)
{
	struct frame *f = top(r);

	if (f && f->is_map && !f->want_value)
		return take_key(r, f, (const char *)e->data.scalar.value, e->data.scalar.length);
	switch (take_target(r)) {
	case TARGET_ROOT:
		return is_null(e) ? 0 : not_ours(r, "it is no mapping");
	case TARGET_OPTION:
		return put(r, e);
	case TARGET_REG_KEY:
		return put_registry(r, e);
	case TARGET_SECTION:
	case TARGET_HOSTS:
	case TARGET_HOST:
		if (!is_null(e))
			return section_fault(r, "indented");
		return 0;
	case TARGET_UNKNOWN:
		break;
	}
	return 0;
}

static int on_mapping(struct yread *r)
{
	struct frame *f = top(r);

	if (f && f->is_map && !f->want_value)
		return fault(r, "a key is a mapping; a key must be a word");
	switch (take_target(r)) {
	case TARGET_ROOT:
		return push(r, 1, "");
	case TARGET_SECTION:
		return push(r, 1, buf_str(&r->path));
	case TARGET_HOSTS:
		return begin_hosts(r);
	case TARGET_HOST:
		return begin_host(r);
	case TARGET_OPTION:
		return fault(r, "%s takes one value, and a mapping is given",
			     option_get(r->opt)->key);
	case TARGET_REG_KEY:
		return fault(r, "%s takes one value, and a mapping is given", reg_get(r->reg)->key);
	case TARGET_UNKNOWN:
		break;
	}
	return push(r, 1, NULL);
}

static int on_sequence(struct yread *r)
{
	struct frame *f = top(r);
	int was_list = r->in_list;

	if (f && f->is_map && !f->want_value)
		return fault(r, "a key is a sequence; a key must be a word");
	switch (take_target(r)) {
	case TARGET_ROOT:
		return not_ours(r, "it is no mapping");
	case TARGET_SECTION:
	case TARGET_HOSTS:
	case TARGET_HOST:
		return section_fault(r, "without '-'");
	case TARGET_REG_KEY:
		return fault(r, "%s takes one value, and a sequence is given",
			     reg_get(r->reg)->key);
	case TARGET_OPTION:
		if (was_list || option_get(r->opt)->kind != KIND_LIST)
			return fault(r, "%s takes one value, and a sequence is given",
				     option_get(r->opt)->key);
		if (push(r, 0, NULL))
			return -1;
		r->in_list = 1;
		return 0;
	case TARGET_UNKNOWN:
		break;
	}
	return push(r, 0, NULL);
}

static int on_event(struct yread *r, const yaml_event_t *e)
{
	r->line = (int)e->start_mark.line + 1;
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->documents++)
			return fault(r, "a second document begins; keep one");
		return 0;
	case YAML_ALIAS_EVENT:
		return fault(r, "aliases (*name) are not taken; write the value");
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_MAPPING_START_EVENT:
		return on_mapping(r);
	case YAML_SEQUENCE_START_EVENT:
		return on_sequence(r);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		pop(r);
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

static int syntax_fault(struct yread *r, const yaml_parser_t *p)
{
	const char *problem = p->problem ? p->problem : "cannot be read";

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(r->err, "%s: out of memory", r->file);
	if (p->error == YAML_READER_ERROR)
		return err_set(r->err, "%s: byte %zu: %s; save it as UTF-8 text", r->file,
			       p->problem_offset, problem);
	r->line = (int)p->problem_mark.line + 1;
	return fault(r, "%s%s%s; is it YAML, indented with blanks?", problem, p->context ? " " : "",
		     p->context ? p->context : "");
}

static int parse(struct yread *r, yaml_parser_t *p)
{
	yaml_event_t e;
	int rc = 0, end = 0;

	while (!rc && !end && !r->stop) {
		if (!yaml_parser_parse(p, &e))
			return syntax_fault(r, p);
		end = e.type == YAML_STREAM_END_EVENT;
		rc = on_event(r, &e);
		yaml_event_delete(&e);
	}
	return rc;
}

int yamlconf_read(struct cfg *c, const char *file, const char *data, size_t len,
		  struct buf *ret_foreign, struct err *err)
{
	struct yread *r = mem_alloc(sizeof(*r));
	yaml_parser_t p;
	int rc;

	*r = (struct yread){ .cfg = c, .file = file, .foreign = ret_foreign, .err = err };
	if (!yaml_parser_initialize(&p)) {
		free(r);
		return err_set(err, "%s: out of memory", file);
	}
	yaml_parser_set_input_string(&p, (const unsigned char *)data, len);
	rc = parse(r, &p);
	for (size_t i = 0; !rc && !r->stop && i < r->warnings.n; i++)
		cfg_warn(c, r->warnings.v[i]);
	while (r->depth)
		pop(r);
	strvec_release(&r->warnings);
	buf_release(&r->path);
	yaml_parser_delete(&p);
	free(r);
	return rc;
}
