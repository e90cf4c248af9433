/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cores.h - how many processors this process may use
 *
 * Fewer than the machine has where taskset, a batch system or a container allows
 * only some of them, or only a share of their time.
 */
#ifndef HPN_CONFIG_CORES_H
#define HPN_CONFIG_CORES_H

/* At least 1. A quota of time counts as the cores that it pays for, rounded up.
 * `root` stands before the paths of /proc and /sys; it is "" except in tests. */
unsigned cores_usable(const char *root);

#endif
