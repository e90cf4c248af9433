/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/order.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/action.h"
#include "state/statedir.h"
#include "base/clock.h"
#include "base/mem.h"
#include "image/ref.h"

static const char *image_of(const void *ctx, uint32_t job)
{
	const struct action *a = ctx;

	return a->target[job].bad ? NULL : action_name(a, job);
}

static bool matches(const struct action *a, enum opt list, const char *name, const char *full)
{
	for (char *const *p = cfg_list(a->cfg, list); *p; p++)
		if (fnmatch(*p, name, 0) == 0 || fnmatch(*p, full, 0) == 0)
			return true;
	return false;
}

/* What the list says of the image wins over patterns. */
static int8_t priority_of(const struct action *a, uint32_t job)
{
	int8_t priority = a->paths.v ? 0 : a->list.item[job].priority;
	const char *name = action_name(a, job);
	struct buf full = BUF_INIT;
	struct ref ref;

	if (priority ||
	    (!cfg_is_set(a->cfg, OPT_PRIORITY_HIGH) && !cfg_is_set(a->cfg, OPT_PRIORITY_LOW)))
		return priority;
	if (!a->paths.v && ref_parse(name, &ref, NULL) == 0)
		ref_key(&ref, &full);
	if (matches(a, OPT_PRIORITY_HIGH, name, buf_str(&full)))
		priority = 1;
	else if (matches(a, OPT_PRIORITY_LOW, name, buf_str(&full)))
		priority = -1;
	buf_release(&full);
	return priority;
}

/* Of one worker the longest first would only be seen as disorder. */
static int64_t cost_of(const struct order *o, const struct action *a, uint32_t job)
{
	struct stat st;

	if (cfg_workers(a->cfg) == 1)
		return 0;
	if (a->paths.v)
		return stat(a->paths.v[job], &st) < 0 ? 0 : st.st_size;
	if (!o->history.n)
		return 0;
	return o->history.known_ns[job] ? o->history.known_ns[job] : o->history.other_ns[job];
}

static void remember(struct order *o, struct action *a)
{
	struct err err;

	if (a->paths.v || !a->n || !cfg_bool(a->cfg, OPT_HISTORY) ||
	    statedir_file("history", &o->path, &err))
		return;
	history_read(&o->history, buf_str(&o->path), a->verbs, a->rt->name, a->n, image_of, a);
}

void order_open(struct order *o, struct action *a)
{
	struct rank_job *jobs;

	*o = (struct order){ .path = BUF_INIT };
	if (cfg_bool(a->cfg, OPT_SERIAL))
		return;
	remember(o, a);
	jobs = mem_array(a->n, sizeof(*jobs));
	for (uint32_t i = 0; i < a->n; i++)
		jobs[i] = (struct rank_job){ cost_of(o, a, i), priority_of(a, i) };
	o->ranking = rank_jobs(jobs, a->n);
	free(jobs);
}

void order_close(struct order *o)
{
	if (o->history.n)
		history_write(&o->history, buf_str(&o->path), clock_wall_ns());
	history_release(&o->history);
	buf_release(&o->path);
	free(o->ranking.job);
}
