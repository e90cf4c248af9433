/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"
#include "state/archives.h"
#include "state/artefact.h"
#include "app/pipe.h"

#include <string.h>
#include <sys/stat.h>

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

static int find_below(struct action *a, const char *dir, struct err *err)
{
	size_t from = a->paths.n;
	const char *hex;
	struct err bad;

	if (archives_below(dir, &a->paths, err))
		return -1;
	if (action_has(a, &action_index))
		return 0;
	/* What cannot be read is each file's affair, and told below. */
	for (size_t i = from; i < a->paths.n; i++)
		expected_sums_find(&a->book, a->paths.v[i], &hex, &bad);
	if (!strcmp(dir, "."))
		expected_sums_find(&a->book, "images/", &hex, &bad);
	return expected_sums_missing(&a->book, dir, archives_is_name, &a->paths, err);
}

int verify_find(struct action *a, const struct args *args, struct err *err)
{
	struct stat st;
	int rc = 0;

	strvec_clear(&a->paths);
	a->base = args->operands.n ? args->operands.v[0] : ".";
	if (!args->operands.n)
		rc = find_below(a, ".", err);
	for (size_t i = 0; !rc && i < args->operands.n; i++)
		if (stat(args->operands.v[i], &st) == 0 && S_ISDIR(st.st_mode))
			rc = find_below(a, args->operands.v[i], err);
		else
			strvec_push(&a->paths, args->operands.v[i]);
	a->n = (uint32_t)a->paths.n;
	if (!rc && !a->n)
		rc = err_set(err, "no archives here; name files or a folder");
	return rc;
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

/* ---- index ---- */

static int set_up(struct action *a, struct stage *st, struct err *err)
{
	(void)st, (void)err;
	a->machine = artefact_machine();
	artefact_clear(a->base);
	return 0;
}

static int after(struct action *a, const struct place *at, bool good, struct err *err)
{
	struct buf scratch = BUF_INIT;

	(void)err;
	pipe_scratch_in(a, a->base, at->job, &scratch);
	if (!good)
		artefact_drop_lists(buf_str(&scratch));
	buf_release(&scratch);
	return 0;
}

const struct action_ops action_index = {
	.words = { "Indexing", "indexed", "index" },
	.plural = "files",
	.steps = 1,
	.step = { STEP_CHECK },
	.takes_files = true,
	.set_up = set_up,
	.fill = fill,
	.no_runtime = true,
	.fill_argv = pipe_index_argv,
	.after = after,
};
