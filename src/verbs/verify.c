/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn verify: read archives, and say whether they are complete and what is in
 * them. hpn index: the same, and list them in their directory.
 */
#include <string.h>
#include <sys/stat.h>

#include "plan/items.h"
#include "state/archives.h"
#include "state/artefact.h"
#include "verbs/pipe.h"
#include "verbs/verbs.h"

/* What SHA256SUMS lists there and is missing counts, too. */
static int find_missing(struct plan *p, const char *dir, size_t from, struct strvec *paths,
			struct err *err)
{
	const char *hex;
	struct err bad;

	/* A list that cannot be read is each file's affair, and told there. */
	for (size_t i = from; i < paths->n; i++)
		expected_sums_find(&p->sums, paths->v[i], &hex, &bad);
	if (!strcmp(dir, "."))
		expected_sums_find(&p->sums, "images/", &hex, &bad);
	return expected_sums_missing(&p->sums, dir, archives_is_name, paths, err);
}

static int find_below(struct plan *p, const char *dir, struct strvec *paths, struct err *err)
{
	size_t from = paths->n;

	if (archives_below(dir, paths, err))
		return -1;
	return p->stage[0].verb->misses_files ? find_missing(p, dir, from, paths, err) : 0;
}

static int find_paths(struct plan *p, struct strvec *paths, struct err *err)
{
	const struct strvec *named = p->set->operands;
	struct stat st;
	int rc = 0;

	p->dir = named->n ? named->v[0] : ".";
	if (!named->n)
		rc = find_below(p, ".", paths, err);
	for (size_t i = 0; !rc && i < named->n; i++)
		if (stat(named->v[i], &st) == 0 && S_ISDIR(st.st_mode))
			rc = find_below(p, named->v[i], paths, err);
		else
			strvec_push(paths, named->v[i]);
	if (!rc && !paths->n)
		rc = err_set(err, "no archives here; name files or a directory");
	return rc;
}

static int find(struct plan *p, struct console *c, struct err *err)
{
	struct strvec paths = STRVEC_INIT;
	int rc = find_paths(p, &paths, err);

	(void)c;
	if (!rc)
		items_from_files(p, &paths);
	for (uint32_t i = 0; !rc && i < p->n; i++) {
		struct item *it = &p->item[i];
		struct err why;

		if (expected_sums_find(&p->sums, it->file, &it->sum, &why))
			it->bad = plan_keep(p, why.text);
	}
	strvec_release(&paths);
	return rc;
}

static int verify_command(const struct plan *p, const struct step *st, struct rt_call *call,
			  struct buf *room, struct strvec *argv, struct err *err)
{
	const struct item *it = &p->item[st->job];

	(void)call, (void)err;
	pipe_verify(p, it, pipe_file(it->file, room), p->set->json ? "--json" : "--text", false,
		    argv);
	return COMMAND_READY;
}

const struct verb_def verb_verify = {
	.id = VERB_VERIFY,
	.words = { "Verifying", "verified", "verify" },
	.plural = "files",
	.n_steps = 1,
	.step = { STEP_OWN },
	.takes_files = true,
	.misses_files = true,
	.no_runtime = true,
	.find = find,
	.command = verify_command,
};

/* ---- index ---- */

static int prepare(struct plan *p, const struct stage *st, struct err *err)
{
	(void)st, (void)err;
	artefact_clear(p->dir);
	return 0;
}

static int index_command(const struct plan *p, const struct step *st, struct rt_call *call,
			 struct buf *room, struct strvec *argv, struct err *err)
{
	const struct item *it = &p->item[st->job];
	struct buf scratch = BUF_INIT;

	(void)call, (void)err;
	pipe_scratch(p, p->dir, st->job, &scratch);
	pipe_index(p, it, pipe_file(it->file, room), buf_str(&scratch), argv);
	buf_release(&scratch);
	return COMMAND_READY;
}

static int index_ended(const struct plan *p, const struct step *st, struct step_end *e,
		       struct err *err)
{
	struct buf scratch = BUF_INIT;

	(void)err;
	if (!e->good) {
		pipe_scratch(p, p->dir, st->job, &scratch);
		artefact_drop_lists(buf_str(&scratch));
	}
	buf_release(&scratch);
	return 0;
}

const struct verb_def verb_index = {
	.id = VERB_INDEX,
	.words = { "Indexing", "indexed", "index" },
	.plural = "files",
	.n_steps = 1,
	.step = { STEP_OWN },
	.takes_files = true,
	.no_runtime = true,
	.find = find,
	.prepare = prepare,
	.command = index_command,
	.ended = index_ended,
};
