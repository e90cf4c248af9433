/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * select.h - find out which runtimes answer, and take one
 */
#ifndef HPN_QUERY_SELECT_H
#define HPN_QUERY_SELECT_H

#include "console/console.h"
#include "config/cfg.h"
#include "runtime/probe.h"
#include "runtime/store.h"

/* Is the runtime that the configuration prefers one that has a descriptor? These
 * are read only when it is none of hpn's own. */
int select_check_preferred(const struct cfg *cfg, struct err *err);

/*
 * The runtime to use, as the contract has it, with its lines and its question.
 * It belongs to ret_all, which the caller releases in any case. NULL and err,
 * without "Error: ", when there is none or a signal came.
 */
const struct runtime *select_runtime(struct console *s, const struct cfg *cfg,
				     struct runtimes *ret_all, struct err *err);

/* Ask all of them. ret_probes has one for each of ret_all; both are the
 * caller's to release. -1 also when a signal came. */
int select_survey(struct console *s, const struct cfg *cfg, struct runtimes *ret_all,
		  struct probe **ret_probes, struct err *err);

void select_survey_free(struct runtimes *all, struct probe *probes);

/* `hpn runtimes`: the status to exit with, 0 if any answers. */
int select_list(struct console *s, const struct cfg *cfg);

#endif
