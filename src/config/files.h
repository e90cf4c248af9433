/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files.h - which configuration file is read, and in which form
 */
#ifndef HPN_CONFIG_FILES_H
#define HPN_CONFIG_FILES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct cfg;

#define FILES_MAX_BYTES ((size_t)1 << 20)

struct files_env {
	const char *home;     /* HOME; NULL: there is none */
	const char *sudo_uid; /* SUDO_UID; NULL: there is none */
	const char *etc_dir;
};

/*
 * Read `given` if it is not "", else the first regular file that is found of
 *   hpn.ini, HOME/.config/hpn/hpn.ini, HOME/.hpn/config.ini, ETC/hpn.ini,
 *   config.yaml and config.yml in ".", HOME/.hpn and ETC.
 * In the current directory a configuration of somebody else is an error, see
 * trust.h. ret_path gets the name of what was read; it stays empty when
 * nothing was found, which is an error only with `given`.
 */
int files_read(struct cfg *c, const char *given, const struct files_env *env, struct buf *ret_path,
	       struct err *err);

enum files_form { FORM_INI, FORM_YAML };

/* By the end of its name, else by the first line that says something. */
enum files_form files_form(const char *path, const char *data, size_t len);

#endif
