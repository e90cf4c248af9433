/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registries and engines that slow down or cannot be reached: to the log, and as
 * warnings. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "watch/watcher.h"

static void *open_lanes(const struct watch_at *at, void *state)
{
	struct watch_at *own = mem_alloc(sizeof(*own));

	(void)state;
	*own = *at;
	return own;
}

static void log_limit(const struct watch_at *at, const struct event *ev)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: %.*s", at->plan->lane[ev->lane].name, (int)ev->len, ev->data);
	if (ev->wait_ns > 0)
		buf_addf(&b, " for %.3g s", (double)ev->wait_ns / NS_PER_S);
	if (ev->workers != UINT_MAX)
		buf_addf(&b, ", %u at once", ev->workers);
	log_say(at->log, LOG_LEVEL_INFO, "%s", buf_str(&b));
	buf_release(&b);
}

static void warn_broken(const struct watch_at *at, const struct event *ev)
{
	const char *name = at->plan->lane[ev->lane].name, *why = ev->why ? ev->why : "";
	struct buf line = BUF_INIT;

	if (ev->wait_ns < 0)
		buf_addf(&line, "%s could not be reached again and again; no more is tried there",
			 name);
	else
		buf_addf(&line, "%s cannot be reached; one image tries it in %.6g s: %.*s", name,
			 (double)ev->wait_ns / NS_PER_S, (int)strcspn(why, "\n"), why);
	tell_warning(at->tell, buf_str(&line));
	buf_release(&line);
}

static void add_away(const struct watch_at *at, const struct event *ev, struct buf *line)
{
	const struct runtime *rt = at->plan->rt;

	if (ev->lane != NO_LANE)
		buf_adds(line, at->plan->lane[ev->lane].name);
	else
		buf_addf(line, "the %s %s", rt->name, rt->daemon.program ? "daemon" : "engine");
}

static void warn_outage(const struct watch_at *at, const struct event *ev)
{
	const char *why = ev->why ? ev->why : "";
	uint32_t left = at->info->jobs - at->ledger->in[LEDGER_OVER];
	struct buf line = BUF_INIT;

	add_away(at, ev, &line);
	if (!strcmp(ev->data, "begins")) {
		buf_addf(&line,
			 " does not answer any more; waiting for it for %.6g s at most: %.*s",
			 (double)ev->wait_ns / NS_PER_S, (int)strcspn(why, "\n"), why);
	} else if (!strcmp(ev->data, "ends")) {
		buf_addf(&line, " answers again, after %.3g s", (double)ev->took_ns / NS_PER_S);
	} else if (ev->lane != NO_LANE) {
		buf_addf(&line, " has not answered for %.3g s; no more is tried there",
			 (double)ev->took_ns / NS_PER_S);
	} else {
		buf_addf(&line, " stopped answering; %u %s not done. Start it%s", left,
			 at->plan->stage[0].verb->plural,
			 at->journal ? ", then: hpn --resume" : " and run it again");
	}
	tell_warning(at->tell, buf_str(&line));
	buf_release(&line);
}

static void event(void *state, const struct event *ev)
{
	const struct watch_at *at = state;

	if (ev->kind == EVENT_OUTAGE)
		warn_outage(at, ev);
	if (ev->kind != EVENT_LIMIT || ev->lane == NO_LANE)
		return;
	if (at->log)
		log_limit(at, ev);
	if (!strcmp(ev->data, "broken") && ev->why) /* else it is told as an outage */
		warn_broken(at, ev);
}

static int close_lanes(void *state, const struct watch_end *end)
{
	free(state);
	return end->status;
}

const struct watcher watch_lanes = { .open = open_lanes, .event = event, .close = close_lanes };
