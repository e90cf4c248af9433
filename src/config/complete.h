/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * complete.h - completion scripts for shells, and the table that they ask for
 *
 * The scripts in completions/ know no verb and no flag: each runs
 * `hpn completion table`, and offers what is in it.
 */
#ifndef HPN_CONFIG_COMPLETE_H
#define HPN_CONFIG_COMPLETE_H

#include "base/buf.h"
#include "base/err.h"

struct completion_script {
	const char *shell;
	const char *const *lines; /* each without its line end; NULL ends them */
};

/* The scripts as they were when hpn was built: completions/embed.sh. */
extern const struct completion_script completion_scripts[]; /* shell NULL ends them */

/*
 * Append the script for "bash", "zsh" or "fish", or for "table" lines of fields
 * with tabs between them, none of them empty:
 *
 *   verb NAME OFFERS HELP
 *   flag --LONG -SHORT VALUE OFFERS SHOWN VERBS ARG HELP
 *
 * VALUE is none, needed, many (needed, and the flag may be repeated) or optional
 * (after = only). OFFERS is what to offer for the value or after the verb: words
 * with spaces between them, or one of @file, @dir, @archive, @runtime, @host and
 * @name (of an image). SHOWN is always, verb (only after one of VERBS) or hidden.
 * VERBS are names with commas between them, or *. What there is none of is "-".
 *
 * -1 for another shell; `err` names the three, and nothing is appended.
 */
int config_completion(const char *shell, struct buf *ret_script, struct err *err);

#endif
