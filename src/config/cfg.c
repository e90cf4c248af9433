/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cfg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "config/files.h"
#include "config/jobs.h"

#define MISTAKES_BYTES ((size_t)900) /* so that they fit into a struct err */

struct value {
	char *text;  /* NULL: not set */
	char *where; /* set together with text */
	struct strvec list;
	int64_t num;
};

struct cfg {
	struct value v[OPT_COUNT][LAYER_COUNT];
	struct value def[OPT_COUNT];
	struct strvec all[OPT_COUNT]; /* lists that add up, of all layers */
	struct strvec warnings, mistakes;
	struct registries *registries;
	char *file;
};

static void value_release(struct value *v)
{
	free(v->text);
	free(v->where);
	strvec_release(&v->list);
	*v = (struct value){ 0 };
}

static void add_items(struct strvec *list, const char *text, char separator)
{
	while (*text) {
		const char *end = separator ? strchr(text, separator) : NULL;
		size_t len = end ? (size_t)(end - text) : strlen(text);
		const char *item = text;

		text += len + (end != NULL);
		utf8_trim(&item, &len);
		if (len)
			strvec_pushn(list, item, len);
	}
}

struct cfg *cfg_new(void)
{
	struct cfg *c = mem_alloc(sizeof(*c));

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		c->def[i].text = mem_strdup(option_get((enum opt)i)->def);
		c->def[i].where = mem_strdup("default");
		option_read((enum opt)i, c->def[i].text, 0, &c->def[i].num, NULL);
	}
	c->registries = mem_alloc(sizeof(*c->registries));
	c->file = mem_strdup("");
	return c;
}

void cfg_free(struct cfg *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		for (unsigned l = 0; l < LAYER_COUNT; l++)
			value_release(&c->v[i][l]);
		value_release(&c->def[i]);
		strvec_release(&c->all[i]);
	}
	strvec_release(&c->warnings);
	strvec_release(&c->mistakes);
	registries_release(c->registries);
	free(c->registries);
	free(c->file);
	free(c);
}

static void gather(struct cfg *c, enum opt id)
{
	if (!(option_get(id)->bits & OPT_F_ADDS))
		return;
	strvec_clear(&c->all[id]);
	for (unsigned l = 0; l < LAYER_COUNT; l++)
		for (size_t i = 0; i < c->v[id][l].list.n; i++)
			strvec_push(&c->all[id], c->v[id][l].list.v[i]);
}

int cfg_put(struct cfg *c, enum opt id, enum cfg_layer layer, const char *text, const char *where,
	    struct err *err)
{
	const struct option *o = option_get(id);
	struct value *v = &c->v[id][layer];
	struct err why = { "" };
	int64_t num = 0;

	if (layer == LAYER_FLAG && option_read(id, text, 1, &num, &why))
		return err_set(err, "%s: %s", where, why.text);
	free(v->text);
	v->text = mem_strdup(text);
	free(v->where);
	v->where = mem_strdup(where);
	v->num = num;
	if (o->kind == KIND_LIST) {
		/* nothing is cut or trimmed from what the shell hands over, and
		 * an empty flag takes back those before it */
		if (layer != LAYER_FLAG)
			add_items(&v->list, text, o->separator);
		else if (*text)
			strvec_push(&v->list, text);
		else
			strvec_clear(&v->list);
		gather(c, id);
	}
	return 0;
}

const char *cfg_layer_source(const struct cfg *c, enum opt id, enum cfg_layer layer)
{
	return c->v[id][layer].where;
}

void cfg_drop_layer(struct cfg *c, enum cfg_layer layer)
{
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		value_release(&c->v[i][layer]);
		gather(c, (enum opt)i);
	}
	if (layer == LAYER_FILE)
		registries_release(c->registries);
}

void cfg_warn(struct cfg *c, const char *text)
{
	strvec_push(&c->warnings, text);
}

void cfg_mistake(struct cfg *c, const char *text)
{
	strvec_push(&c->mistakes, text);
}

const struct strvec *cfg_mistakes(const struct cfg *c)
{
	return &c->mistakes;
}

/* A flag can be given and still set nothing. */
static int counts(enum opt id, enum cfg_layer layer, const struct value *v)
{
	const struct option *o = option_get(id);

	if (!v->text)
		return 0;
	if (o->kind == KIND_LIST)
		return v->list.n > 0;
	if (layer != LAYER_FLAG)
		return 1;
	return *v->text && !((o->bits & OPT_F_ZERO_IS_NONE) && v->num == 0);
}

static const struct value *find(const struct cfg *c, enum opt id, unsigned from)
{
	for (unsigned l = from; l < LAYER_COUNT; l++)
		if (counts(id, (enum cfg_layer)l, &c->v[id][l]))
			return &c->v[id][l];
	return &c->def[id];
}

const char *cfg_str(const struct cfg *c, enum opt id)
{
	return find(c, id, LAYER_FLAG)->text;
}

int64_t cfg_int(const struct cfg *c, enum opt id)
{
	return find(c, id, LAYER_FLAG)->num;
}

int cfg_bool(const struct cfg *c, enum opt id)
{
	return cfg_int(c, id) != 0;
}

int64_t cfg_duration_ns(const struct cfg *c, enum opt id)
{
	return cfg_int(c, id);
}

char *const *cfg_list(const struct cfg *c, enum opt id)
{
	static char *const none[] = { NULL };
	const struct strvec *list =
		option_get(id)->bits & OPT_F_ADDS ? &c->all[id] : &find(c, id, LAYER_FLAG)->list;

	return list->n ? list->v : none;
}

const char *cfg_source(const struct cfg *c, enum opt id)
{
	return find(c, id, LAYER_FLAG)->where;
}

int cfg_given_by_flag(const struct cfg *c, enum opt id)
{
	return c->v[id][LAYER_FLAG].text != NULL;
}

int cfg_is_set(const struct cfg *c, enum opt id)
{
	return find(c, id, LAYER_FLAG) != &c->def[id];
}

const struct strvec *cfg_warnings(const struct cfg *c)
{
	return &c->warnings;
}

const char *cfg_file(const struct cfg *c)
{
	return c->file;
}

int cfg_finds_level(const struct cfg *c)
{
	if (cfg_bool(c, OPT_SERIAL))
		return 0;
	if (counts(OPT_JOBS, LAYER_FLAG, &c->v[OPT_JOBS][LAYER_FLAG]))
		return !c->v[OPT_JOBS][LAYER_FLAG].num;
	return cfg_bool(c, OPT_AUTO_ADJUST);
}

int cfg_max_workers(const struct cfg *c)
{
	const struct value *v = find(c, OPT_JOBS, LAYER_ENV);

	return v == &c->def[OPT_JOBS] ? 0 : (int)v->num;
}

int cfg_workers(const struct cfg *c)
{
	int start = (int)c->def[OPT_JOBS].num, most = cfg_max_workers(c);

	if (cfg_bool(c, OPT_SERIAL))
		return 1;
	if (!cfg_finds_level(c))
		return (int)cfg_int(c, OPT_JOBS);
	return most && most < start ? most : start;
}

const char *cfg_jobs_file(const struct cfg *c)
{
	const char *text = c->v[OPT_JOBS][LAYER_FLAG].text;
	unsigned n;

	return text && *text && jobs_parse(text, 1, &n) == -EINVAL ? text : "";
}

struct registries *cfg_registries(const struct cfg *c)
{
	return c->registries;
}

int cfg_log_setup(const struct cfg *c, struct log_setup *ret_setup)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	int asked = 0;

	for (unsigned i = OPT_LOG_LEVEL; i <= OPT_LOG_COLORS; i++)
		asked |= cfg_is_set(c, (enum opt)i);
	*ret_setup = (struct log_setup){
		.json = !strcmp(cfg_str(c, OPT_LOG_FORMAT), "json"),
		.timestamp = cfg_bool(c, OPT_LOG_TIMESTAMP),
		.colors = cfg_bool(c, OPT_LOG_COLORS),
		.console_fd = cfg_bool(c, OPT_LOG_CONSOLE) ? STDERR_FILENO : -1,
		.file = cfg_str(c, OPT_LOG_FILE),
	};
	for (unsigned i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(cfg_str(c, OPT_LOG_LEVEL), levels[i]))
			ret_setup->level = (enum log_level)i;
	return asked;
}

void cfg_proxy_env(const struct cfg *c, struct strvec *ret_env)
{
	static const struct {
		enum opt id;
		const char *lower, *upper;
	} both[] = { { OPT_PROXY_HTTP, "http_proxy", "HTTP_PROXY" },
		     { OPT_PROXY_HTTPS, "https_proxy", "HTTPS_PROXY" } };

	if (!cfg_bool(c, OPT_PROXY_ENABLED))
		return;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		const char *url = cfg_str(c, both[i].id);

		if (!*url)
			continue;
		strvec_pushf(ret_env, "%s=%s", both[i].lower, url);
		strvec_pushf(ret_env, "%s=%s", both[i].upper, url);
	}
}

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
	const struct value *least = find(c, OPT_RETRY_DELAY, LAYER_ENV);
	const struct value *most = find(c, OPT_RETRY_MAX_DELAY, LAYER_ENV);

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
	int64_t least_ns = least ? least->num : find(c, OPT_RETRY_DELAY, LAYER_ENV)->num;
	int64_t most_ns = most ? most->num : find(c, OPT_RETRY_MAX_DELAY, LAYER_ENV)->num;

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
	if (find(c, OPT_PROXY_ENABLED, LAYER_ENV)->num) {
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
