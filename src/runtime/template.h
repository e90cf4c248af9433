/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template.h - words of a descriptor with %{variables} in them
 *
 * `%{image}` stands for the value of a variable, `%%` for a percent sign. In an
 * argv each line is one word, whatever it holds; there is no quoting. A line
 * may begin with conditions, and is a word only when all of them are true:
 *
 *   ?platform --platform=%{platform}             `platform` is set
 *   ?platform ?api>=1.48 --platform=%{platform}  and the engine is new enough
 *   ?client<2.0 --legacy                         the client is known to be old
 *
 * The versions client, server and api are often unknown. Then a comparison is
 * false.
 *
 * Everything that can be wrong with a text is found when it is read, so that
 * an expansion can only fail for the values that are put in.
 */
#ifndef HPN_RUNTIME_TEMPLATE_H
#define HPN_RUNTIME_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strvec.h"

enum rt_var {
	RT_IMAGE,      /* as in the list: nginx */
	RT_IMAGE_FULL, /* docker.io/library/nginx:latest */
	RT_TARGET,     /* what a push goes to */
	RT_TARGET_FULL,
	RT_FILE,     /* an archive */
	RT_PLATFORM, /* linux/arm64; optional */
	RT_INSECURE, /* a registry without TLS; optional */
	RT_CLIENT,   /* version of the runtime's program; optional */
	RT_SERVER,   /* version of the engine that it talks to; optional */
	RT_API,      /* version of what the two speak; optional */
	RT_HOST,     /* the registry; in hints only, as are the next */
	RT_NAME,     /* of the runtime */
	RT_PROGRAM,  /* of the runtime: its path */
	RT_VARS
};

#define RT_BIT(x) (1u << (unsigned)(x))

#define RT_VERSION_VARS (RT_BIT(RT_CLIENT) | RT_BIT(RT_SERVER) | RT_BIT(RT_API))

/* The values for one call, owned by the caller; NULL: not set. */
struct rt_vars {
	const char *v[RT_VARS];
};

enum rt_test { RT_IS_SET, RT_AT_LEAST, RT_BELOW };

struct rt_condition {
	enum rt_var var;
	enum rt_test test;
	char *version; /* what is compared with; NULL for RT_IS_SET */
};

struct rt_word {
	struct rt_condition *when; /* all have to be true */
	size_t n_when;
	char *text;
};

struct rt_words {
	struct rt_word *v;
	size_t n;
};

const char *rt_var_name(enum rt_var var);

/*
 * Check a text in which the variables of the mask `allowed` have a meaning.
 * ret_used (may be NULL) is the mask of those that occur. `where` names the
 * place in messages: "[pull]".
 */
int template_check(const char *text, unsigned allowed, const char *where, unsigned *ret_used,
		   struct err *err);

/* Append the expansion of a checked text. Returns 0, or -1 when a variable in
 * it is not set; b is then as it was. */
int template_expand(const char *text, const struct rt_vars *vars, struct buf *b);

/*
 * Add one line of an argv. Of the variables in `allowed`, those that are also
 * in `optional` may occur only in a word that depends on them.
 */
int words_add(struct rt_words *w, const char *line, unsigned allowed, unsigned optional,
	      const char *where, struct err *err);

/* The mask of the variables that are in words without a condition. */
unsigned words_sure(const struct rt_words *w);

/* The mask of the variables that occur in any way. */
unsigned words_used(const struct rt_words *w);

/*
 * Does it depend on a version which words there are? Comparisons that would be
 * of no consequence do not count: with `?platform ?api>=1.48 ...` it does not
 * depend on the version unless `platform` is set in vars.
 */
bool words_need_version(const struct rt_words *w, const struct rt_vars *vars);

/*
 * Append the words. A word that begins with a variable and would come out
 * empty or beginning with '-' is an error: a value never becomes an option.
 */
int words_expand(const struct rt_words *w, const struct rt_vars *vars, struct strvec *ret_argv,
		 struct err *err);

void words_release(struct rt_words *w);

#endif
