/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/action.h"

#include <string.h>

#include "image/names.h"

/* The project of mode 2: what -p says, else what is configured and is not the
 * default, else the image's own. */
static void project_of(const struct action *a, uint32_t job, struct buf *b)
{
	const char *configured = cfg_str(a->cfg, OPT_PROJECT);
	struct span own;

	if (cfg_given_by_flag(a->cfg, OPT_PROJECT) || strcmp(configured, "library") != 0) {
		buf_adds(b, configured);
		return;
	}
	own = names_push_project(action_name(a, job));
	buf_add(b, own.s, own.len);
}

static void spoil_twice(struct action *a, uint32_t job, uint32_t earlier, const char *target)
{
	struct buf why = BUF_INIT;

	buf_addf(&why,
		 "%s is the target of %s already; give it a tag of its own, or push it"
		 " with another project",
		 target, action_name(a, earlier));
	action_spoil(a, job, buf_str(&why));
	buf_release(&why);
}

static void claim_target(struct action *a, uint32_t job)
{
	struct buf project = BUF_INIT, target = BUF_INIT;
	uint32_t earlier;
	struct err err;

	if (a->mode == 2)
		project_of(a, job, &project);
	if (names_target(action_name(a, job), cfg_str(a->cfg, OPT_REGISTRY),
			 a->mode == 2 ? buf_str(&project) : NULL, &target, &err)) {
		action_spoil(a, job, err.text);
	} else {
		a->target[job].path =
			claims_add(&a->claims, buf_str(&target), target.len, job, &earlier);
		if (!a->target[job].path)
			spoil_twice(a, job, earlier, buf_str(&target));
	}
	buf_release(&project);
	buf_release(&target);
}

static int set_up(struct action *a, struct err *err)
{
	(void)err;
	if (action_is_chatty(a))
		session_say(a->session, "Target registry: %s\nTarget project: %s\nPush mode: %d\n",
			    cfg_str(a->cfg, OPT_REGISTRY), cfg_str(a->cfg, OPT_PROJECT), a->mode);
	for (uint32_t i = 0; i < a->n; i++)
		if (!a->target[i].bad)
			claim_target(a, i);
	return 0;
}

static void say_what_happens(struct action *a, uint32_t job)
{
	struct buf note = BUF_INIT;

	if (a->mode == 2) {
		buf_adds(&note, "Project: ");
		project_of(a, job, &note);
		buf_addc(&note, '\n');
	}
	buf_addf(&note, "Tag: %s -> %s", action_name(a, job), a->target[job].path);
	run_note(&a->run, job, buf_str(&note));
	a->target[job].told = true;
	buf_release(&note);
}

static int fill(struct action *a, uint32_t job, unsigned step, struct rt_call *call,
		struct err *err)
{
	(void)err;
	call->target = a->target[job].path;
	if (step == 0 && !action_is_dry(a) && !a->target[job].told)
		say_what_happens(a, job);
	return 0;
}

static int after(struct action *a, uint32_t job, unsigned step, bool good, struct err *err)
{
	struct buf note = BUF_INIT;

	(void)err;
	if (step == 1 && good) {
		buf_addf(&note, "Pushed: %s", a->target[job].path);
		run_note(&a->run, job, buf_str(&note));
	}
	buf_release(&note);
	return 0;
}

const struct action_ops action_push = {
	.words = { "Pushing", "pushed", "push" },
	.plural = "images",
	.steps = 2,
	.step = { RT_TAG, RT_PUSH },
	.set_up = set_up,
	.fill = fill,
	.after = after,
};
