/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/watchers.h"

/* In the order in which they hear events, and in which they are closed:
 * thresholds may change the exit status, which the files of the others hold. */
static const struct watcher *const table[WATCHERS] = {
	&watch_thresholds, &watch_journal, &watch_history,   &watch_archives, &watch_progress,
	&watch_log_dir,    &watch_report,  &watch_metrics,   &watch_lanes,    &watch_log,
	&watch_jobs_file,  &watch_events,  &watch_recording,
};

int watchers_check(struct watchers *w, const struct settings *set, struct err *err)
{
	for (unsigned i = 0; i < WATCHERS; i++)
		if (table[i]->check && table[i]->check(set, &w->state[i], err))
			return -1;
	return 0;
}

void watchers_open(struct watchers *w, const struct watch_at *at)
{
	for (unsigned i = 0; i < WATCHERS; i++) {
		const struct watcher *one = table[i];

		w->state[i] = one->open(at, w->state[i]);
		w->open[i] = w->state[i] != NULL;
		if (w->open[i])
			tell_add(at->tell,
				 &(struct listener){ one->event, one->tick, w->state[i] });
	}
}

int watchers_close(struct watchers *w, struct watch_end *end)
{
	for (unsigned i = 0; i < WATCHERS; i++) {
		end->ran = w->open[i];
		if (w->state[i] && table[i]->close)
			end->status = table[i]->close(w->state[i], end);
		w->state[i] = NULL;
	}
	return end->status;
}
