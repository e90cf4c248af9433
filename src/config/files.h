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

/*
 * Read `given` if it is not "", else the first that is found of
 *   hpn.ini, HOME/.config/hpn/hpn.ini, HOME/.hpn/config.ini, ETC/hpn.ini,
 *   config.yaml and config.yml in ".", HOME/.hpn and ETC.
 * `home` may be NULL. ret_path gets the name of what was read; it stays empty
 * when nothing was found, which is no error unless `given`.
 */
int files_read(struct cfg *c, const char *given, const char *home, const char *etc_dir,
	       struct buf *ret_path, struct err *err);

enum files_form { FORM_INI, FORM_YAML };

/* By the end of its name, else by the first line that says something. */
enum files_form files_form(const char *path, const char *data, size_t len);

#endif
