/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_info.h - what a runtime's engine says about itself
 */
#ifndef HPN_QUERY_ENGINE_INFO_H
#define HPN_QUERY_ENGINE_INFO_H

#include <stdbool.h>

#include "console/console.h"
#include "runtime/argv.h"
#include "runtime/runtime.h"

/* Each text is NULL where it was not said. */
struct engine_info {
	char *driver;
	char *root;    /* absolute, but perhaps of another machine */
	char *staging; /* the same */
	char *http_proxy, *https_proxy;
	char *rootless; /* "true", "false" */
};

/* One call of [facts]; what cannot be had stays NULL. envp NULL: hpn's own. */
void engine_info_read(struct engine_info *f, struct console *s, const struct runtime *rt,
		      char *const *envp);

/* One call of [version]; what cannot be had stays NULL. */
void engine_versions_read(struct rt_versions *v, struct console *s, const struct runtime *rt,
			  char *const *envp);

void engine_info_parse(struct engine_info *f, const char *text, size_t len);
void engine_info_release(struct engine_info *f);

/* A folder on this machine. */
bool engine_info_is_folder(const char *path);

#endif
