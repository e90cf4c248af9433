/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

#include <string.h>

#include "image/names.h"

/* The project of mode 2: what -p says, else what is configured and is not the
 * default, else the image's own. */
static void project_of(const struct action *a, const char *image, struct buf *b)
{
	const char *configured = cfg_str(a->cfg, OPT_PROJECT);
	struct span own;

	if (cfg_given_by_flag(a->cfg, OPT_PROJECT) || strcmp(configured, "library") != 0) {
		buf_adds(b, configured);
		return;
	}
	own = names_push_project(image);
	buf_add(b, own.s, own.len);
}

static const char *keep(struct action *a, const char *text)
{
	return arena_copy(&a->texts, text, strlen(text));
}

static const char *claim(struct action *a, struct stage *st, uint32_t job, const char *target,
			 const char **ret_bad)
{
	struct buf why = BUF_INIT;
	uint32_t earlier;
	const char *path = claims_add(&st->claims, target, strlen(target), job, &earlier);

	if (!path) {
		buf_addf(&why,
			 "%s is the target of %s already; give it a tag of its own, or push it"
			 " with another project",
			 target, action_name(a, earlier));
		*ret_bad = keep(a, buf_str(&why));
	}
	buf_release(&why);
	return path;
}

const char *push_claim(struct action *a, struct stage *st, uint32_t job, const char *image,
		       const char **ret_bad)
{
	struct buf project = BUF_INIT, target = BUF_INIT;
	const char *path = NULL;
	struct err err;

	if (st->mode == 2)
		project_of(a, image, &project);
	if (names_target(image, cfg_str(a->cfg, OPT_REGISTRY),
			 st->mode == 2 ? buf_str(&project) : NULL, &target, &err))
		*ret_bad = keep(a, err.text);
	else
		path = claim(a, st, job, buf_str(&target), ret_bad);
	buf_release(&project);
	buf_release(&target);
	return path;
}

static int set_up(struct action *a, struct stage *st, struct err *err)
{
	const char *bad = "";

	(void)err;
	if (action_is_chatty(a))
		console_say(a->console, "Target registry: %s\nTarget project: %s\nPush mode: %d\n",
			    cfg_str(a->cfg, OPT_REGISTRY), cfg_str(a->cfg, OPT_PROJECT), st->mode);
	for (uint32_t i = 0; i < a->n && !a->loaded; i++) {
		if (a->target[i].bad)
			continue;
		st->path[i] = push_claim(a, st, i, action_name(a, i), &bad);
		if (!st->path[i])
			action_spoil(a, i, bad);
	}
	return 0;
}

static void say_what_happens(struct action *a, const struct place *at)
{
	struct buf note = BUF_INIT;

	if (at->stage->mode == 2) {
		buf_adds(&note, "Project: ");
		project_of(a, at->name, &note);
		buf_addc(&note, '\n');
	}
	buf_addf(&note, "Tag: %s -> %s", at->name, at->path);
	run_note(&a->run, at->job, buf_str(&note));
	buf_release(&note);
}

static int fill(struct action *a, const struct place *at, struct rt_call *call, struct err *err)
{
	(void)err;
	call->target = at->path;
	if (at->fresh && !action_is_dry(a))
		say_what_happens(a, at);
	return 0;
}

static int after(struct action *a, const struct place *at, bool good, struct err *err)
{
	struct buf note = BUF_INIT;

	(void)err;
	if (at->step == 1 && good) {
		buf_addf(&note, "Pushed: %s", at->path);
		run_note(&a->run, at->job, buf_str(&note));
	}
	buf_release(&note);
	return 0;
}

const struct action_ops action_push = {
	.words = { "Pushing", "pushed", "push" },
	.plural = "images",
	.steps = 2,
	.step = { RT_TAG, RT_PUSH },
	.uses_network = true,
	.set_up = set_up,
	.fill = fill,
	.after = after,
};
