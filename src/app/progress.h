/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress.h - how far each image is, as EVENT_PROGRESS
 *
 * From what the runtime prints, by the expressions of its descriptor, and of a
 * save from the size of the archive that is being written. A listener; it is
 * there only when another wants to know.
 */
#ifndef HPN_APP_PROGRESS_H
#define HPN_APP_PROGRESS_H

#include "app/action.h"

struct progress;

/* Sizes are looked at so often. */
struct progress *progress_new(struct action *a, int64_t every_ns);
void progress_free(struct progress *p);

/* As a listener. */
void progress_event(void *progress, const struct event *ev);
int64_t progress_tick(void *progress, int64_t now_ns);

#endif
