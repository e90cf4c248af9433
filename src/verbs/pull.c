/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hpn pull: fetch images from their registries. */
#include <string.h>

#include "plan/plan.h"
#include "verbs/verbs.h"

static enum is_done is_done(const struct plan *p, const struct stage *st, uint32_t job,
			    const struct local_image *image, const struct archive_cache *archives)
{
	(void)st, (void)job, (void)archives;
	return !*p->set->platform || !strcmp(p->set->platform, image->platform) ? DONE_YES
										: DONE_NO;
}

static bool is_still_done(const struct plan *p, const struct stage *st, uint32_t job,
			  const struct journal_entry *e, const struct local_images *images)
{
	(void)st, (void)e;
	return local_images_find(images, p->item[job].name) != NULL;
}

const struct verb_def verb_pull = {
	.id = VERB_PULL,
	.words = { "Pulling", "pulled", "pull" },
	.plural = "images",
	.n_steps = 1,
	.step = { RT_PULL },
	.uses_network = true,
	.brings_images = true,
	.is_done = is_done,
	.is_still_done = is_still_done,
};
