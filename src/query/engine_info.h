/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_info.h - what a runtime's engine says about itself
 */
#ifndef HPN_QUERY_ENGINE_INFO_H
#define HPN_QUERY_ENGINE_INFO_H

#include <stdbool.h>

#include "console/console.h"
#include "runtime/runtime.h"

/* Each text is NULL where it was not said. */
struct facts {
	char *driver;
	char *root;    /* absolute, but perhaps of another machine */
	char *staging; /* the same */
	char *http_proxy, *https_proxy;
	char *rootless; /* "true", "false" */
};

/* One call of [facts]; what cannot be had stays NULL. envp NULL: hpn's own. */
void facts_read(struct facts *f, struct session *s, const struct runtime *rt, char *const *envp);

void facts_parse(struct facts *f, const char *text, size_t len);
void facts_release(struct facts *f);

/* A folder on this machine. */
bool facts_is_folder(const char *path);

#endif
