/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each image took, for the order of later runs. */
#include "base/clock.h"
#include "state/statedir.h"
#include "watch/watcher.h"

static void *open_history(const struct watch_at *at, void *state)
{
	(void)state;
	return at->history;
}

static int close_history(void *state, const struct watch_end *end)
{
	struct buf path = BUF_INIT;
	struct err err;

	if (end->ran && !statedir_file("history", &path, &err))
		history_write(state, buf_str(&path), clock_wall_ns());
	buf_release(&path);
	return end->status;
}

const struct watcher watch_history = { .open = open_history,
				       .event = history_event,
				       .close = close_history };
