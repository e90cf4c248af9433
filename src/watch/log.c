/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run in the log that logging.* keys ask for. */
#include <string.h>

#include "base/clock.h"
#include "watch/watcher.h"

static void *open_log(const struct watch_at *at, void *state)
{
	(void)state;
	return at->log;
}

/* Of a failure, the step that failed; else the one that was done last. */
static void say_finish(struct log *log, const struct event *ev, int len)
{
	if (ev->result == RESULT_OK)
		log_say(log, LOG_LEVEL_INFO, "%s %s", ev->words->done, ev->subject);
	else if (ev->result == RESULT_FAILED)
		log_say(log, LOG_LEVEL_ERROR, "failed to %s %s: %.*s", ev->words->verb, ev->subject,
			len, ev->data);
	else
		log_say(log, LOG_LEVEL_WARN, "%s was cancelled", ev->subject);
}

static void event(void *state, const struct event *ev)
{
	struct log *log = state;
	int first = ev->data ? (int)strcspn(ev->data, "\n") : 0;

	if (ev->kind == EVENT_ATTEMPT)
		log_say(log, LOG_LEVEL_DEBUG, "%s: attempt %u", ev->name, ev->attempt);
	else if (ev->kind == EVENT_WAIT)
		log_say(log, LOG_LEVEL_WARN, "%s: trying again in %.1f s: %.*s", ev->name,
			(double)ev->wait_ns / NS_PER_S, first, ev->data);
	else if (ev->kind == EVENT_NOTE && ev->class)
		log_say(log, LOG_LEVEL_WARN, "%s: %s", ev->name, ev->data);
	else if (ev->kind == EVENT_LIMIT && ev->lane == NO_LANE)
		log_say(log, LOG_LEVEL_DEBUG, "%s to %u at once", ev->data, ev->workers);
	else if (ev->kind == EVENT_FINISH || ev->kind == EVENT_STAGE_END)
		say_finish(log, ev, first);
}

const struct watcher watch_log = { .open = open_log, .event = event };
