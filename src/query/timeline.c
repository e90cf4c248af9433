/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/timeline.h"

#include "query/libexec.h"
#include "proc/spawn.h"

int timeline_become(const struct args *args, const struct cfg *cfg, struct err *err)
{
	struct strvec argv = STRVEC_INIT;
	int rc;

	libexec_push(&argv, "hpn-timeline");
	strvec_push(&argv, "--out");
	strvec_push(&argv, cfg_str(cfg, OPT_OUT));
	strvec_push(&argv, "--");
	strvec_push(&argv, args->operands.v[0]);
	rc = spawn_become(argv.v[0], argv.v);
	err_sys(err, -rc, "cannot start %s", argv.v[0]);
	strvec_release(&argv);
	return -1;
}
