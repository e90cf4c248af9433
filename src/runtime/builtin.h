/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * builtin.h - the descriptors in runtimes/, as they were when hpn was built
 *
 * The file that goes with it is made by runtimes/embed.sh.
 */
#ifndef HPN_RUNTIME_BUILTIN_H
#define HPN_RUNTIME_BUILTIN_H

struct rt_builtin {
	const char *name;         /* docker */
	const char *const *lines; /* each without its line end; NULL ends them */
};

extern const struct rt_builtin rt_builtins[]; /* name NULL ends them */

#endif
