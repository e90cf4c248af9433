/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/order.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "image/ref.h"
#include "state/statedir.h"

static const char *image_of(const void *ctx, uint32_t job)
{
	const struct item *it = &((const struct plan *)ctx)->item[job];

	return it->bad ? NULL : it->name;
}

static bool writes_archives(const struct verb_def *verb)
{
	return verb->takes_room;
}

/* What a time in the history is of: a save takes as long as its compressor does. */
static const char *timed_verb(struct plan *p)
{
	struct buf verb = BUF_INIT;
	const char *kept;

	if (!plan_find_stage(p, writes_archives) || !strcmp(p->set->compress, "none"))
		return p->verbs;
	buf_addf(&verb, "%s+%s", p->verbs, p->set->compress);
	kept = plan_keep(p, buf_str(&verb));
	buf_release(&verb);
	return kept;
}

bool order_read_history(struct plan *p, struct history *ret, struct buf *ret_path)
{
	struct err err;

	if (p->set->serial || !p->n || p->item[0].file || !p->rt || !p->set->history ||
	    statedir_file("history", ret_path, &err))
		return false;
	history_read(ret, buf_str(ret_path), timed_verb(p), p->rt->name, p->n, image_of, p);
	return ret->n > 0;
}

static bool matches(char *const *patterns, const char *name, const char *full)
{
	for (; patterns && *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0 || fnmatch(*patterns, full, 0) == 0)
			return true;
	return false;
}

/* What the list says of the image wins over patterns. */
static int8_t priority_of(const struct plan *p, const struct item *it)
{
	const struct settings *set = p->set;
	struct buf full = BUF_INIT;
	int8_t priority = it->priority;
	struct ref ref;

	if (priority || ((!set->priority_high || !*set->priority_high) &&
			 (!set->priority_low || !*set->priority_low)))
		return priority;
	if (!it->file && ref_parse(it->name, &ref, NULL) == 0)
		ref_key(&ref, &full);
	if (matches(set->priority_high, it->name, buf_str(&full)))
		priority = 1;
	else if (matches(set->priority_low, it->name, buf_str(&full)))
		priority = -1;
	buf_release(&full);
	return priority;
}

/* With one worker, starting the longest first would only look like disorder. */
static int64_t cost_of(const struct plan *p, const struct history *history, uint32_t job)
{
	const char *file = p->item[job].file;
	struct stat st;

	if (p->set->workers == 1)
		return 0;
	if (file)
		return stat(file, &st) < 0 ? 0 : st.st_size;
	if (!history)
		return 0;
	return history->known_ns[job] ? history->known_ns[job] : history->other_ns[job];
}

void order_items(struct plan *p, const struct history *history)
{
	struct rank_job *jobs;

	if (p->set->serial)
		return;
	jobs = mem_array(p->n, sizeof(*jobs));
	for (uint32_t i = 0; i < p->n; i++)
		jobs[i] = (struct rank_job){ cost_of(p, history, i), priority_of(p, &p->item[i]) };
	p->order = rank_jobs(jobs, p->n);
	p->usual_ns = history ? history->known_ns : NULL;
	free(jobs);
}
