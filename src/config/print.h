/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * print.h - the table of options, for people and for programs
 */
#ifndef HPN_CONFIG_PRINT_H
#define HPN_CONFIG_PRINT_H

#include <stddef.h>

#include "base/buf.h"
#include "config/cfg.h"

#define HELP_SHORT 0u
#define HELP_ALL (~0u)

/*
 * Help, folded at `width` columns (60 at least). HELP_SHORT is one screen: the
 * verbs, and the options that are used most. HELP_ALL has every option. Of some
 * VERB_BIT()s, it has two examples for each verb, and the options that concern
 * these verbs, without the hidden ones that concern every action.
 */
void config_help(struct buf *ret_text, unsigned verbs, size_t width);

/* hpn config: each key, its value, and after " ; " where it came from; an INI
 * file again, but that passwords of proxies are masked. */
void config_print(const struct cfg *c, struct buf *ret_text);

/* hpn config --defaults: an INI file with every key and what it is, each value
 * commented out. */
void config_defaults(struct buf *ret_text);

/*
 * hpn config --options: a line for each option, hidden ones too, with tabs
 * between: flag, letter, argument, key, variables, default, choices, verbs,
 * "hidden" or "shown", help. "-" is for none; variables, choices and verbs are
 * joined by commas.
 */
void config_options(struct buf *ret_text);

#endif
