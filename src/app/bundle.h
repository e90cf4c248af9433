/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bundle.h - save --bundle: one archive with all images of the list
 *
 * The run is then a single job, the file, whose command names all images. It
 * is made as a whole or not at all, so what would be missing is told before
 * anything is started.
 */
#ifndef HPN_APP_BUNDLE_H
#define HPN_APP_BUNDLE_H

#include "app/action.h"

static inline bool bundle_wanted(const struct action *a)
{
	return *cfg_str(a->cfg, OPT_BUNDLE) != '\0';
}

/* The list has been read, and the environment is set: make the file the run's
 * only item, where a bundle is wanted. -1 when not all images can be in it; each
 * of them has been told then. */
int bundle_begin(struct action *a, struct err *err);

/* The runtime's command: to the file of the call, or to standard output. */
int bundle_argv(const struct action *a, enum rt_verb verb, const struct rt_call *call,
		struct strvec *argv, struct err *err);

/* Add what tells hpn-pipe which tags have to be in the archive. */
void bundle_add_tags(const struct action *a, struct strvec *argv);

#endif
