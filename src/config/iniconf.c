/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/iniconf.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/iniread.h"
#include "base/utf8.h"
#include "config/cfg.h"

#define REGISTRY "registry"

struct reader {
	struct cfg *cfg;
	bool in_registry;
	size_t registry; /* which, then */
};

static int unknown(const char *what, const char *name, const char *near, struct err *err)
{
	struct buf shown = BUF_INIT;

	utf8_show(&shown, name, strlen(name), 100);
	if (near)
		err_set(err, "unknown %s '%s'; did you mean '%s'?", what, buf_str(&shown), near);
	else
		err_set(err, "unknown %s '%s'; `hpn config --defaults` shows all", what,
			buf_str(&shown));
	buf_release(&shown);
	return -1;
}

/* [registry "docker.io"] */
static int take_registry(struct reader *r, const struct ini_line *l, struct err *err)
{
	const char *name = l->section + strlen(REGISTRY);
	struct buf host = BUF_INIT, where = BUF_INIT;
	size_t len;
	int rc;

	name += strspn(name, " \t");
	len = strlen(name);
	if (len < 3 || name[0] != '"' || name[len - 1] != '"')
		return err_set(err, "a registry's section has its host in quotes; write"
				    " [registry \"docker.io\"]");
	buf_add(&host, name + 1, len - 2);
	buf_addf(&where, "%s:%d", l->file, l->line);
	rc = registry_begin(cfg_registries(r->cfg), buf_str(&host), buf_str(&where), &r->registry,
			    err);
	r->in_registry = true;
	buf_release(&host);
	buf_release(&where);
	return rc;
}

static int take_section(void *user, const struct ini_line *l, struct err *err)
{
	struct reader *r = user;
	struct buf near = BUF_INIT;

	r->in_registry = false;
	if (!strncasecmp(l->section, REGISTRY, strlen(REGISTRY)) &&
	    strchr(" \t\"", l->section[strlen(REGISTRY)]))
		return take_registry(r, l, err);
	if (option_is_section(l->section))
		return 0;
	unknown("section", l->section, option_suggest_section(l->section, &near), err);
	buf_release(&near);
	return -1;
}

static int put(struct cfg *c, enum opt id, const struct ini_line *l, struct err *err)
{
	const char *before = cfg_layer_source(c, id, LAYER_FILE);
	const char *key = option_get(id)->key;
	struct buf where = BUF_INIT;
	int rc;

	if (l->continued && option_get(id)->kind != KIND_LIST)
		return err_set(err,
			       "an indented line goes on with the one above, but %s is"
			       " no list; begin a key in the first column",
			       key);
	if (!l->continued && before)
		return err_set(err, "%s was set before, at %s; keep one", key, before);
	/* a list is said to come from where it begins */
	if (l->continued && before)
		buf_adds(&where, before);
	else
		buf_addf(&where, "%s:%d", l->file, l->line);
	rc = cfg_put(c, id, LAYER_FILE, l->value, buf_str(&where), err);
	buf_release(&where);
	return rc;
}

static int put_registry(struct reader *r, const struct ini_line *l, struct err *err)
{
	struct buf where = BUF_INIT;
	enum reg id = reg_by_key(l->name, err);
	int rc;

	if (id == REG_COUNT)
		return -1;
	if (l->continued)
		return err_set(err,
			       "an indented line goes on with the one above, but %s is not a list;"
			       " begin a key in the first column",
			       l->name);
	buf_addf(&where, "%s:%d", l->file, l->line);
	rc = registry_put(cfg_registries(r->cfg), r->registry, id, l->value, buf_str(&where), err);
	buf_release(&where);
	return rc;
}

static int take_value(void *user, const struct ini_line *l, struct err *err)
{
	struct reader *r = user;
	struct buf key = BUF_INIT;
	enum opt id;
	int rc;

	if (r->in_registry)
		return put_registry(r, l, err);
	buf_addf(&key, "%s%s%s", l->section, *l->section ? "." : "", l->name);
	id = option_by_key(buf_str(&key));
	if (id != OPT_COUNT)
		rc = put(r->cfg, id, l, err);
	else
		rc = unknown("key", buf_str(&key), option_suggest_key(buf_str(&key)), err);
	buf_release(&key);
	return rc;
}

static void take_fault(void *user, const char *text)
{
	struct reader *r = user;

	cfg_mistake(r->cfg, text);
}

int iniconf_read(struct cfg *c, const char *file, const char *data, size_t len, struct err *err)
{
	static const struct ini_handler_ops ops = { take_value, take_section, take_fault };
	struct reader r = { .cfg = c };

	return ini_read(file, data, len, &ops, &r, err);
}
