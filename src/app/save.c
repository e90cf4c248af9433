/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "state/artefact.h"
#include "app/bundle.h"
#include "app/fresh.h"
#include "app/pipe.h"
#include "image/names.h"

static const char *const base_dir[] = { "", ".", "./images", "./images" };

static void say_twice(struct action *a, uint32_t job, uint32_t earlier, const char *path)
{
	struct buf where = BUF_INIT;

	action_where(a, job, &where);
	console_warn("Warning: %s: %s would be saved to the same file as %s; it goes to %s\n",
		     buf_str(&where), action_name(a, job), action_name(a, earlier), path);
	buf_release(&where);
}

/* In list order, so that of two images for one file the first has the name. */
static void claim_paths(struct action *a, struct stage *st)
{
	struct err err;

	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t earlier = i;

		if (a->target[i].bad)
			continue;
		st->path[i] = names_claim_path(&st->claims, action_name(a, i), st->mode,
					       pipe_ending(a), i, &earlier, &err);
		if (!st->path[i])
			action_spoil(a, i, err.text);
		else if (earlier != i)
			say_twice(a, i, earlier, st->path[i]);
	}
}

static void clear_leftovers(const char *dir)
{
	unsigned n = artefact_clear(dir);

	if (n)
		console_warn("Warning: %s: removed %u unfinished file%s of an interrupted run\n",
			     dir, n, n == 1 ? "" : "s");
}

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

/* Its place is the one that was named, whatever the mode is. */
static void set_up_bundle(struct action *a, struct stage *st)
{
	st->mode = 1;
	st->path[0] = a->paths.v[0];
	if (!action_is_dry(a))
		clear_leftovers(a->base);
}

static int set_up(struct action *a, struct stage *st, struct err *err)
{
	if (cfg_bool(a->cfg, OPT_CHECKSUMS) && pipe_never_checks(a))
		return err_set(err, "--checksums is for archives that are checked; leave out"
				    " --no-verify");
	a->machine = artefact_machine();
	if (bundle_wanted(a)) {
		set_up_bundle(a, st);
		return 0;
	}
	if (action_is_dry(a)) {
		claim_paths(a, st);
		return 0;
	}
	if (st->mode != 1 && make_dir("images", err))
		return err_wrap(err, "failed to create images directory");
	if (action_is_chatty(a))
		console_say(a->console, "Save mode %d: saving to %s\n", st->mode,
			    base_dir[st->mode]);
	clear_leftovers(base_dir[st->mode]);
	claim_paths(a, st);
	return 0;
}

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
static void temporary_for(struct action *a, const struct place *at)
{
	buf_reset(&a->temp);
	artefact_name(strchr(at->path, ':') && !bundle_wanted(a) ? "./images/" : at->path,
		      a->machine, at->job, &a->temp);
}

static int fill(struct action *a, const struct place *at, struct rt_call *call, struct err *err)
{
	const char *platform = cfg_str(a->cfg, OPT_PLATFORM);

	if (*platform)
		call->platform = platform;
	if (action_is_dry(a)) {
		call->file = at->path;
		return 0;
	}
	temporary_for(a, at);
	call->file = buf_str(&a->temp);
	if (at->step)
		return 0;
	if (at->stage->mode == 3 && make_project_dir(at->path, err))
		return -1;
	artefact_drop(buf_str(&a->temp)); /* podman refuses to write over a file */
	return 0;
}

static int64_t written(struct action *a, const struct place *at)
{
	temporary_for(a, at);
	return artefact_bytes(buf_str(&a->temp));
}

/* Saved by the runtime alone, the archive is looked through in a second step;
 * else hpn-pipe did so while it was written. */
static int fill_argv(struct action *a, const struct place *at, const struct rt_call *call,
		     struct strvec *argv, struct err *err)
{
	if (action_verb(at) != STEP_CHECK && pipe_packs(a))
		return pipe_save_argv(a, at, call, argv, err);
	if (action_verb(at) != STEP_CHECK)
		return bundle_wanted(a) ? bundle_argv(a, RT_SAVE_BUNDLE, call, argv, err)
					: ARGV_RUNTIME;
	if (!a->target[at->job].pending)
		return ARGV_NOTHING;
	pipe_publish_argv(a, at, call, argv);
	return 0;
}

/* Some write what is no archive; that is their affair, but it is said. What
 * cannot be shown to hold all images is no bundle. */
static bool is_to_check(struct action *a, const struct place *at)
{
	const char *temp = buf_str(&a->temp);
	struct stat st;

	if (pipe_checks(a, temp) || (bundle_wanted(a) && !pipe_never_checks(a)))
		return true;
	if (!pipe_never_checks(a) && stat(temp, &st) == 0 && st.st_size)
		run_complain(&a->run,
			     "Warning: %s: what %s wrote is no archive that hpn knows; not"
			     " checked\n",
			     at->path, a->rt->name);
	return false;
}

static void say_saved(struct action *a, const struct place *at)
{
	struct buf note = BUF_INIT;
	struct stat st;

	fresh_saved(a->fresh, at);
	if (stat(at->path, &st) == 0)
		run_bytes(&a->run, at->job, at->stage->first + at->step, st.st_size);
	buf_addf(&note, "Saved: %s", at->path);
	run_note(&a->run, at->job, buf_str(&note));
	buf_release(&note);
}

static void drop(struct action *a, const struct place *at)
{
	struct buf scratch = BUF_INIT;

	artefact_drop(buf_str(&a->temp));
	if (cfg_bool(a->cfg, OPT_CHECKSUMS)) {
		pipe_scratch(a, at, &scratch);
		artefact_drop_lists(buf_str(&scratch));
	}
	buf_release(&scratch);
}

/* What hpn-pipe has looked through it has also published. */
static int after(struct action *a, const struct place *at, bool good, struct err *err)
{
	struct target *t = &a->target[at->job];
	bool alone = action_verb(at) != STEP_CHECK && !pipe_packs(a);

	temporary_for(a, at);
	t->pending = good && alone && is_to_check(a, at);
	if (t->pending)
		return 0;
	if (!good) {
		drop(a, at);
		return 0;
	}
	if (alone && artefact_publish(buf_str(&a->temp), at->path, err))
		return -1;
	say_saved(a, at);
	return 0;
}

static void sweep(struct action *a, struct stage *st)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct place at = { .job = i, .stage = st, .path = st->path[i] };

		if (!a->target[i].pending)
			continue;
		temporary_for(a, &at);
		artefact_drop(buf_str(&a->temp));
	}
}

const struct action_ops action_save = {
	.words = { "Saving", "saved", "save" },
	.plural = "images",
	.steps = 2,
	.step = { RT_SAVE, STEP_CHECK },
	.set_up = set_up,
	.fill = fill,
	.fill_argv = fill_argv,
	.after = after,
	.sweep = sweep,
	.written = written,
};
