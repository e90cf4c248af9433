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

/* What is compressed goes through hpn-pipe, as each runtime knows other forms. */
const struct action_ops action_load = {
	.words = { "Loading", "loaded", "load" },
	.plural = "files",
	.steps = 1,
	.step = { RT_LOAD },
	.takes_files = true,
	.fill = fill,
	.fill_argv = pipe_load_argv,
};
