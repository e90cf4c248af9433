/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doctor.h - `hpn doctor`: what is there, and what will be slow or fail
 *
 * Looks and asks, and changes nothing.
 */
#ifndef HPN_DOCTOR_DOCTOR_H
#define HPN_DOCTOR_DOCTOR_H

#include "console/console.h"
#include "config/args.h"
#include "config/cfg.h"

/* The status to exit with: 1 when something cannot work as it is. Operands are
 * registries, or images in them, that are to be reached. */
int doctor_run(struct console *s, const struct cfg *cfg, const struct args *args);

#endif
