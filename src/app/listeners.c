/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/listeners.h"

#include <string.h>

#include "base/clock.h"

static const char *name_of(void *ctx, uint32_t job)
{
	return action_name(ctx, job);
}

static const char *lane_of(void *ctx, uint32_t lane)
{
	return ((struct action *)ctx)->lane_names.v[lane];
}

static const char *step_of(void *ctx, uint32_t job, unsigned step)
{
	const struct action *a = ctx;

	(void)job;
	return a->rt ? rt_verb_name(a->ops->step[step]) : a->ops->words.verb;
}

static void fill_roster(struct action *a)
{
	a->roster = (struct roster){
		.jobs = a->n,
		.workers = (unsigned)cfg_workers(a->cfg),
		.verb = a->ops->words.verb,
		.runtime = a->rt ? a->rt->name : "",
		.start_ns = clock_now_ns(),
		.start_wall_ns = clock_wall_ns(),
		.name = name_of,
		.lane = lane_of,
		.step = step_of,
		.ctx = a,
	};
}

static void add(struct action *a, void (*event)(void *ctx, const struct event *ev),
		int64_t (*tick)(void *ctx, int64_t now_ns), void *ctx)
{
	a->listeners.list[a->listeners.n++] = (struct listener){ event, tick, ctx };
}

static void log_event(void *ctx, const struct event *ev)
{
	struct action *a = ctx;
	const char *name = ev->job == NO_JOB ? "" : action_name(a, ev->job);
	int first = ev->data ? (int)strcspn(ev->data, "\n") : 0;

	if (ev->kind == EVENT_ATTEMPT)
		log_say(a->log, LOG_LEVEL_DEBUG, "%s: attempt %u", name, ev->attempt);
	else if (ev->kind == EVENT_WAIT)
		log_say(a->log, LOG_LEVEL_WARN, "%s: trying again in %.1f s: %.*s", name,
			(double)ev->wait_ns / 1e9, first, ev->data);
	else if (ev->kind == EVENT_LIMIT)
		log_say(a->log, LOG_LEVEL_DEBUG, "%s to %u at once", ev->data, ev->workers);
	else if (ev->kind == EVENT_FINISH && ev->result == RESULT_OK)
		log_say(a->log, LOG_LEVEL_INFO, "%s %s", a->ops->words.done, name);
	else if (ev->kind == EVENT_FINISH && ev->result == RESULT_FAILED)
		log_say(a->log, LOG_LEVEL_ERROR, "failed to %s %s: %.*s", a->ops->words.verb, name,
			first, ev->data);
	else if (ev->kind == EVENT_FINISH)
		log_say(a->log, LOG_LEVEL_WARN, "%s was cancelled", name);
}

void listeners_open(struct action *a)
{
	fill_roster(a);
	if (a->log)
		add(a, log_event, NULL, a);
}

void listeners_close(struct action *a)
{
	a->listeners.n = 0;
}
