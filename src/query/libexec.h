/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libexec.h - hpn's other programs
 */
#ifndef HPN_QUERY_LIBEXEC_H
#define HPN_QUERY_LIBEXEC_H

#include <stdbool.h>

#include "base/strvec.h"

/* Append the path of the program: beside hpn where it was built, else where it
 * was installed. */
void libexec_push(struct strvec *argv, const char *name);

/* It is there, and may be run. */
bool libexec_has(const char *name);

#endif
