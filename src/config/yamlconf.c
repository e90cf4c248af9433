/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/yamlconf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/strvec.h"
#include "base/utf8.h"
#include "config/cfg.h"

#define MAX_DEPTH 64
#define MAX_KEYS 2000 /* duplicates are looked for one by one */

/* What the keys of a mapping mean. */
enum level {
	LEVEL_KNOWN,  /* the top, and sections: hpn's keys */
	LEVEL_HOSTS,  /* registries: hosts */
	LEVEL_HOST,   /* one of these: keys of a registry */
	LEVEL_UNKNOWN /* nothing */
};

struct level_at {
	enum level level;
	const char *path; /* LEVEL_KNOWN: of keys, "" at the top */
	size_t registry;  /* LEVEL_HOST */
};

/* What a key stands for, and so what its value may be. */
struct meaning {
	enum { KEY_OPTION, KEY_SECTION, KEY_HOSTS, KEY_HOST, KEY_REGISTRY, KEY_UNKNOWN } what;
	enum opt opt;    /* KEY_OPTION */
	enum reg reg;    /* KEY_REGISTRY */
	struct buf path; /* as it is called in messages, but for KEY_UNKNOWN */
};

/* The event at hand is the first of the node that is read next. What a function
 * here returns is 0, -1 for an error, or 1: the document is not hpn's. */
struct yread {
	struct cfg *cfg;
	const char *file;
	struct buf *foreign; /* NULL: it has to be hpn's */
	struct err *err;
	yaml_parser_t parser;
	yaml_event_t event;
	int line; /* where the event begins */
	size_t depth, keys;
	struct strvec warnings;
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
	return 1;
}

static int syntax_fault(struct yread *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(r->err, "%s: out of memory", r->file);
	if (p->error == YAML_READER_ERROR)
		return err_set(r->err, "%s: byte %zu: %s; save it as UTF-8 text", r->file,
			       p->problem_offset, problem);
	r->line = (int)p->problem_mark.line + 1;
	return fault(r, "%s%s%s; is it YAML, indented with spaces?", problem, p->context ? " " : "",
		     p->context ? p->context : "");
}

static int next(struct yread *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event))
		return syntax_fault(r);
	r->line = (int)r->event.start_mark.line + 1;
	if (r->event.type == YAML_ALIAS_EVENT)
		return fault(r, "aliases (*name) are not taken; write the value");
	return 0;
}

static const char *text_of(const struct yread *r)
{
	return (const char *)r->event.data.scalar.value;
}

static bool has_nul(const struct yread *r)
{
	return strlen(text_of(r)) != r->event.data.scalar.length;
}

static bool is_null(const struct yread *r)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	const yaml_event_t *e = &r->event;

	if (e->type != YAML_SCALAR_EVENT || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
	    e->data.scalar.tag)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (!strcmp(text_of(r), nulls[i]))
			return true;
	return false;
}

static int enter(struct yread *r)
{
	if (r->depth++ < MAX_DEPTH)
		return 0;
	return fault(r, "nested more than %d deep; is this the right file?", MAX_DEPTH);
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

/* hpn's own keys are the same in any case; other keys are not hpn's to fold. */
static int check_twice(struct yread *r, enum level level, struct strvec *seen)
{
	const char *key = text_of(r);
	struct buf shown = BUF_INIT;

	for (size_t i = 0; i < seen->n; i++) {
		if (level == LEVEL_KNOWN ? strcasecmp(seen->v[i], key) : strcmp(seen->v[i], key))
			continue;
		utf8_show(&shown, key, strlen(key), 100);
		fault(r, "key '%s' comes twice; keep one", buf_str(&shown));
		buf_release(&shown);
		return -1;
	}
	if (++r->keys > MAX_KEYS)
		return fault(r, "more than %d keys; is this the right file?", MAX_KEYS);
	strvec_push(seen, key);
	return 0;
}

static int mean_known(struct yread *r, const struct level_at *at, struct meaning *m)
{
	const char *key = text_of(r);

	buf_addf(&m->path, "%s%s%s", at->path, *at->path ? "." : "", key);
	/* a dot within a key makes no path */
	m->opt = strchr(key, '.') ? OPT_COUNT : option_by_key(buf_str(&m->path));
	if (m->opt != OPT_COUNT)
		m->what = KEY_OPTION;
	else if (!strchr(key, '.') && option_is_section(buf_str(&m->path)))
		m->what = KEY_SECTION;
	else if (!strcasecmp(buf_str(&m->path), "registries"))
		m->what = KEY_HOSTS;
	else if (!*at->path && r->foreign)
		return not_ours(r, "it has keys that are not hpn's");
	else
		warn_unknown(r, buf_str(&m->path));
	return 0;
}

/* The event at hand is a key. */
static int find_meaning(struct yread *r, const struct level_at *at, struct meaning *m)
{
	struct err why = { "" };

	m->what = KEY_UNKNOWN;
	if (at->level == LEVEL_KNOWN)
		return mean_known(r, at, m);
	buf_adds(&m->path, text_of(r));
	if (at->level == LEVEL_HOSTS) {
		m->what = KEY_HOST;
	} else if (at->level == LEVEL_HOST) {
		m->reg = reg_by_key(text_of(r), &why);
		if (m->reg != REG_COUNT)
			m->what = KEY_REGISTRY;
		else
			strvec_pushf(&r->warnings, "%s:%d: %s (it is left out)", r->file, r->line,
				     why.text);
	}
	return 0;
}

/* "FILE:LINE" */
static void say_where(const struct yread *r, struct buf *b)
{
	buf_addf(b, "%s:%d", r->file, r->line);
}

/* `key` takes a scalar. 1: the event is one, and sets something. */
static int check_scalar(struct yread *r, const char *key)
{
	if (r->event.type != YAML_SCALAR_EVENT)
		return fault(r, "%s takes one value, and a %s is given", key,
			     r->event.type == YAML_MAPPING_START_EVENT ? "mapping" : "sequence");
	if (is_null(r))
		return 0;
	return has_nul(r) ? fault(r, "%s: holds a NUL; remove it", key) : 1;
}

static int put(struct yread *r, enum opt opt)
{
	struct buf where = BUF_INIT;
	int rc = check_scalar(r, option_get(opt)->key);

	if (rc <= 0)
		return rc;
	say_where(r, &where);
	rc = cfg_put(r->cfg, opt, LAYER_FILE, text_of(r), buf_str(&where), r->err);
	buf_release(&where);
	return rc;
}

static int read_option(struct yread *r, enum opt opt)
{
	int rc;

	if (r->event.type != YAML_SEQUENCE_START_EVENT || option_get(opt)->kind != KIND_LIST)
		return put(r, opt);
	while (!(rc = next(r)) && r->event.type != YAML_SEQUENCE_END_EVENT)
		if (put(r, opt))
			return -1;
	return rc;
}

static int read_registry_key(struct yread *r, const struct level_at *at, enum reg reg)
{
	struct buf where = BUF_INIT;
	struct err why = { "" };
	int rc = check_scalar(r, reg_get(reg)->key);

	if (rc <= 0)
		return rc;
	say_where(r, &where);
	rc = registry_put(cfg_registries(r->cfg), at->registry, reg, text_of(r), buf_str(&where),
			  &why);
	buf_release(&where);
	return rc ? fault(r, "%s", why.text) : 0;
}

static int read_mapping(struct yread *r, const struct level_at *at);

/* What is not known is checked for its form. */
static int skip(struct yread *r)
{
	const struct level_at unknown = { .level = LEVEL_UNKNOWN };
	int rc;

	if (r->event.type == YAML_MAPPING_START_EVENT)
		return read_mapping(r, &unknown);
	if (r->event.type != YAML_SEQUENCE_START_EVENT)
		return 0;
	if (enter(r))
		return -1;
	while (!(rc = next(r)) && r->event.type != YAML_SEQUENCE_END_EVENT)
		if (skip(r))
			return -1;
	r->depth--;
	return rc;
}

static int section_fault(struct yread *r, const char *path)
{
	bool is_list = r->event.type == YAML_SEQUENCE_START_EVENT;
	struct buf shown = BUF_INIT;

	utf8_show(&shown, path, strlen(path), 100);
	fault(r, "%s is a section; put keys below it, %s", buf_str(&shown),
	      is_list ? "without '-'" : "indented");
	buf_release(&shown);
	return -1;
}

/* docker.io: the keys below it */
static int begin_host(struct yread *r, const char *host, size_t *ret_registry)
{
	struct buf where = BUF_INIT;
	struct err why = { "" };
	int rc;

	say_where(r, &where);
	rc = registry_begin(cfg_registries(r->cfg), host, buf_str(&where), ret_registry, &why);
	buf_release(&where);
	return rc ? fault(r, "%s", why.text) : 0;
}

/* A section, `registries`, or one of the hosts below it. */
static int read_section(struct yread *r, const struct meaning *m)
{
	const char *path = buf_str(&m->path);
	struct level_at at = { .level = LEVEL_KNOWN, .path = path };

	if (is_null(r))
		return 0;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return section_fault(r, path);
	if (m->what != KEY_SECTION)
		at.level = m->what == KEY_HOSTS ? LEVEL_HOSTS : LEVEL_HOST;
	if (at.level == LEVEL_HOST && begin_host(r, path, &at.registry))
		return -1;
	return read_mapping(r, &at);
}

static int read_value(struct yread *r, const struct level_at *at, const struct meaning *m)
{
	switch (m->what) {
	case KEY_OPTION:
		return read_option(r, m->opt);
	case KEY_REGISTRY:
		return read_registry_key(r, at, m->reg);
	case KEY_SECTION:
	case KEY_HOSTS:
	case KEY_HOST:
		return read_section(r, m);
	case KEY_UNKNOWN:
		break;
	}
	return skip(r);
}

/* The event at hand is the key. */
static int read_pair(struct yread *r, const struct level_at *at, struct strvec *seen)
{
	struct meaning m = { .path = BUF_INIT };
	int rc;

	if (r->event.type != YAML_SCALAR_EVENT)
		return fault(r, "a key is a %s; a key must be a word",
			     r->event.type == YAML_MAPPING_START_EVENT ? "mapping" : "sequence");
	if (has_nul(r))
		return fault(r, "a key holds a NUL; remove it");
	if (check_twice(r, at->level, seen))
		return -1;
	rc = find_meaning(r, at, &m);
	if (!rc)
		rc = next(r);
	if (!rc)
		rc = read_value(r, at, &m);
	buf_release(&m.path);
	return rc;
}

static int read_mapping(struct yread *r, const struct level_at *at)
{
	struct strvec seen = STRVEC_INIT;
	int rc = enter(r);

	while (!rc && !(rc = next(r)) && r->event.type != YAML_MAPPING_END_EVENT)
		rc = read_pair(r, at, &seen);
	r->depth--;
	strvec_release(&seen);
	return rc;
}

static int read_document(struct yread *r)
{
	const struct level_at top = { .level = LEVEL_KNOWN, .path = "" };

	if (is_null(r))
		return 0;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return not_ours(r, "it is not a mapping");
	return read_mapping(r, &top);
}

static int read_stream(struct yread *r)
{
	int documents = 0, rc;

	while (!(rc = next(r)) && r->event.type != YAML_STREAM_END_EVENT) {
		if (r->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		if (documents++)
			return fault(r, "a second document begins; keep one");
		rc = next(r);
		if (!rc)
			rc = read_document(r);
		if (rc)
			return rc;
	}
	return rc;
}

int yamlconf_read(struct cfg *c, const char *file, const char *data, size_t len,
		  struct buf *ret_foreign, struct err *err)
{
	struct yread r = { .cfg = c, .file = file, .foreign = ret_foreign, .err = err };
	int rc;

	if (!yaml_parser_initialize(&r.parser))
		return err_set(err, "%s: out of memory", file);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)data, len);
	rc = read_stream(&r);
	for (size_t i = 0; !rc && i < r.warnings.n; i++)
		cfg_warn(c, r.warnings.v[i]);
	strvec_release(&r.warnings);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return rc < 0 ? -1 : 0;
}
