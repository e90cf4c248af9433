/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define MAX_REASON ((size_t)500)

void ledger_init(struct ledger *l, const struct run_info *info)
{
	*l = (struct ledger){ .info = info, .workers = info->workers, .point_ns = NS_PER_S / 100 };
	l->job = mem_array(info->jobs, sizeof(*l->job));
	for (uint32_t i = 0; i < info->jobs; i++)
		l->job[i] = (struct ledger_job){ .start_ns = -1,
						 .finish_ns = -1,
						 .bytes = -1,
						 .first = LEDGER_NONE,
						 .last = LEDGER_NONE };
	l->in[LEDGER_QUEUED] = info->jobs;
	l->point[l->n_points++] = (struct ledger_point){ info->start_ns, 0, info->jobs };
	strvec_push(&l->classes, "");
	strvec_push(&l->steps, "");
}

void ledger_release(struct ledger *l)
{
	for (uint32_t i = 0; l->job && i < l->info->jobs; i++)
		free(l->job[i].reason);
	free(l->job);
	free(l->attempt);
	strvec_release(&l->classes);
	strvec_release(&l->steps);
	*l = (struct ledger){ 0 };
}

/* The place of a name in a list of few; 0 for NULL. */
static uint8_t intern(struct strvec *names, const char *name)
{
	if (!name)
		return 0;
	for (size_t i = 1; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return (uint8_t)i;
	if (names->n > UINT8_MAX)
		return 0;
	strvec_push(names, name);
	return (uint8_t)(names->n - 1);
}

static const struct ledger_attempt *attempt_at(const struct ledger *l, uint32_t nth)
{
	return nth == LEDGER_NONE ? NULL : &l->attempt[nth];
}

const struct ledger_attempt *ledger_first(const struct ledger *l, uint32_t job)
{
	return attempt_at(l, l->job[job].first);
}

const struct ledger_attempt *ledger_next(const struct ledger *l, const struct ledger_attempt *a)
{
	return attempt_at(l, a->next);
}

const char *ledger_class(const struct ledger *l, uint8_t class)
{
	return class ? l->classes.v[class] : NULL;
}

const char *ledger_step(const struct ledger *l, const struct ledger_attempt *a)
{
	return l->steps.v[a->step];
}

/* Every other point goes, and from now on they are twice as far apart. */
static void thin_out(struct ledger *l)
{
	for (unsigned i = 1; 2 * i < l->n_points; i++)
		l->point[i] = l->point[2 * i];
	l->n_points = (l->n_points + 1) / 2;
	l->point_ns *= 2;
}

static void add_point(struct ledger *l, int64_t at_ns)
{
	struct ledger_point *last = &l->point[l->n_points - 1];

	if (at_ns - last->at_ns >= l->point_ns && l->n_points == LEDGER_POINTS) {
		thin_out(l);
		last = &l->point[l->n_points - 1];
	}
	if (at_ns - last->at_ns >= l->point_ns) {
		last = &l->point[l->n_points++];
		last->at_ns = at_ns;
	}
	last->active = l->in[LEDGER_RUNNING];
	last->queued = l->in[LEDGER_QUEUED] + l->in[LEDGER_PAUSED];
}

static void set_state(struct ledger *l, struct ledger_job *j, enum ledger_state state,
		      int64_t at_ns)
{
	if (j->state == state)
		return;
	l->in[j->state]--;
	l->in[state]++;
	j->state = (uint8_t)state;
	add_point(l, at_ns);
}

static void on_end(struct ledger *l, struct ledger_job *j, const struct event *ev)
{
	uint32_t nth = l->n_attempts++;

	if (nth == l->cap_attempts) {
		l->cap_attempts = nth ? 2 * nth : 64;
		l->attempt = mem_grow(l->attempt, l->cap_attempts, sizeof(*l->attempt));
	}
	l->attempt[nth] = (struct ledger_attempt){
		.end_ns = ev->at_ns,
		.took_ns = ev->took_ns,
		.next = LEDGER_NONE,
		.status = ev->status,
		.attempt = (uint16_t)ev->attempt,
		.step = intern(&l->steps, ev->step_name),
		.cause = (uint8_t)ev->cause,
		.result = (uint8_t)ev->result,
		.class = intern(&l->classes, ev->class),
	};
	if (j->last == LEDGER_NONE)
		j->first = nth;
	else
		l->attempt[j->last].next = nth;
	j->last = nth;
	j->class = l->attempt[nth].class;
	j->ran_ns += ev->took_ns;
	l->ran_ns += ev->took_ns;
	set_state(l, j, LEDGER_QUEUED, ev->at_ns);
}

static void on_attempt(struct ledger *l, struct ledger_job *j, const struct event *ev)
{
	j->attempts++;
	if (ev->attempt > 1) {
		j->retries++;
		l->retries++;
	}
	set_state(l, j, LEDGER_RUNNING, ev->at_ns);
}

static void on_progress(struct ledger *l, struct ledger_job *j, const struct event *ev)
{
	if (ev->bytes <= j->bytes)
		return;
	l->bytes += ev->bytes - (j->bytes > 0 ? j->bytes : 0);
	j->bytes = ev->bytes;
}

static void on_finish(struct ledger *l, struct ledger_job *j, const struct event *ev)
{
	size_t len = ev->data ? strcspn(ev->data, "\n") : 0;

	j->finish_ns = ev->at_ns;
	j->result = (uint8_t)ev->result;
	l->ended[ev->result]++;
	if (ev->result != RESULT_OK && len)
		j->reason = mem_strndup(ev->data, len < MAX_REASON ? len : MAX_REASON);
	set_state(l, j, LEDGER_OVER, ev->at_ns);
}

static void on_workers(struct ledger *l, unsigned workers)
{
	l->adjusted = true;
	if (workers > l->workers)
		l->workers = workers;
}

void ledger_event(void *ctx, const struct event *ev)
{
	struct ledger *l = ctx;
	struct ledger_job *j;

	if (ev->kind == EVENT_LIMIT && ev->lane == NO_LANE)
		on_workers(l, ev->workers);
	if (ev->job == NO_JOB)
		return;
	j = &l->job[ev->job];
	j->lane = ev->lane;
	if (ev->kind == EVENT_START)
		j->start_ns = ev->at_ns;
	else if (ev->kind == EVENT_ATTEMPT)
		on_attempt(l, j, ev);
	else if (ev->kind == EVENT_PROGRESS)
		on_progress(l, j, ev);
	else if (ev->kind == EVENT_END)
		on_end(l, j, ev);
	else if (ev->kind == EVENT_WAIT)
		set_state(l, j, LEDGER_PAUSED, ev->at_ns);
	else if (ev->kind == EVENT_FINISH)
		on_finish(l, j, ev);
}

int64_t ledger_took_ns(const struct ledger *l, uint32_t job, int64_t now_ns)
{
	const struct ledger_job *j = &l->job[job];

	if (j->start_ns < 0)
		return 0;
	return (j->finish_ns < 0 ? now_ns : j->finish_ns) - j->start_ns;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t *ledger_times(const struct ledger *l, uint32_t *ret_n)
{
	int64_t *times = mem_array(l->info->jobs, sizeof(*times));
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->info->jobs; i++)
		if (l->job[i].start_ns >= 0 && l->job[i].finish_ns >= 0)
			times[n++] = l->job[i].finish_ns - l->job[i].start_ns;
	qsort(times, n, sizeof(*times), compare);
	*ret_n = n;
	return times;
}

int64_t ledger_percentile(const int64_t *sorted, uint32_t n, unsigned percent)
{
	uint64_t nth = ((uint64_t)n * percent + 99) / 100;

	return n ? sorted[nth ? nth - 1 : 0] : 0;
}

uint32_t ledger_failed(const struct ledger *l, uint8_t class)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->info->jobs; i++)
		n += l->job[i].finish_ns >= 0 && l->job[i].result == RESULT_FAILED &&
		     l->job[i].class == class;
	return n;
}

double ledger_utilisation(const struct ledger *l, int64_t now_ns)
{
	const struct run_info *r = l->info;
	uint32_t workers = r->workers < r->jobs ? r->workers : r->jobs;
	double whole = (double)(now_ns - r->start_ns) * workers, share;

	if (whole <= 0)
		return 0;
	share = (double)l->ran_ns / whole;
	return share < 1 ? share : 1;
}
