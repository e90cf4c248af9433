/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Environment and file, and whether what they say can be. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/cfgstore.h"
#include "config/files.h"

#define MISTAKES_BYTES ((size_t)900) /* so that they fit into a struct err */

static const char *lookup(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			return (*env)[len + 1] ? *env + len + 1 : NULL;
	return NULL;
}

static void put_env(struct cfg *c, char *const *env)
{
	struct buf name = BUF_INIT;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		enum opt id = (enum opt)i;
		const char *text = NULL;

		if (option_env_short(id, &name))
			text = lookup(env, buf_str(&name));
		if (!text && option_env_full(id, &name))
			text = lookup(env, buf_str(&name));
		if (text)
			cfg_put(c, id, LAYER_ENV, text, buf_str(&name), NULL);
	}
	buf_release(&name);
}

/* The names that all programs share win over hpn's own, and say "on". */
static void put_proxy_env(struct cfg *c, char *const *env)
{
	static const struct {
		enum opt id;
		const char *name;
	} both[] = { { OPT_PROXY_HTTPS, "https_proxy" }, { OPT_PROXY_HTTP, "http_proxy" } };

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		const char *url = lookup(env, both[i].name);

		if (!url)
			continue;
		cfg_put(c, both[i].id, LAYER_ENV, url, both[i].name, NULL);
		cfg_put(c, OPT_PROXY_ENABLED, LAYER_ENV, "true", both[i].name, NULL);
	}
}

/* Environment and file hide each other, but a flag hides no mistake in them. */
static int check_one(struct cfg *c, enum opt id, struct err *err)
{
	struct err why = { "" };

	for (unsigned l = LAYER_ENV; l < LAYER_COUNT; l++) {
		struct value *v = &c->v[id][l];

		if (!v->text)
			continue;
		if (!option_read(id, v->text, 0, &v->num, &why))
			return 0;
		if (l == LAYER_ENV)
			return err_set(err, "%s: %s", v->where, why.text);
		return err_set(err, "%s: %s: %s", v->where, option_get(id)->key, why.text);
	}
	return 0;
}

static int check_delays(const struct cfg *c, struct err *err)
{
	const struct value *least = cfg_find(c, OPT_RETRY_DELAY, LAYER_ENV);
	const struct value *most = cfg_find(c, OPT_RETRY_MAX_DELAY, LAYER_ENV);

	if (most->num > least->num)
		return 0;
	return err_set(err,
		       "runtime.retry.max_delay (%s, from %s) is not over"
		       " runtime.retry.delay (%s, from %s); raise the first or lower"
		       " the second",
		       most->text, most->where, least->text, least->where);
}

/* The delays that count at a registry, whether they are its own or not. */
static int check_registry_delays(const struct cfg *c, const struct registry *r, struct err *err)
{
	const struct reg_value *own = &r->v[REG_DELAY], *own_most = &r->v[REG_MAX_DELAY];
	const struct reg_value *least = registry_find(c->registries, r->host, REG_DELAY);
	const struct reg_value *most = registry_find(c->registries, r->host, REG_MAX_DELAY);
	int64_t least_ns = least ? least->num : cfg_find(c, OPT_RETRY_DELAY, LAYER_ENV)->num;
	int64_t most_ns = most ? most->num : cfg_find(c, OPT_RETRY_MAX_DELAY, LAYER_ENV)->num;

	if (most_ns > least_ns || (!own->text && !own_most->text))
		return 0;
	return err_set(err,
		       "%s: registry %s: its max_delay is not over its delay; raise the first or"
		       " lower the second",
		       own_most->text ? own_most->where : own->where, r->host);
}

/* Note the mistake of a value. */
static void check(struct cfg *c, enum opt id)
{
	struct err why = { "" };

	if (check_one(c, id, &why))
		cfg_mistake(c, why.text);
}

/* All mistakes in one text, as far as it has room. */
static int tell_mistakes(const struct cfg *c, struct err *err)
{
	const struct strvec *m = &c->mistakes;
	struct buf b = BUF_INIT;
	size_t n = 0;

	while (n < m->n && (!n || b.len + strlen(m->v[n]) < MISTAKES_BYTES)) {
		buf_addf(&b, "%s%s", n ? "\n  " : "", m->v[n]);
		n++;
	}
	if (n < m->n)
		buf_addf(&b, "\n  and %zu more", m->n - n);
	if (n)
		err_set(err, "%s", buf_str(&b));
	buf_release(&b);
	return n ? -1 : 0;
}

static int check_all(struct cfg *c, struct err *err)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (option_get((enum opt)i)->kind != KIND_URL)
			check(c, (enum opt)i);
	/* a proxy that is off may be anything */
	if (cfg_find(c, OPT_PROXY_ENABLED, LAYER_ENV)->num) {
		check(c, OPT_PROXY_HTTP);
		check(c, OPT_PROXY_HTTPS);
	}
	/* what is wrong cannot be compared */
	if (tell_mistakes(c, err) || check_delays(c, err))
		return -1;
	for (size_t i = 0; i < c->registries->n; i++)
		if (check_registry_delays(c, &c->registries->v[i], err))
			return -1;
	return 0;
}

int cfg_load(struct cfg *c, char *const *env, const char *etc_dir, struct err *err)
{
	struct buf path = BUF_INIT;
	const struct files_env places = { lookup(env, "HOME"), lookup(env, "SUDO_UID"), etc_dir };
	int rc;

	put_env(c, env);
	put_proxy_env(c, env);
	rc = files_read(c, cfg_str(c, OPT_CONFIG), &places, &path, err);
	if (!rc) {
		free(c->file);
		c->file = mem_strdup(buf_str(&path));
		rc = check_all(c, err);
	}
	buf_release(&path);
	return rc;
}
