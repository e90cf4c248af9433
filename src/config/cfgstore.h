/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cfgstore.h - the values of a configuration, layer by layer
 *
 * Inside of config only: cfgstore.c keeps them, cfgload.c reads environment and
 * file into them and checks them, cfg.c answers what they come to. cfg.h has
 * what others may call.
 */
#ifndef HPN_CONFIG_CFGSTORE_H
#define HPN_CONFIG_CFGSTORE_H

#include <stdint.h>

#include "base/strvec.h"
#include "config/cfg.h"

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

/* Does this layer set the option? A flag can be given and still set nothing. */
int cfg_counts(const struct cfg *c, enum opt id, enum cfg_layer layer);

/* The value of the first layer from `from` on that sets the option, else the
 * default. */
const struct value *cfg_find(const struct cfg *c, enum opt id, unsigned from);

#endif
