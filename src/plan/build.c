/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/build.h"

#include "plan/items.h"
#include "plan/lanes.h"
#include "query/engine_info.h"

int build_items(struct plan *p, struct console *c, struct err *err)
{
	const struct verb_def *first = p->stage[0].verb;

	return first->find ? first->find(p, c, err) : items_from_lists(p, c, err);
}

/* The runtime's verbs that a step may use: with an archive on standard output, or
 * with several images in it, a save is another one. */
static bool step_needs_versions(const struct plan *p, enum rt_verb step)
{
	static const enum rt_verb more[RT_VERBS][3] = {
		[RT_SAVE] = { RT_SAVE_STREAM, RT_SAVE_BUNDLE, RT_BUNDLE_STREAM },
		[RT_LOAD] = { RT_LOAD_STREAM, RT_LOAD_STREAM, RT_LOAD_STREAM },
	};

	if (runtime_needs_versions(p->rt, step, &p->call))
		return true;
	for (int i = 0; i < 3; i++)
		if (more[step][i] && runtime_needs_versions(p->rt, more[step][i], &p->call))
			return true;
	return false;
}

void build_calls(struct plan *p, struct console *c)
{
	bool needed = false;

	p->call.platform = *p->set->platform ? p->set->platform : NULL;
	p->call.versions = &p->versions;
	for (unsigned i = 0; p->rt && i < p->n_stages; i++)
		for (unsigned s = 0; s < p->stage[i].verb->n_steps; s++)
			needed |= p->stage[i].verb->step[s] != STEP_OWN &&
				  step_needs_versions(p, p->stage[i].verb->step[s]);
	if (needed && !p->set->dry_run)
		engine_versions_read(&p->versions, c, p->rt, p->env.v);
}

static bool any_insecure(const struct plan *p)
{
	for (uint32_t i = 0; i < p->n_lanes; i++)
		if (settings_are_insecure(p->set, p->lane[i].host))
			return true;
	return p->set->insecure_hosts && *p->set->insecure_hosts;
}

/* An option that this runtime has no use for is not lost without a word. */
static void tell_lost_options(struct plan *p)
{
	bool insecure_is_lost = false, platform_is_lost = false;

	for (unsigned i = 0; i < p->n_stages; i++) {
		const struct verb_def *verb = p->stage[i].verb;
		enum rt_verb last = verb->step[verb->n_steps - 1];

		if (!verb->uses_network)
			continue;
		insecure_is_lost |= !runtime_knows(p->rt, last, RT_INSECURE);
		platform_is_lost |= verb->brings_images && !runtime_knows(p->rt, last, RT_PLATFORM);
	}
	if (*p->set->platform && platform_is_lost)
		strvec_pushf(&p->warnings,
			     "%s does not know --platform; it takes what fits this machine",
			     p->rt->name);
	if (insecure_is_lost && any_insecure(p))
		strvec_pushf(
			&p->warnings,
			"%s does not take --insecure-registry; its own configuration says which"
			" registries are insecure",
			p->rt->name);
}

void build_places(struct plan *p)
{
	for (unsigned i = 0; i < p->n_stages; i++) {
		struct stage *st = &p->stage[i];

		if (st->verb->place)
			st->verb->place(p, st);
		lanes_choose(p, st);
	}
	lanes_set_rules(p);
	if (p->rt)
		tell_lost_options(p);
}
