/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/registry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "image/ref.h"

#define MAX_STARTS 10000

static int check_rate(const char *text, struct err *why)
{
	int64_t starts, per_ns;

	return registry_read_rate(text, &starts, &per_ns, why);
}

static const struct option keys[REG_COUNT] = {
	[REG_MAX_WORKERS] = {
		.key = "max_workers", .kind = KIND_INT, .def = "0", .max = 100,
		.help = "images of this registry at once; 0: no limit of its own",
	},
	[REG_RATE] = {
		.key = "rate", .kind = KIND_TEXT, .def = "", .check = check_rate,
		.help = "pulls and pushes that begin in any such time: 5/s, 10/m, 100/6h",
	},
	[REG_DELAY] = {
		.key = "delay", .kind = KIND_TIME, .def = "1s",
		.help = "instead of runtime.retry.delay",
	},
	[REG_MAX_DELAY] = {
		.key = "max_delay", .kind = KIND_TIME, .def = "30s",
		.help = "instead of runtime.retry.max_delay",
	},
	[REG_MAX_ATTEMPTS] = {
		.key = "max_attempts", .kind = KIND_INT, .def = "3", .min = 1, .max = 10,
		.help = "instead of runtime.retry.max_attempts",
	},
	[REG_BREAKER] = {
		.key = "breaker", .kind = KIND_INT, .def = "8", .max = 1000,
		.help = "images in a row that fail because nothing is reached, after which"
			" nothing starts there for a while; 0: never",
	},
	[REG_COOLDOWN] = {
		.key = "cooldown", .kind = KIND_TIME, .def = "2s",
		.help = "the first such while; it doubles",
	},
	[REG_INSECURE] = {
		.key = "insecure", .kind = KIND_BOOL, .def = "false",
		.help = "as in runtime.insecure_registries",
	},
};

const struct option *reg_get(enum reg id)
{
	return &keys[id];
}

int registry_read_rate(const char *text, int64_t *ret_starts, int64_t *ret_per_ns, struct err *why)
{
	const char *slash = strchr(text, '/');
	struct buf part = BUF_INIT, shown = BUF_INIT;
	int rc = -1;

	*ret_starts = *ret_per_ns = 0;
	if (!*text)
		return 0;
	if (slash) {
		buf_add(&part, text, (size_t)(slash - text));
		rc = parse_int(buf_str(&part), ret_starts);
		buf_reset(&part);
		buf_addf(&part, "%s%s", isalpha((unsigned char)slash[1]) ? "1" : "", slash + 1);
		rc |= parse_duration(buf_str(&part), ret_per_ns);
	}
	if (rc || *ret_starts < 1 || *ret_starts > MAX_STARTS || *ret_per_ns < 1) {
		utf8_show(&shown, text, strlen(text), 100);
		rc = err_set(
			why,
			"'%s' is not a rate; give a number from 1 to %d and a time, such as 5/s,"
			" 10/m or 100/6h",
			buf_str(&shown), MAX_STARTS);
	}
	buf_release(&part);
	buf_release(&shown);
	return rc;
}

void registries_release(struct registries *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->v[i].host);
		free(all->v[i].where);
		for (unsigned k = 0; k < REG_COUNT; k++) {
			free(all->v[i].v[k].text);
			free(all->v[i].v[k].where);
		}
	}
	free(all->v);
	*all = (struct registries){ 0 };
}

/* As it stands before an image's path, and as ref.h names it then. */
static int normalise(const char *host, struct buf *ret, struct err *err)
{
	struct buf image = BUF_INIT, shown = BUF_INIT;
	struct ref ref;
	int rc = 0;

	buf_addf(&image, "%s/x", host);
	if (!strcmp(host, "*")) {
		buf_adds(ret, host);
	} else if (!ref_parse(buf_str(&image), &ref, NULL) && ref.host.len == strlen(host)) {
		struct span name = ref_registry(&ref);

		buf_add(ret, name.s, name.len);
	} else {
		utf8_show(&shown, host, strlen(host), 100);
		rc = err_set(err,
			     "'%s' is not a registry; give its host as in an image's name, such as"
			     " docker.io or localhost:5000, or *",
			     buf_str(&shown));
	}
	buf_release(&image);
	buf_release(&shown);
	return rc;
}

int registry_begin(struct registries *all, const char *host, const char *where, size_t *ret_index,
		   struct err *err)
{
	struct buf name = BUF_INIT;

	if (normalise(host, &name, err)) {
		buf_release(&name);
		return -1;
	}
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].host, buf_str(&name))) {
			buf_release(&name);
			return err_set(err, "registry %s has a section at %s; join the two",
				       all->v[i].host, all->v[i].where);
		}
	all->v = mem_grow(all->v, all->n + 1, sizeof(*all->v));
	all->v[all->n] = (struct registry){ .where = mem_strdup(where) };
	all->v[all->n].host = buf_detach(&name);
	*ret_index = all->n++;
	return 0;
}

enum reg reg_by_key(const char *key, struct err *err)
{
	const char *known[REG_COUNT], *near;
	struct buf shown = BUF_INIT;

	for (unsigned i = 0; i < REG_COUNT; i++) {
		if (!strcasecmp(key, keys[i].key))
			return (enum reg)i;
		known[i] = keys[i].key;
	}
	near = suggest_nearest(key, known, REG_COUNT);
	utf8_show(&shown, key, strlen(key), 100);
	if (near)
		err_set(err, "unknown key '%s' of a registry; did you mean '%s'?", buf_str(&shown),
			near);
	else
		err_set(err, "unknown key '%s' of a registry; `hpn config --defaults` shows all",
			buf_str(&shown));
	buf_release(&shown);
	return REG_COUNT;
}

int registry_put(struct registries *all, size_t index, enum reg id, const char *text,
		 const char *where, struct err *err)
{
	struct reg_value *v = &all->v[index].v[id];

	if (v->text)
		return err_set(err, "%s was set before, at %s; keep one", keys[id].key, v->where);
	if (option_check(&keys[id], text, &v->num, err))
		return err_wrap(err, "%s", keys[id].key);
	v->text = mem_strdup(text);
	v->where = mem_strdup(where);
	return 0;
}

const struct reg_value *registry_find(const struct registries *all, const char *host, enum reg id)
{
	const struct reg_value *any = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct reg_value *v = &all->v[i].v[id];

		if (!v->text)
			continue;
		if (!strcmp(all->v[i].host, host))
			return v;
		if (!strcmp(all->v[i].host, "*"))
			any = v;
	}
	return any;
}
