/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * self.h - where this program lies
 *
 * hpn looks for its other files next to itself before it looks where the build
 * put them, so that an unpacked tarball works in any directory.
 */
#ifndef HPN_BASE_SELF_H
#define HPN_BASE_SELF_H

#include "base/buf.h"

/* Set ret to the path of what lies at relative (such as "../share/hpn") from the
 * directory of the running program. Links to the program are resolved. Leaves
 * ret empty when it cannot be known. */
void self_path(const char *relative, struct buf *ret);

/* Set ret to the path of the running program itself; empty when it cannot be
 * known. */
void self_program(struct buf *ret);

#endif
