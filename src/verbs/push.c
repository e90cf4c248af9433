/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hpn push: give images the name of another registry, and send them there. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plan/target.h"
#include "verbs/verbs.h"

#define LONGEST_MANIFEST_NS (60 * NS_PER_S)

static void heading(const struct plan *p, const struct stage *st, struct buf *line)
{
	(void)st;
	buf_addf(line, "registry: %s, project: %s", p->set->registry, p->set->project);
}

static void opening(const struct plan *p, const struct stage *st, struct buf *lines)
{
	buf_addf(lines, "Target registry: %s\nTarget project: %s\nPush mode: %d\n",
		 p->set->registry, p->set->project, st->mode);
}

static void place(struct plan *p, struct stage *st)
{
	for (uint32_t i = 0; i < p->n && !plan_unpacks(p); i++) {
		struct item *it = &p->item[i];
		const char *bad = "";

		if (it->bad)
			continue;
		it->path[st->nth] =
			target_claim(p, st->mode, it->name, i, &st->taken, &p->texts, &bad);
		if (!it->path[st->nth])
			plan_spoil(p, i, bad);
	}
}

/* ---- is it done? ---- */

static enum is_done is_done(const struct plan *p, const struct stage *st, uint32_t job,
			    const struct local_image *image, const struct archive_cache *archives)
{
	(void)image, (void)archives;
	return p->item[job].path[st->nth] && p->rt->verb[RT_MANIFEST].given ? DONE_ASK : DONE_NO;
}

static void question(const struct plan *p, const struct stage *st, uint32_t job,
		     struct strvec *argv)
{
	struct rt_call call = p->call;
	struct buf host = BUF_INIT;

	call.target = p->item[job].path[st->nth];
	plan_host(st, NULL, call.target, &host);
	if (host.len && settings_are_insecure(p->set, buf_str(&host)))
		call.insecure_host = buf_str(&host);
	if (runtime_argv(p->rt, RT_MANIFEST, &call, argv, NULL))
		strvec_clear(argv);
	buf_release(&host);
}

/* A manifest names its image by the sum of the configuration, which is the image's
 * id; with containerd's store the id is the digest that is shown beside it. A list
 * of manifests is pushed again, also where its members are shown. podman 5 says
 * of a single image that it is not a list, and no more. */
static enum is_done answer(const char *output, const struct local_image *image)
{
	char wanted[128];

	if (strstr(output, "\"manifests\": null"))
		return DONE_ASK;
	snprintf(wanted, sizeof(wanted), "\"sha256:%s\"", image->id);
	return *output != '[' && strstr(output, wanted) ? DONE_YES : DONE_NO;
}

static bool is_still_done(const struct plan *p, const struct stage *st, uint32_t job,
			  const struct journal_entry *e, const struct local_images *images)
{
	const struct item *it = &p->item[job];
	const struct local_image *image = local_images_find(images, it->name);

	return image && it->path[st->nth] && !strcmp(e->target, it->path[st->nth]) && *e->id &&
	       !strcmp(e->id, image->id);
}

/* ---- doing it ---- */

static void announce(const struct plan *p, const struct step *st, struct buf *note)
{
	if (st->stage->mode == 2) {
		buf_adds(note, "Project: ");
		target_project(p->set, st->name, note);
		buf_addc(note, '\n');
	}
	buf_addf(note, "Tag: %s -> %s", st->name, st->path);
}

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
	if (e->good && st->does == RT_PUSH)
		buf_addf(&e->note, "Pushed: %s", st->path);
	return 0;
}

const struct verb_def verb_push = {
	.id = VERB_PUSH,
	.words = { "Pushing", "pushed", "push" },
	.plural = "images",
	.n_steps = 2,
	.step = { RT_TAG, RT_PUSH },
	.uses_network = true,
	.to_target = true,
	.has_mode = true,
	.heading = heading,
	.opening = opening,
	.place = place,
	.is_done = is_done,
	.question = question,
	.answer = answer,
	.question_ns = LONGEST_MANIFEST_NS,
	.is_still_done = is_still_done,
	.announce = announce,
	.command = command,
	.ended = ended,
};
