/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"
#include "app/pipe.h"

static int fill(struct action *a, const struct place *at, struct rt_call *call, struct err *err)
{
	(void)err;
	call->file = a->paths.v[at->job];
	if (*call->file == '-') {
		buf_reset(&a->temp);
		buf_addf(&a->temp, "./%s", a->paths.v[at->job]);
		call->file = buf_str(&a->temp);
	}
	return 0;
}

const struct action_ops action_verify = {
	.words = { "Verifying", "verified", "verify" },
	.plural = "files",
	.steps = 1,
	.step = { STEP_CHECK },
	.takes_files = true,
	.fill = fill,
	.no_runtime = true,
	.fill_argv = pipe_verify_argv,
};
