/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libexec.h - hpn's other programs
 */
#ifndef HPN_QUERY_LIBEXEC_H
#define HPN_QUERY_LIBEXEC_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strvec.h"

/* hpn's own first argument in the command of libexec_publish(). */
#define LIBEXEC_PUBLISH "--publish-archive"

/* What hpn-pipe ends with; see hpn-pipe.c. */
enum { PIPE_NOT_WHOLE = 65, PIPE_CUT = 66, PIPE_HOLLOW = 67, PIPE_NO_SPACE = 73 };

/* Append the path of the program: in hpn's own directory (where it was built),
 * else in ../libexec/hpn from there (an unpacked tarball), else where the build
 * was to be installed. */
void libexec_push(struct strvec *argv, const char *name);

/* Append the command that gives a finished file its final name, in a child of
 * its own since that may take as long as the disk does. It is hpn itself, so
 * that it is there even where hpn was copied alone. */
void libexec_publish(struct strvec *argv, const char *temporary, const char *final);

/* Become the program of libexec_push() and what was appended. Returns only when
 * that fails, -1; argv is released. */
int libexec_become(struct strvec *argv, struct err *err);

/* It is there, and may be run. */
bool libexec_has(const char *name);

#endif
