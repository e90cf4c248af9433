/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/target.h"

#include <string.h>

#include "image/names.h"

void target_project(const struct settings *set, const char *image, struct buf *b)
{
	struct span own;

	if (set->project_given || strcmp(set->project, "library") != 0) {
		buf_adds(b, set->project);
		return;
	}
	own = names_push_project(image);
	buf_add(b, own.s, own.len);
}

const char *target_claim(const struct plan *p, int mode, const char *image, uint32_t job,
			 struct name_map *taken, struct arena *texts, const char **ret_bad)
{
	struct buf project = BUF_INIT, target = BUF_INIT, why = BUF_INIT;
	const char *own = NULL;
	uint32_t earlier;
	struct err err;

	if (mode == 2)
		target_project(p->set, image, &project);
	if (names_target(image, p->set->registry, mode == 2 ? buf_str(&project) : NULL, &target,
			 &err))
		buf_adds(&why, err.text);
	else if (!(own = name_map_add(taken, buf_str(&target), target.len, job, &earlier)))
		buf_addf(&why,
			 "%s is the target of %s already; give it a tag of its own, or push it"
			 " with another project",
			 buf_str(&target), p->item[earlier].name);
	if (!own)
		*ret_bad = arena_copy(texts, buf_str(&why), why.len);
	buf_release(&project);
	buf_release(&target);
	buf_release(&why);
	return own;
}
