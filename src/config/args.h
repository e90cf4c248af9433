/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args.h - the command line
 *
 *   hpn -a ACTION -f LIST [options]         as the serial tool has it
 *   hpn VERB [IMAGE|FILE|WORD...] [options]
 *
 * An action or verb may be several, pull,save; the order is pull, save, push or
 * load, push.
 *
 * -a pull, -apull, -a=pull (one = is dropped), --action pull, --action=pull;
 * letters in a row, the last with its value (-vapull). No abbreviations; case
 * matters. A value may begin with -. Booleans take a value only after =. The
 * last one wins. Flags stand anywhere; -- ends them.
 */
#ifndef HPN_CONFIG_ARGS_H
#define HPN_CONFIG_ARGS_H

#include "base/err.h"
#include "base/strvec.h"
#include "config/cfg.h"

struct args {
	enum verb verb;         /* of the first word; usage_check() adds -a's */
	unsigned chain;         /* VERB_BIT()s: "pull,save" is two, `verb` the first */
	int by_word;            /* the verb was a word, not -a */
	struct strvec operands; /* the words after the verb */
	char *const *line;      /* all words, as they were given; borrowed */
};

#define ARGS_INIT \
	{ \
		VERB_NONE, 0, 0, STRVEC_INIT, NULL \
	}

/*
 * Read all of the line, argv[0] left out, before anything else is done; flags
 * go into `c`. -1: something on it is not understood, and `err` says what to
 * write instead; not even help or version count then.
 */
int args_parse(char *const *argv, struct cfg *c, struct args *ret_args, struct err *err);
void args_release(struct args *a);

/* Help or version was asked for, by flag or word; help comes first. */
int args_wants_help(const struct args *a, const struct cfg *c);
int args_wants_version(const struct args *a, const struct cfg *c);

/*
 * The verbs whose help is wanted, for config_help(): `hpn help pull` and `hpn
 * pull --help` ask for one, `hpn help --all` for everything. -1: there is no
 * such verb, and `err` suggests another one.
 */
int args_help_topic(const struct args *a, const struct cfg *c, unsigned *ret_verbs,
		    struct err *err);

/*
 * What is wrong with the line altogether, after cfg_load(): -a missing or not
 * known, no list, a mode of another action, a mode out of range, words where
 * none belong. Sets `verb` and `chain` from -a, and is to be called for each
 * verb.
 */
int usage_check(struct args *a, const struct cfg *c, struct err *err);

/* The mode that counts for save, load or push; 1 for other verbs. */
int usage_mode(enum verb v, const struct cfg *c);

/* The lists to read: all -f of a verb, the last of -a. Ends with NULL. */
char *const *usage_lists(const struct args *a, const struct cfg *c);

#endif
