/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which image each archive holds that was written, for --if-missing of later runs. */
#include <stdlib.h>

#include "base/mem.h"
#include "run/step.h"
#include "watch/watcher.h"

static void *open_archives(const struct watch_at *at, void *state)
{
	struct watch_at *own;

	(void)state;
	if (!at->plan->set->if_missing || at->plan->images_state != IMAGES_KNOWN)
		return NULL;
	own = mem_alloc(sizeof(*own));
	*own = *at;
	return own;
}

/* Where an earlier stage of this run pulled the image, it may be another one than
 * the one that the runtime was asked about. */
static bool is_the_one(const struct plan *p, const struct step *st)
{
	return !st->stage->nth || plan_is_done(p, st->stage - 1, st->job);
}

static void event(void *state, const struct event *ev)
{
	const struct watch_at *at = state;
	bool done = ev->kind == EVENT_STAGE_END ||
		    (ev->kind == EVENT_FINISH && ev->result == RESULT_OK);
	const struct local_image *image;
	struct step st;

	if (!done || ev->cause == CAUSE_SKIPPED)
		return;
	st = step_at(at->plan, at->images, ev->job, ev->step);
	image = plan_image(at->plan, ev->job);
	if (st.stage->verb->takes_room && st.path && image && is_the_one(at->plan, &st))
		archive_cache_note(at->archives, st.path, image->id);
}

static int close_archives(void *state, const struct watch_end *end)
{
	struct watch_at *at = state;

	archive_cache_save(at->archives, NULL);
	free(at);
	return end->status;
}

const struct watcher watch_archives = { .open = open_archives,
					.event = event,
					.close = close_archives };
