/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

static int fill(struct action *a, const struct place *at, struct rt_call *call, struct err *err)
{
	const char *platform = cfg_str(a->cfg, OPT_PLATFORM);

	(void)at, (void)err;
	if (*platform)
		call->platform = platform;
	return 0;
}

const struct action_ops action_pull = {
	.words = { "Pulling", "pulled", "pull" },
	.plural = "images",
	.steps = 1,
	.step = { RT_PULL },
	.uses_network = true,
	.fill = fill,
};
