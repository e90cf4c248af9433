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

/*
 * What a call is about; all borrowed. Which are needed depends on the verb:
 * pull image; save image, file; load file; tag image, target; push target.
 * Images and targets are references that image/ has accepted.
 */
struct rt_call {
	const char *image;
	const char *target;
	const char *file;
	const char *platform;      /* NULL: whatever the runtime takes */
	const char *insecure_host; /* NULL: TLS is wanted */
};

/*
 * Fill ret_argv (emptied first) with the program and the words of the verb.
 * The program is the path found by runtime_find_program(), or the bare name
 * if it was not found (for --dry-run). An error when the descriptor has no
 * such verb, and when a value would come out as an option.
 */
int runtime_argv(const struct runtime *rt, enum rt_verb verb, const struct rt_call *call,
		 struct strvec *ret_argv, struct err *err);

/*
 * The whole environment of a child: `base` (NULL-terminated NAME=VALUE, as
 * environ is) with the descriptor's variables added or replaced.
 */
void runtime_env(const struct runtime *rt, char *const *base, struct strvec *ret_env);

/* Does the descriptor do anything with this variable in this verb? If not, a
 * --platform or --insecure-registry is lost on it, and the user should hear. */
bool runtime_knows(const struct runtime *rt, enum rt_verb verb, enum rt_var var);

#endif
