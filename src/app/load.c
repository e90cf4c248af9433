/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"
#include "app/pipe.h"

#include <string.h>

static int fill(struct action *a, const struct place *at, struct rt_call *call, struct err *err)
{
	const char *path = a->paths.v[at->job];

	(void)err;
	call->file = path;
	if (*path == '-') { /* a file of that name must not become an option */
		buf_reset(&a->temp);
		buf_addf(&a->temp, "./%s", path);
		call->file = buf_str(&a->temp);
	}
	return 0;
}

const struct action_ops action_load = {
	.words = { "Loading", "loaded", "load" },
	.plural = "files",
	.steps = 2,
	.step = { STEP_CHECK, RT_LOAD },
	.takes_files = true,
	.fill = fill,
	.fill_argv = pipe_load_argv,
};
