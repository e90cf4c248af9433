/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step.h - from the pool's numbers to the step that is meant
 */
#ifndef HPN_RUN_STEP_H
#define HPN_RUN_STEP_H

#include "pool/queue.h"
#include "run/archive_images.h"

/* The nth step of this item. Of a file whose images are pushed, the images that
 * came out of it are known only after it was loaded. */
struct step step_at(const struct plan *p, const struct archive_images *images, uint32_t job,
		    unsigned nth);

/* No step of the item follows. */
bool step_is_last(const struct plan *p, const struct archive_images *images, uint32_t job,
		  unsigned nth);

/* "pull", "tag", "verify", "publish": for events and reports. */
const char *step_word(const struct plan *p, const struct step *st);

/* What it uses up, and so which limit it counts against. */
enum work_class step_class(const struct plan *p, const struct step *st);

#endif
