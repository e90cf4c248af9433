/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/uptodate.h"

#include <stdlib.h>

#include "base/mem.h"
#include "query/ask.h"

/* The items of one stage for which a command has to say whether they are done. */
struct questions {
	struct plan *plan;
	const struct stage *stage;
	struct archive_cache *archives;
	uint32_t *job;
	uint32_t n;
	bool told_nothing; /* at least one answer did not say anything */
};

static void mark(struct plan *p, const struct stage *st, uint32_t job)
{
	p->item[job].uptodate |= (uint8_t)(1u << st->nth);
}

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	const struct questions *q = ctx;

	q->stage->verb->question(q->plan, q->stage, q->job[i], argv);
}

static void answer(void *ctx, uint32_t i, int status, const struct buf *out, const char *err_text)
{
	struct questions *q = ctx;
	uint32_t job = q->job[i];
	const struct local_image *image = plan_image(q->plan, job);
	enum is_done is;

	(void)err_text;
	if (status || !out->len || !image)
		return;
	is = q->stage->verb->answer(buf_str(out), image);
	q->told_nothing |= is == DONE_ASK;
	if (is != DONE_YES)
		return;
	mark(q->plan, q->stage, job);
	if (q->stage->verb->takes_room)
		archive_cache_note(q->archives, q->plan->item[job].path[q->stage->nth], image->id);
}

static void look(struct plan *p, const struct stage *st, struct console *c,
		 struct archive_cache *archives)
{
	struct questions q = { .plan = p, .stage = st, .archives = archives };
	struct ask ask = {
		.workers = p->set->workers,
		.timeout_ns = st->verb->question_ns ? st->verb->question_ns : p->set->timeout_ns,
		.envp = p->env.v,
		.ctx = &q,
		.command = command,
		.answer = answer,
	};

	q.job = mem_array(p->n, sizeof(*q.job));
	for (uint32_t i = 0; i < p->n; i++) {
		const struct local_image *image = plan_image(p, i);
		enum is_done is = image ? st->verb->is_done(p, st, i, image, archives) : DONE_NO;

		if (is == DONE_YES)
			mark(p, st, i);
		else if (is == DONE_ASK)
			q.job[q.n++] = i;
	}
	ask.n = q.n;
	ask_all(c, &ask);
	if (q.told_nothing)
		strvec_pushf(&p->warnings,
			     "--if-missing: %s does not say which images a registry has; they are"
			     " %s again",
			     p->rt->name, st->verb->words.done);
	free(q.job);
}

void uptodate_mark(struct plan *p, struct console *c, struct archive_cache *archives)
{
	struct err err = { "" };

	if (!p->set->if_missing || !p->n || p->item[0].file || !p->rt)
		return;
	if (!plan_ask_images(p, c, &err)) {
		strvec_pushf(&p->warnings, "--if-missing: %s; everything is done", err.text);
		return;
	}
	for (unsigned i = 0; i < p->n_stages; i++)
		if (p->stage[i].verb->is_done)
			look(p, &p->stage[i], c, archives);
}
