/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * iniconf.h - hpn.ini
 *
 * [runtime.retry] delay = 1s, [runtime] retry.delay = 1s and, before the first
 * section, runtime.retry.delay = 1s are the same. Below [registry "HOST"] are
 * the keys of registry.h. The language is base/iniread.h's.
 */
#ifndef HPN_CONFIG_INICONF_H
#define HPN_CONFIG_INICONF_H

#include <stddef.h>

#include "base/err.h"

struct cfg;

/* Put what the data sets into the file layer. An unknown key or section, a key
 * set twice, and a second line for what is not a list are mistakes, which are
 * all noted with cfg_mistake(). */
int iniconf_read(struct cfg *c, const char *file, const char *data, size_t len, struct err *err);

#endif
