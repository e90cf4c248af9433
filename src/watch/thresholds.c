/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --warn: limits that the run is to keep to. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/threshold.h"
#include "output/warn.h"
#include "watch/watcher.h"

static void say(void *ctx, const char *text)
{
	tell_warning(ctx, text);
}

static void *open_thresholds(const struct watch_at *at, void *state)
{
	struct threshold *list = NULL;
	struct warn *w = NULL;
	size_t n = 0;

	(void)state;
	for (char *const *text = at->plan->set->thresholds; *text; text++)
		threshold_add(*text, &list, &n, NULL); /* the table of options has checked them */
	if (n) {
		w = mem_alloc(sizeof(*w));
		warn_init(w, list, n, at->info, at->ledger, say, at->tell);
	}
	free(list);
	return w;
}

static int close_thresholds(void *state, const struct watch_end *end)
{
	struct warn *w = state;
	int status = end->status;

	warn_end(w);
	if (w->failed && !status)
		status = 1;
	warn_release(w);
	free(w);
	return status;
}

const struct watcher watch_thresholds = {
	.open = open_thresholds, .event = warn_event, .tick = warn_tick, .close = close_thresholds
};
