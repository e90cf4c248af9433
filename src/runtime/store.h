/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store.h - all descriptors that there are
 *
 * NAME.ini describes NAME. They are looked for, in this order, in
 *
 *   1. the directories of --runtime-dir, in the order given
 *   2. the directories of $HPN_RUNTIME_PATH, separated by colons
 *   3. $XDG_CONFIG_HOME/hpn/runtimes, or ~/.config/hpn/runtimes
 *   4. SYSCONFDIR/hpn/runtimes
 *   5. PKGDATADIR/runtimes; for hpn, ../share/hpn/runtimes from its own
 *      directory when ../share/hpn is there
 *   6. hpn itself
 *
 * and the first for a name wins; the others are not even read. A directory that
 * is not there is passed over, except in 1. A descriptor decides which programs
 * are started, so a directory or file that anybody but root and the user may
 * write to is an error, and not passed over.
 */
#ifndef HPN_RUNTIME_STORE_H
#define HPN_RUNTIME_STORE_H

#include <stddef.h>

#include "base/err.h"
#include "base/strvec.h"
#include "runtime/runtime.h"

/* Where to look; all borrowed, NULL or "": not there. */
struct rt_search {
	const struct strvec *dirs;   /* --runtime-dir */
	const char *env_path;        /* $HPN_RUNTIME_PATH */
	const char *xdg_config_home; /* counts only if absolute */
	const char *home;
	const char *sysconfdir;
	const char *pkgdatadir;
};

struct runtimes {
	struct runtime **v; /* by priority, then name; without priority last */
	size_t n;
};

/* As the environment and the build have it. */
void rt_search_init(struct rt_search *s, const struct strvec *dirs);

/* Read them all. The first mistake is the error, and nothing is returned. The
 * caller ends with runtimes_release(). */
int runtimes_load(const struct rt_search *s, struct runtimes *ret, struct err *err);

struct runtime *runtimes_find(const struct runtimes *all, const char *name);

void runtimes_release(struct runtimes *all);

#endif
