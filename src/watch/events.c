/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --events: the run as lines of JSON, for programs. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "output/events.h"
#include "watch/watcher.h"

struct events_out {
	struct sink *sink;
	struct events *events; /* NULL before the run */
	struct console *console;
	bool is_stdout;
};

static int check(const struct settings *set, void **state, struct err *err)
{
	struct err why = { "" };
	struct events_out *e;
	struct sink *sink;

	if (!*set->events || set->dry_run)
		return 0;
	sink = sink_new(set->events, &why);
	if (!sink)
		return err_set(err,
			       "--events: %s; name one in a directory that is there and can be"
			       " written to",
			       why.text);
	e = mem_alloc(sizeof(*e));
	*e = (struct events_out){ .sink = sink, .is_stdout = !strcmp(set->events, "-") };
	*state = e;
	return 0;
}

static void *open_events(const struct watch_at *at, void *state)
{
	struct events_out *e = state;

	if (!e)
		return NULL;
	e->console = at->console;
	e->events = events_new(e->sink, at->info, at->ledger);
	return e;
}

/* Where standard output is for events, its failure is the run's. */
static void note_failure(const struct events_out *e, struct console *c)
{
	int errnum = sink_error(e->sink);

	if (e->is_stdout && errnum && !c->out_error)
		c->out_error = errnum;
}

static void event(void *state, const struct event *ev)
{
	events_event(((struct events_out *)state)->events, ev);
}

static int64_t tick(void *state, int64_t now_ns)
{
	struct events_out *e = state;
	int64_t next_ns = events_tick(e->events, now_ns);

	note_failure(e, e->console);
	return next_ns;
}

static int close_events(void *state, const struct watch_end *end)
{
	struct events_out *e = state;
	struct err err;

	if (e->events)
		events_end(e->events, watch_exit(end), end->console->ended_by, clock_now_ns());
	events_free(e->events);
	sink_drain(e->sink);
	note_failure(e, end->console);
	if (sink_close(e->sink, &err) && !end->console->out_error)
		console_warn("Warning: --events: %s\n", err.text);
	free(e);
	return end->status;
}

const struct watcher watch_events = {
	.check = check, .open = open_events, .event = event, .tick = tick, .close = close_events
};
