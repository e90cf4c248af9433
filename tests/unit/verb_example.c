/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A verb of one's own, as HACKING.md has it: fetch an image, and give it a second
 * name, KEPT/BASE:TAG. test_verb_example.c plans it and carries it out.
 */
#include "verb_example.h"

#include "plan/target.h"

/* Each image gets its second name, or fails in its place. */
static void place(struct plan *p, struct stage *st)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const char *bad = "";

		if (p->item[i].bad)
			continue;
		p->item[i].path[st->nth] =
			target_claim(p, 1, p->item[i].name, i, &st->taken, &p->texts, &bad);
		if (!p->item[i].path[st->nth])
			plan_spoil(p, i, bad);
	}
}

/* The runtime's own command is made of the call, for the pull and for the tag. */
static int command(const struct plan *p, const struct step *st, struct rt_call *call,
		   struct buf *room, struct strvec *argv, struct err *err)
{
	(void)p, (void)room, (void)argv, (void)err;
	call->target = st->path;
	return COMMAND_RUNTIME;
}

static int ended(const struct plan *p, const struct step *st, struct step_end *e, struct err *err)
{
	(void)p, (void)err;
	if (e->good && st->does == RT_TAG)
		buf_addf(&e->note, "Kept: %s", st->path);
	return 0;
}

const struct verb_def verb_keep = {
	.id = VERB_PULL,
	.words = { "Keeping", "kept", "keep" },
	.plural = "images",
	.n_steps = 2,
	.step = { RT_PULL, RT_TAG },
	.uses_network = true,
	.brings_images = true,
	.place = place,
	.command = command,
	.ended = ended,
};
