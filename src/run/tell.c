/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/step.h"

void tell_add(struct tell *t, const struct listener *l)
{
	t->listener = mem_grow(t->listener, t->n + 1, sizeof(*t->listener));
	t->listener[t->n++] = *l;
}

void tell_release(struct tell *t)
{
	free(t->listener);
}

static void fill_in(const struct tell *t, struct event *ev)
{
	const struct plan *p = t->plan;

	if (ev->job != NO_JOB) {
		struct step st = step_at(p, t->images, ev->job, ev->step);

		ev->lane = p->item[ev->job].lane[st.stage->nth];
		ev->name = p->item[ev->job].name;
		ev->subject = st.name;
		ev->words = &st.stage->verb->words;
		ev->step_name = step_word(p, &st);
	}
	if (ev->lane != NO_LANE)
		ev->lane_name = p->lane[ev->lane].host;
}

void tell_event(void *ctx, const struct event *ev)
{
	struct tell *t = ctx;
	struct event full = *ev;

	fill_in(t, &full);
	for (unsigned i = 0; i < t->n; i++)
		t->listener[i].event(t->listener[i].ctx, &full);
	t->heard = true;
}

void tell_note(struct tell *t, uint32_t job, unsigned nth, const char *class, const char *line)
{
	struct event ev = { .kind = EVENT_NOTE,
			    .job = job,
			    .step = nth,
			    .at_ns = t->loop->now_ns,
			    .class = class,
			    .data = line,
			    .len = strlen(line) };

	tell_event(t, &ev);
}

void tell_warning(struct tell *t, const char *line)
{
	struct event ev = { .kind = EVENT_WARNING,
			    .job = NO_JOB,
			    .lane = NO_LANE,
			    .at_ns = t->loop->now_ns,
			    .data = line,
			    .len = strlen(line) };

	tell_event(t, &ev);
}

void tell_stage(struct tell *t, enum event_kind kind, uint32_t job, unsigned nth, enum cause cause)
{
	struct event ev = { .kind = kind,
			    .job = job,
			    .step = nth,
			    .at_ns = t->loop->now_ns,
			    .cause = cause,
			    .data = "" };

	tell_event(t, &ev);
}

int64_t tell_tick(struct tell *t, int64_t now_ns)
{
	int64_t soonest = -1;

	t->heard = false;
	for (unsigned i = 0; i < t->n; i++) {
		const struct listener *l = &t->listener[i];
		int64_t next = l->tick ? l->tick(l->ctx, now_ns) : -1;

		if (next >= 0 && (soonest < 0 || next < soonest))
			soonest = next;
	}
	return soonest;
}
