/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * registry.h - what is different at one registry: [registry "docker.io"]
 *
 * Sections are known by the registry's host as ref_registry() has it; "*" is
 * for all registries, as far as their own sections say nothing.
 */
#ifndef HPN_CONFIG_REGISTRY_H
#define HPN_CONFIG_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/options.h"

enum reg {
	REG_MAX_WORKERS,
	REG_RATE,
	REG_DELAY,
	REG_MAX_DELAY,
	REG_MAX_ATTEMPTS,
	REG_BREAKER,
	REG_COOLDOWN,
	REG_INSECURE,
	REG_COUNT
};

/* Its key, default, range and help; the rest is not used. */
const struct option *reg_get(enum reg id);

/* By key, in any case; REG_COUNT, and err says what it may be, if there is none. */
enum reg reg_by_key(const char *key, struct err *err);

struct reg_value {
	char *text; /* NULL: not set */
	char *where;
	int64_t num; /* not of REG_RATE */
};

struct registry {
	char *host;
	char *where;
	struct reg_value v[REG_COUNT];
};

struct registries {
	struct registry *v;
	size_t n;
};

void registries_release(struct registries *all);

/*
 * A section begins. ret_index is for registry_put(). -1: this is not a host, or
 * it had a section before; the error does not begin with `where`.
 */
int registry_begin(struct registries *all, const char *host, const char *where, size_t *ret_index,
		   struct err *err);

/* Set one key there, once. */
int registry_put(struct registries *all, size_t index, enum reg id, const char *text,
		 const char *where, struct err *err);

/* What is set for this host, or for all; NULL: nothing. */
const struct reg_value *registry_find(const struct registries *all, const char *host, enum reg id);

/* "100/6h": how many starts in which time. -1 with err; "" is 0 of them. */
int registry_read_rate(const char *text, int64_t *ret_starts, int64_t *ret_per_ns, struct err *why);

#endif
