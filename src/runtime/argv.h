/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * argv.h - from a descriptor and values to a command that can be started
 */
#ifndef HPN_RUNTIME_ARGV_H
#define HPN_RUNTIME_ARGV_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strvec.h"
#include "runtime/runtime.h"

/* What the engine says about itself; NULL: unknown. */
struct rt_versions {
	char *client, *server, *api;
};

/*
 * What a call is about; all borrowed. Which are needed depends on the verb:
 * pull image; save image, file; load file; tag image, target; push target.
 * Images and targets are references that image/ has accepted.
 */
struct rt_call {
	const char *image;
	const char *target;
	const char *file;
	const char *platform;               /* NULL: whatever the runtime takes */
	const char *insecure_host;          /* NULL: TLS is wanted */
	const struct rt_versions *versions; /* NULL: nothing is known of them */
};

/*
 * Fill ret_argv (emptied first) with the program and the words of the verb.
 * The program is the path found by runtime_find_program(), or the bare name
 * if it was not found (for --dry-run). An error when the descriptor has no
 * such verb, and when a value would come out as an option.
 */
int runtime_argv(const struct runtime *rt, enum rt_verb verb, const struct rt_call *call,
		 struct strvec *ret_argv, struct err *err);

/* Does it depend on the versions of the engine how the command of this call is
 * built, and can they be asked for? Then the caller should run the command of
 * RT_VERSION and set ->versions. */
bool runtime_needs_versions(const struct runtime *rt, enum rt_verb verb,
			    const struct rt_call *call);

/* Takes the versions from what the command of RT_VERSION has printed to standard
 * output. What is not found stays NULL. The caller ends with rt_versions_release(). */
void rt_versions_read(struct rt_versions *v, const struct runtime *rt, const char *out);
void rt_versions_release(struct rt_versions *v);

/*
 * The complete environment of a child: `base` (NULL-terminated NAME=VALUE, as
 * environ is) with the descriptor's variables added or replaced.
 */
void runtime_env(const struct runtime *rt, char *const *base, struct strvec *ret_env);

/* Does the descriptor do anything with this variable in this verb, for one
 * version of the engine at least? If not, a --platform or --insecure-registry
 * is lost on it, and the user should hear. */
bool runtime_knows(const struct runtime *rt, enum rt_verb verb, enum rt_var var);

#endif
