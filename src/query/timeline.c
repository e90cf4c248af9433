/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/timeline.h"

#include "query/libexec.h"

int timeline_become(const struct args *args, const struct cfg *cfg, struct err *err)
{
	struct strvec argv = STRVEC_INIT;

	libexec_push(&argv, "hpn-timeline");
	strvec_push(&argv, "--out");
	strvec_push(&argv, cfg_str(cfg, OPT_OUT));
	strvec_push(&argv, "--");
	strvec_push(&argv, args->operands.v[0]);
	return libexec_become(&argv, err);
}
