/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step.h"

struct step step_at(const struct plan *p, const struct archive_images *images, uint32_t job,
		    unsigned nth)
{
	const struct stage *st = plan_stage_of(p, nth);
	struct step s = plan_step(p, st, job);
	const struct archive_file *f = images && images->file ? &images->file[job] : NULL;

	s.nth = nth;
	s.step = (nth - st->first) % st->verb->n_steps;
	s.round = (nth - st->first) / st->verb->n_steps;
	s.does = st->verb->step[s.step];
	if (f && st->nth && s.round < f->n) {
		s.name = f->image[s.round].name;
		s.path = f->image[s.round].path;
		s.bad = f->image[s.round].bad;
	}
	return s;
}

bool step_is_last(const struct plan *p, const struct archive_images *images, uint32_t job,
		  unsigned nth)
{
	const struct stage *last = &p->stage[p->n_stages - 1];
	unsigned rounds = 1;

	if (images && images->file && p->n_stages > 1 && images->file[job].n)
		rounds = images->file[job].n;
	return nth + 1 >= last->first + last->verb->n_steps * rounds;
}

const char *step_word(const struct plan *p, const struct step *st)
{
	if (st->does != STEP_OWN)
		return rt_verb_name(st->does);
	return p->set->check == CHECK_NEVER && !st->stage->verb->no_runtime ? "publish" : "verify";
}

enum work_class step_class(const struct plan *p, const struct step *st)
{
	static const enum work_class of[RT_WORKS] = { WORK_NETWORK, WORK_DISK, WORK_CPU };

	return st->does == STEP_OWN ? WORK_CPU : of[p->rt->verb[st->does].work];
}
