/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * target.h - the reference that an image is pushed to
 */
#ifndef HPN_PLAN_TARGET_H
#define HPN_PLAN_TARGET_H

#include "plan/plan.h"

/* The project of push mode 2: what -p says, else a configured one that is not the
 * default, else the image's own. Appended. */
void target_project(const struct settings *set, const char *image, struct buf *b);

/*
 * The reference for the image, claimed in `taken` for item `job`; the text is
 * that set's. NULL, and why in ret_bad, when there is none, or when it is the
 * target of an earlier image already. ret_bad is in `texts`.
 */
const char *target_claim(const struct plan *p, int mode, const char *image, uint32_t job,
			 struct name_map *taken, struct arena *texts, const char **ret_bad);

#endif
