/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn load: give the images of archives to the runtime.
 *
 * An archive is checked first; then the runtime reads it. A compressed archive
 * is unpacked and checked on its way to the runtime, in a single step.
 */
#include <string.h>

#include "base/utf8.h"
#include "plan/items.h"
#include "plan/resume.h"
#include "query/expect.h"
#include "state/archives.h"
#include "verbs/pipe.h"
#include "verbs/verbs.h"

#define MOST_NAMED 5
#define SHOWN_BYTES ((size_t)200)

static const char *const where[] = { "", "in current directory", "in images directory",
				     "recursively" };

static int find_paths(const struct plan *p, struct console *c, struct strvec *paths,
		      struct err *err)
{
	const struct settings *set = p->set;
	int mode = p->stage[0].mode;
	struct err why;

	for (size_t i = 0; i < set->operands->n; i++)
		strvec_push(paths, set->operands->v[i]);
	if (!set->operands->n && archives_find(mode, paths, &why))
		return err_set(err, "failed to find tar files %s: %s", where[mode], why.text);
	if (!set->operands->n && mode == 1)
		expect_listed(c, paths);
	if (*set->expect && !set->dry_run && expect_all(c, set->expect, paths, err))
		return -1;
	return 0;
}

/* The sum that each archive has to have, if one is known. */
static void find_sums(struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];
		struct err err;

		if (expected_sums_find(&p->sums, it->file, &it->sum, &err))
			it->bad = plan_keep(p, err.text);
	}
}

/* Archives of the directory that are listed and not there; a list that cannot be
 * read is told by each archive that may be in it. */
static void warn_of_missing(struct plan *p)
{
	const char *dir = p->stage[0].mode == 1 ? "." : "images";
	struct strvec missing = STRVEC_INIT;
	struct buf text = BUF_INIT;
	struct err err;

	if (expected_sums_missing(&p->sums, dir, archives_is_name, &missing, &err) == 0 &&
	    missing.n) {
		for (size_t i = 0; i < missing.n && i < MOST_NAMED; i++) {
			buf_adds(&text, i ? ", " : "");
			utf8_show(&text, missing.v[i], strlen(missing.v[i]), SHOWN_BYTES);
		}
		if (missing.n > MOST_NAMED)
			buf_addf(&text, " and %zu more", missing.n - MOST_NAMED);
		strvec_pushf(&p->warnings, "SHA256SUMS lists what is not there: %s",
			     buf_str(&text));
	}
	buf_release(&text);
	strvec_release(&missing);
}

/* What is an error for the verb as a word has always been status 0 for -a load. */
static int nothing_there(struct plan *p, struct err *err)
{
	const char *dir = p->stage[0].mode == 1 ? "the current directory" : "./images";

	if (p->set->by_word)
		return err_set(err,
			       "there is no archive to load in %s; name the files, or choose"
			       " another --load-mode",
			       dir);
	strvec_pushf(&p->warnings, "there is no archive to load in %s", dir);
	return 0;
}

static int find(struct plan *p, struct console *c, struct err *err)
{
	struct strvec paths = STRVEC_INIT;
	int rc = find_paths(p, c, &paths, err);

	if (!rc && *p->set->lists)
		strvec_push(&p->warnings, "-f does not choose what is loaded; name the archives, or"
					  " use --expect");
	if (!rc && !paths.n)
		rc = nothing_there(p, err);
	if (!rc)
		items_from_files(p, &paths);
	if (!rc && !p->set->dry_run && p->set->check != CHECK_NEVER)
		find_sums(p);
	if (!rc && !p->set->dry_run && p->set->check != CHECK_NEVER && !p->set->operands->n)
		warn_of_missing(p);
	strvec_release(&paths);
	return rc;
}

static bool are_there(const struct local_images *images, const char *names)
{
	bool all = *names != '\0';

	while (all && *names) {
		size_t len = strcspn(names, ",");
		struct buf one = BUF_INIT;

		buf_add(&one, names, len);
		all = local_images_find(images, buf_str(&one)) != NULL;
		buf_release(&one);
		names += len + (names[len] == ',');
	}
	return all;
}

static bool is_still_done(const struct plan *p, const struct stage *st, uint32_t job,
			  const struct journal_entry *e, const struct local_images *images)
{
	(void)st;
	return resume_is_same_file(p->item[job].file, e) && are_there(images, e->target);
}

static int command(const struct plan *p, const struct step *st, struct rt_call *call,
		   struct buf *room, struct strvec *argv, struct err *err)
{
	const struct item *it = &p->item[st->job];
	bool packed;

	call->file = pipe_file(it->file, room);
	packed = p->rt->verb[RT_LOAD_STREAM].given && pipe_is_packed(call->file);
	if (st->does == STEP_OWN) {
		/* An archive that has a sum is checked whatever it looks like. */
		if (packed || p->set->dry_run || p->set->check == CHECK_NEVER ||
		    !(pipe_checks(p->set, call->file) || it->sum))
			return COMMAND_NOTHING;
		pipe_verify(p, it, call->file, "--text", true, argv);
		return COMMAND_READY;
	}
	if (!packed)
		return COMMAND_RUNTIME;
	pipe_load(p, it, call->file, argv);
	return pipe_add_runtime(p, RT_LOAD_STREAM, call, argv, err);
}

const struct verb_def verb_load = {
	.id = VERB_LOAD,
	.words = { "Loading", "loaded", "load" },
	.plural = "files",
	.n_steps = 2,
	.step = { STEP_OWN, RT_LOAD },
	.takes_files = true,
	.brings_images = true,
	.has_mode = true,
	.find = find,
	.is_still_done = is_still_done,
	.command = command,
};
