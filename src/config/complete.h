/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * complete.h - completion scripts for shells, made from the table of options
 */
#ifndef HPN_CONFIG_COMPLETE_H
#define HPN_CONFIG_COMPLETE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Append the script for "bash", "zsh" or "fish". It is the same on every
 * machine, whatever is configured: completions/ holds what this prints. -1 for
 * another shell; `err` names the three, and nothing is appended.
 */
int config_completion(const char *shell, struct buf *ret_script, struct err *err);

#endif
