/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/ref.h"
#include "state/artefact.h"

void plan_init(struct plan *p, const struct settings *set)
{
	*p = (struct plan){ .set = set,
			    .verbs = "",
			    .disk_workers = set->class_workers[WORK_DISK],
			    .machine = artefact_machine() };
	list_init(&p->list);
}

void plan_release(struct plan *p)
{
	for (unsigned i = 0; i < p->n_stages; i++)
		name_map_release(&p->stage[i].taken);
	free(p->item);
	free(p->lane);
	free(p->order.job);
	strvec_release(&p->members);
	strvec_release(&p->tags);
	strvec_release(&p->env);
	rt_versions_release(&p->versions);
	strvec_release(&p->warnings);
	local_images_release(&p->images);
	list_release(&p->list);
	expected_sums_release(&p->sums);
	name_map_release(&p->hosts);
	arena_release(&p->texts);
}

const char *plan_keep(struct plan *p, const char *text)
{
	return arena_copy(&p->texts, text, strlen(text));
}

/* ---- stages ---- */

void plan_add_stage(struct plan *p, const struct verb_def *verb)
{
	struct stage *st = &p->stage[p->n_stages];
	struct buf verbs = BUF_INIT;

	*st = (struct stage){
		.verb = verb,
		.mode = p->set->mode[verb->id],
		.first = p->n_stages ? st[-1].first + st[-1].verb->n_steps : 0,
		.nth = p->n_stages,
	};
	buf_addf(&verbs, "%s%s%s", p->verbs, p->n_stages++ ? "," : "", verb->words.verb);
	p->verbs = plan_keep(p, buf_str(&verbs));
	buf_release(&verbs);
}

unsigned plan_steps(const struct plan *p)
{
	const struct stage *last = &p->stage[p->n_stages - 1];

	return last->first + last->verb->n_steps;
}

const struct stage *plan_stage_of(const struct plan *p, unsigned nth)
{
	unsigned i = p->n_stages - 1;

	while (p->stage[i].first > nth)
		i--;
	return &p->stage[i];
}

const struct stage *plan_find_stage(const struct plan *p, bool (*is_it)(const struct verb_def *))
{
	for (unsigned i = 0; i < p->n_stages; i++)
		if (is_it(p->stage[i].verb))
			return &p->stage[i];
	return NULL;
}

bool plan_unpacks(const struct plan *p)
{
	return p->stage[0].verb->takes_files && !p->stage[0].verb->no_runtime;
}

bool plan_is_done(const struct plan *p, const struct stage *st, uint32_t job)
{
	const struct item *it = &p->item[job];
	unsigned up_to_here = (2u << st->nth) - 1;

	/* In a chain a stage is left out only where those before it are. */
	return st->nth < it->resumed || (it->uptodate & up_to_here) == up_to_here;
}

/* ---- items ---- */

void plan_where(const struct plan *p, uint32_t job, struct buf *b)
{
	const struct item *it = &p->item[job];
	struct list_item at = { .file = it->list, .line = it->line };

	if (it->file)
		buf_adds(b, it->file);
	else
		list_where(&p->list, &at, b);
}

void plan_spoil(struct plan *p, uint32_t job, const char *why)
{
	struct buf where = BUF_INIT;

	plan_where(p, job, &where);
	strvec_pushf(&p->warnings, "%s: %s", buf_str(&where), why);
	p->item[job].bad = plan_keep(p, why);
	buf_release(&where);
}

struct step plan_step(const struct plan *p, const struct stage *st, uint32_t job)
{
	const struct item *it = &p->item[job];

	return (struct step){
		.job = job,
		.nth = st->first,
		.stage = st,
		.does = st->verb->step[0],
		.name = it->name,
		.path = it->path[st->nth],
		.bad = it->bad,
	};
}

void plan_host(const struct stage *st, const char *name, const char *path, struct buf *b)
{
	const char *text = st->verb->to_target ? path : name;
	struct span host;
	struct ref ref;

	if (st->verb->takes_files || !text || ref_parse(text, &ref, NULL))
		return;
	host = ref_registry(&ref);
	buf_add(b, host.s, host.len);
}

/* ---- what the runtime has ---- */

static const char *wanted_name(void *ctx, uint32_t i)
{
	const struct item *it = &((const struct plan *)ctx)->item[i];

	return it->bad || it->file ? NULL : it->name;
}

const struct local_images *plan_ask_images(struct plan *p, struct console *c, struct err *err)
{
	if (p->images_state == IMAGES_NOT_ASKED)
		p->images_state = local_images_read(&p->images, c, p->rt, p->env.v, wanted_name, p,
						    p->n, &p->call, err)
					  ? IMAGES_UNKNOWN
					  : IMAGES_KNOWN;
	else if (p->images_state == IMAGES_UNKNOWN && err)
		err_set(err, "%s cannot be asked which images it has", p->rt->name);
	return p->images_state == IMAGES_KNOWN ? &p->images : NULL;
}

const struct local_image *plan_image(const struct plan *p, uint32_t job)
{
	const struct item *it = &p->item[job];

	return it->bad || it->file ? NULL : local_images_find(&p->images, it->name);
}

void plan_set_environment(struct plan *p, char *const *environ)
{
	struct strvec base = STRVEC_INIT;

	for (; *environ; environ++)
		strvec_push(&base, *environ);
	for (size_t i = 0; i < p->set->proxies.n; i++)
		strvec_push(&base, p->set->proxies.v[i]);
	if (!p->rt) {
		p->env = base;
		return;
	}
	runtime_env(p->rt, base.v, &p->env);
	strvec_release(&base);
}
