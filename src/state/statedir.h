/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * statedir.h - where hpn remembers things from run to run
 *
 * $XDG_STATE_HOME/hpn, else ~/.local/state/hpn. Nothing in it is needed: hpn
 * works without a home, and anybody may delete it.
 */
#ifndef HPN_STATE_STATEDIR_H
#define HPN_STATE_STATEDIR_H

#include "base/buf.h"
#include "base/err.h"

/* The path of a file there, and its directory made. -1 with err where there is
 * no place for it. */
int statedir_file(const char *name, struct buf *ret_path, struct err *err);

/* Make the text the content of that file, whole or not at all. Of two runs that
 * do it at once the later wins. */
int statedir_replace(const char *name, const struct buf *text, struct err *err);

#endif
