/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * version.h - versions of engines, and which of two is newer
 *
 * A version is numbers with dots between them: 20.10.24+dfsg1, v2.0.4,
 * 29.0.0-rc.1. A "v" before the numbers and anything after them is ignored,
 * so a release candidate counts as its release. A number that is left out is
 * 0. A text without numbers ("dev"), or with zeros only, is not a version:
 * programs that were built by hand say such things.
 */
#ifndef HPN_RUNTIME_VERSION_H
#define HPN_RUNTIME_VERSION_H

#include <stdbool.h>

bool version_is_valid(const char *text);

/* Is version `a` equal to `b` or newer than it (at_least), or older (below)? Where
 * one of the two is NULL or is not a version, nothing is known, and both are false. */
bool version_at_least(const char *a, const char *b);
bool version_below(const char *a, const char *b);

#endif
