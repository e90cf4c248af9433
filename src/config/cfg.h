/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cfg.h - what the user has set, and where
 *
 * The order of use:
 *   1. cfg_new()
 *   2. args_parse() (args.h) puts in the flags
 *   3. help or version, which must not read any configuration
 *   4. cfg_load() adds environment and file, and checks them
 *   5. usage_check() (args.h)
 *   6. the getters; after cfg_load() they cannot fail
 * A flag wins over the environment, that over the file, that over the default.
 * What a file or the environment says is checked even where a flag wins.
 */
#ifndef HPN_CONFIG_CFG_H
#define HPN_CONFIG_CFG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strvec.h"
#include "config/options.h"
#include "config/registry.h"

enum cfg_layer { LAYER_FLAG, LAYER_ENV, LAYER_FILE, LAYER_COUNT };

struct cfg;

struct cfg *cfg_new(void); /* all defaults */
void cfg_free(struct cfg *c);

/*
 * Read the environment and the configuration file, and check all that they
 * set. `env` is an environ; `etc_dir` is "/etc/hpn" but in tests. Errors name
 * file and line, or the variable; several mistakes are several lines, indented
 * from the second on. Things to tell without failing are in
 * cfg_warnings(), without "Warning: ".
 */
int cfg_load(struct cfg *c, char *const *env, const char *etc_dir, struct err *err);

const struct strvec *cfg_warnings(const struct cfg *c);

/* The file that was read, or "" */
const char *cfg_file(const struct cfg *c);

/* The getters. Strings live as long as the cfg; never NULL, "" is none. */
const char *cfg_str(const struct cfg *c, enum opt id);
int64_t cfg_int(const struct cfg *c, enum opt id); /* KIND_INT, _SIZE, KIND_LIMIT */
int cfg_bool(const struct cfg *c, enum opt id);
int64_t cfg_duration_ns(const struct cfg *c, enum opt id);
/* NULL-terminated; those that add up come flags first, file last. */
char *const *cfg_list(const struct cfg *c, enum opt id);

/* "default", "FILE:LINE", the variable's name, or the flag's with its dashes */
const char *cfg_source(const struct cfg *c, enum opt id);

/* The flag stood on the command line, even with an empty value or 0. */
int cfg_given_by_flag(const struct cfg *c, enum opt id);

/* Somebody has set it, with a value that counts. */
int cfg_is_set(const struct cfg *c, enum opt id);

/* Images at once, as --serial, -j and the configuration have it; where they find
 * their own level, to begin with. */
int cfg_workers(const struct cfg *c);

/* The number is to find its own level, and not over that of cfg_max_workers(),
 * where that is not 0. */
int cfg_finds_level(const struct cfg *c);
int cfg_max_workers(const struct cfg *c);

/* The file that -j names; "" when it names none. */
const char *cfg_jobs_file(const struct cfg *c);

/* What is different at single registries. The readers of files fill it in. */
struct registries *cfg_registries(const struct cfg *c);

/* The log that was asked for by a key or a variable of logging.*; 0 when none
 * was and log_new() must not be called. Strings are the cfg's. */
int cfg_log_setup(const struct cfg *c, struct log_setup *ret_setup);

/* What to add to a child's environment for the proxies: "http_proxy=..." */
void cfg_proxy_env(const struct cfg *c, struct strvec *ret_env);

/* For the readers */

/*
 * Set one value in one layer, in place of what was there; `where` is what
 * cfg_source() says. Flags are checked here (and the rest in cfg_load()): the
 * error begins with `where`. Lists grow: items of one text are separated as
 * the table says, except in a flag.
 */
int cfg_put(struct cfg *c, enum opt id, enum cfg_layer layer, const char *text, const char *where,
	    struct err *err);

/* Where the layer got its value, or NULL when it has none. */
const char *cfg_layer_source(const struct cfg *c, enum opt id, enum cfg_layer layer);

/* Forget the layer. */
void cfg_drop_layer(struct cfg *c, enum cfg_layer layer);

void cfg_warn(struct cfg *c, const char *text);

/* Note a mistake that does not end the reading; cfg_load() fails with all of
 * them, a line each. */
void cfg_mistake(struct cfg *c, const char *text);
const struct strvec *cfg_mistakes(const struct cfg *c);

#endif
