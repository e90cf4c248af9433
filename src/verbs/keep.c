/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/keep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "query/libexec.h"
#include "state/artefact.h"
#include "verbs/pipe.h"

static int64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* Whatever a runtime writes to a bundle has to be shown to hold all images, and
 * what is not checked cannot be listed. */
static bool is_checked(const struct plan *p, const struct keep *k, const char *temporary)
{
	return pipe_checks(p->set, temporary) ||
	       ((k->members || *k->dir) && p->set->check != CHECK_NEVER);
}

static struct pipe_keep for_pipe(const struct step *st, const struct keep *k,
				 const struct buf *scratch)
{
	return (struct pipe_keep){ .final = st->path,
				   .list_dir = k->dir,
				   .scratch = buf_str(scratch),
				   .image = k->image,
				   .tags = k->tags };
}

static int add_command(const struct plan *p, const struct keep *k, enum rt_verb verb,
		       const struct rt_call *call, struct strvec *argv, struct err *err)
{
	if (pipe_add_runtime(p, verb, call, argv, err) < 0)
		return -1;
	for (size_t i = 0; k->members && i < k->members->n; i++)
		strvec_push(argv, k->members->v[i]);
	return COMMAND_READY;
}

/* The runtime's command, or that of hpn-pipe which runs it. */
static int save(const struct plan *p, const struct step *st, const struct keep *k,
		const struct rt_call *call, struct strvec *argv, struct err *err)
{
	struct buf scratch = BUF_INIT;
	struct pipe_keep keep;

	if (!pipe_packs(p->set) && !st->cut)
		return add_command(p, k, k->save, call, argv, err);
	if (*k->dir)
		pipe_scratch(p, k->dir, st->job, &scratch);
	keep = for_pipe(st, k, &scratch);
	pipe_save(p, call->file, &keep, argv);
	buf_release(&scratch);
	return add_command(p, k, k->stream, call, argv, err);
}

/* hpn-pipe gives the archive its name after the check; what is not checked gets it
 * from hpn; and what hpn-pipe has packed has it already. */
static int publish(const struct plan *p, const struct step *st, const struct keep *k,
		   const char *temporary, struct strvec *argv)
{
	struct buf scratch = BUF_INIT;
	struct pipe_keep keep;

	if (pipe_packs(p->set))
		return COMMAND_NOTHING;
	if (!is_checked(p, k, temporary)) {
		libexec_publish(argv, temporary, st->path);
		return COMMAND_READY;
	}
	if (*k->dir)
		pipe_scratch(p, k->dir, st->job, &scratch);
	keep = for_pipe(st, k, &scratch);
	pipe_publish(temporary, &keep, argv);
	buf_release(&scratch);
	return COMMAND_READY;
}

int keep_command(const struct plan *p, const struct step *st, const struct keep *k,
		 struct rt_call *call, struct buf *room, struct strvec *argv, struct err *err)
{
	if (p->set->dry_run && st->step)
		return COMMAND_NOTHING;
	call->file = st->path;
	if (p->set->dry_run)
		return save(p, st, k, call, argv, err);
	st->stage->verb->output(p, st, room);
	call->file = buf_str(room);
	if (st->step && !st->cut)
		return publish(p, st, k, call->file, argv);
	artefact_drop(call->file); /* podman refuses to write over a file */
	return save(p, st, k, call, argv, err);
}

static void drop(const struct plan *p, const struct step *st, const struct keep *k,
		 const char *temporary)
{
	struct buf scratch = BUF_INIT;

	artefact_drop(temporary);
	if (*k->dir) {
		pipe_scratch(p, k->dir, st->job, &scratch);
		artefact_drop_lists(buf_str(&scratch));
	}
	buf_release(&scratch);
}

void keep_ended(const struct plan *p, const struct step *st, const struct keep *k,
		struct step_end *e)
{
	bool published = st->does == STEP_OWN || pipe_packs(p->set);
	struct buf temporary = BUF_INIT;

	st->stage->verb->output(p, st, &temporary);
	if (!e->good) {
		drop(p, st, k, buf_str(&temporary));
	} else if (published) {
		e->bytes = size_of(st->path);
		buf_addf(&e->note, "Saved: %s", st->path);
	} else if (p->set->check != CHECK_NEVER && !is_checked(p, k, buf_str(&temporary)) &&
		   size_of(buf_str(&temporary)) > 0) {
		buf_addf(&e->warning,
			 "%s: what %s wrote is not an archive that hpn recognises; it is not"
			 " checked",
			 st->path, p->rt->name);
	}
	buf_release(&temporary);
}

/* ---- leftovers ---- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The directories that the stage's archives and temporary files are in. */
static void directories(const struct plan *p, const struct stage *st, const char *dir,
			struct strvec *ret)
{
	size_t n = 0;

	strvec_push(ret, dir);
	for (uint32_t i = 0; st->mode == 3 && i < p->n; i++) {
		const char *path = p->item[i].path[st->nth];
		const char *slash = path ? strrchr(path, '/') : NULL;

		if (slash)
			strvec_pushn(ret, path, (size_t)(slash - path));
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), compare);
	for (size_t i = 0; i < ret->n; i++)
		if (n && !strcmp(ret->v[n - 1], ret->v[i]))
			free(ret->v[i]);
		else
			ret->v[n++] = ret->v[i];
	ret->n = n;
	ret->v[n] = NULL;
}

void keep_clear(struct plan *p, const struct stage *st, const char *dir)
{
	struct strvec dirs = STRVEC_INIT;

	directories(p, st, dir, &dirs);
	for (size_t i = 0; i < dirs.n; i++) {
		unsigned n = artefact_clear(dirs.v[i]);

		if (n)
			strvec_pushf(&p->warnings,
				     "%s: removed %u unfinished file%s of an interrupted run",
				     dirs.v[i], n, n == 1 ? "" : "s");
	}
	strvec_release(&dirs);
}

void keep_sweep(const struct plan *p, const struct stage *st, const char *dir)
{
	struct strvec dirs = STRVEC_INIT;

	directories(p, st, dir, &dirs);
	for (size_t i = 0; i < dirs.n; i++)
		artefact_sweep(dirs.v[i]);
	strvec_release(&dirs);
}
