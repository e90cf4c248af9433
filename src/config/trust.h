/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trust.h - whose configuration is obeyed without being named
 *
 * A configuration says where images go and which files are written. One that
 * hpn finds in the current directory is obeyed only when it was put there by
 * the user, by root, or by the user who has called sudo. One that is named
 * with -c is always obeyed, and does not concern this file.
 */
#ifndef HPN_CONFIG_TRUST_H
#define HPN_CONFIG_TRUST_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

struct trust {
	uid_t self; /* the effective user */
	uid_t sudo; /* who has called sudo; ->self where nobody has */
};

/* `sudo_uid` is what SUDO_UID says, which counts for root only; NULL: nothing. */
struct trust trust_of(uid_t self, const char *sudo_uid);

/*
 * Refuse the file at `path`, a name in the current directory: `name` is what
 * lstat() says about that name, `file` and `dir` what stat() says about the
 * file and the directory. The error says why, and what to do.
 */
int trust_check(const struct trust *t, const char *path, const struct stat *name,
		const struct stat *file, const struct stat *dir, struct err *err);

#endif
