/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * yamlconf.h - the serial tool's configuration, read by libyaml
 *
 * One document that is a mapping, block or flow, or empty. Keys count in any
 * case. A plain ~, null or nothing leaves a key unset. Errors: a key that
 * comes twice, aliases, a sequence or mapping where a scalar belongs and the
 * other way round, and all that libyaml refuses, tabs as indent among it.
 * Unknown keys are warnings. Lists may be sequences. Below `registries` are
 * hosts, and below each the keys of registry.h.
 */
#ifndef HPN_CONFIG_YAMLCONF_H
#define HPN_CONFIG_YAMLCONF_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct cfg;

/*
 * Put what the data sets into the file layer. With ret_foreign, a document
 * that is not a mapping, or has an unknown key at its top before any mistake, is
 * no error: the reason is appended there, and what was put in so far is the
 * caller's to drop.
 */
int yamlconf_read(struct cfg *c, const char *file, const char *data, size_t len,
		  struct buf *ret_foreign, struct err *err);

#endif
