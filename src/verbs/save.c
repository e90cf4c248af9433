/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn save: write each image into an archive of its own.
 *
 * The runtime saves to a temporary name. Then one of hpn's own programs reads the
 * archive, and gives it its final name when it is complete; compressed archives
 * are checked while they are written, and have a single step.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image/names.h"
#include "plan/resume.h"
#include "query/libexec.h"
#include "state/archive_cache.h"
#include "state/artefact.h"
#include "verbs/keep.h"
#include "verbs/pipe.h"
#include "verbs/verbs.h"

static const char *const base_dir[] = { "", ".", "./images", "./images" };

/* ---- planning ---- */

/* 0755 less the umask; a link to a directory will do. */
static int make_dir(const char *path, struct err *err)
{
	struct stat st;
	int errnum;

	if (mkdir(path, 0755) == 0)
		return 0;
	errnum = errno;
	if (errnum == EEXIST && stat(path, &st) == 0)
		errnum = S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	return errnum ? err_sys(err, errnum, "mkdir %s", path) : 0;
}

static int prepare(struct plan *p, const struct stage *st, struct err *err)
{
	if (st->mode != 1 && make_dir("images", err))
		return err_wrap(err, "failed to create images directory");
	keep_clear(p, st, base_dir[st->mode]);
	return 0;
}

static void opening(const struct plan *p, const struct stage *st, struct buf *lines)
{
	(void)p;
	buf_addf(lines, "Save mode %d: saving to %s\n", st->mode, base_dir[st->mode]);
}

static void say_twice(struct plan *p, uint32_t job, uint32_t earlier, const char *path)
{
	struct buf where = BUF_INIT;

	plan_where(p, job, &where);
	strvec_pushf(&p->warnings, "%s: %s would be saved to the same file as %s; it goes to %s",
		     buf_str(&where), p->item[job].name, p->item[earlier].name, path);
	buf_release(&where);
}

/* In list order, so that of two images for one file the first has the name. */
static void place(struct plan *p, struct stage *st)
{
	for (uint32_t i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];
		uint32_t earlier = i;
		const char *path;
		struct err err;

		if (it->bad)
			continue;
		path = names_claim_path(&st->taken, it->name, st->mode, pipe_ending(p->set), i,
					&earlier, &err);
		it->path[st->nth] = path;
		if (!path)
			plan_spoil(p, i, err.text);
		else if (earlier != i)
			say_twice(p, i, earlier, path);
	}
}

/* ---- is it done? ---- */

static bool is_file(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* An archive that hpn remembers is only looked at; another one is read. */
static enum is_done is_done(const struct plan *p, const struct stage *st, uint32_t job,
			    const struct local_image *image, const struct archive_cache *archives)
{
	const char *path = p->item[job].path[st->nth], *id;

	if (!is_file(path))
		return DONE_NO;
	id = archive_cache_id(archives, path);
	if (!id)
		return DONE_ASK;
	return strcmp(id, image->id) == 0 ? DONE_YES : DONE_NO;
}

static void question(const struct plan *p, const struct stage *st, uint32_t job,
		     struct strvec *argv)
{
	pipe_look(p->item[job].path[st->nth], argv);
}

static bool has_member(const char *json, const char *name, const char *id)
{
	char wanted[IMAGE_ID_LEN + 32];

	snprintf(wanted, sizeof(wanted), "\"%s\":\"sha256:%s\"", name, id);
	return strstr(json, wanted) != NULL;
}

/* One image, and it is the one; or several, of the platforms of the one. What an
 * engine calls the id is the digest of the configuration, with containerd's store
 * that of the manifest or of the index. Only hpn-pipe's own text has a quote that
 * is not escaped, so no name in the archive can look like a member. */
static enum is_done answer(const char *output, const struct local_image *image)
{
	static const char word[] = "\"id\":";
	const char *first = strstr(output, word);

	if (has_member(output, "index", image->id))
		return DONE_YES;
	return first && !strstr(first + 1, word) &&
			       (has_member(output, "id", image->id) ||
				has_member(output, "digest", image->id))
		       ? DONE_YES
		       : DONE_NO;
}

static bool is_still_done(const struct plan *p, const struct stage *st, uint32_t job,
			  const struct journal_entry *e, const struct local_images *images)
{
	const char *path = p->item[job].path[st->nth];

	(void)images;
	return path && !strcmp(e->target, path) && resume_is_same_file(path, e);
}

/* ---- doing it ---- */

static int make_project_dir(const char *path, struct err *err)
{
	struct buf dir = BUF_INIT;
	int rc;

	buf_add(&dir, path, (size_t)(strrchr(path, '/') - path));
	rc = make_dir(buf_str(&dir), err);
	buf_release(&dir);
	return rc;
}

/* In the archive's own directory; but podman refuses a path with a colon, as in
 * ./images/localhost:5000, and then in the one above. */
static void output(const struct plan *p, const struct step *st, struct buf *path)
{
	artefact_name(strchr(st->path, ':') ? "./images/" : st->path, p->machine, st->job, path);
}

/* The lists of ./images are those of all projects below it, too. */
static struct keep keeping(const struct plan *p, const struct step *st)
{
	const char *dir = st->stage->mode == 1 ? "." : "./images";

	return (struct keep){ .save = RT_SAVE,
			      .stream = RT_SAVE_STREAM,
			      .dir = p->set->checksums ? dir : "",
			      .image = st->name };
}

static int command(const struct plan *p, const struct step *st, struct rt_call *call,
		   struct buf *room, struct strvec *argv, struct err *err)
{
	struct keep k = keeping(p, st);

	if (!p->set->dry_run && !st->step && st->stage->mode == 3 &&
	    make_project_dir(st->path, err))
		return -1;
	return keep_command(p, st, &k, call, room, argv, err);
}

static int ended(const struct plan *p, const struct step *st, struct step_end *e, struct err *err)
{
	struct keep k = keeping(p, st);

	(void)err;
	keep_ended(p, st, &k, e);
	return 0;
}

static void sweep(const struct plan *p, const struct stage *st)
{
	keep_sweep(p, st, base_dir[st->mode]);
}

static void record(const struct plan *p, const struct step *st, struct journal_entry *e)
{
	(void)p;
	if (st->path)
		resume_stat(st->path, e);
}

const struct verb_def verb_save = {
	.id = VERB_SAVE,
	.words = { "Saving", "saved", "save" },
	.plural = "images",
	.n_steps = 2,
	.step = { RT_SAVE, STEP_OWN },
	.has_mode = true,
	.takes_room = true,
	.prepare = prepare,
	.opening = opening,
	.place = place,
	.is_done = is_done,
	.question = question,
	.answer = answer,
	.is_still_done = is_still_done,
	.command = command,
	.ended = ended,
	.output = output,
	.sweep = sweep,
	.record = record,
};
