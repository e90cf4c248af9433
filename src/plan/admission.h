/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * admission.h - is there room for what is to be saved?
 *
 * Before the first save the runtime is asked, once for all, how large the
 * images are. Those that do not fit beside the others fail in their places
 * before anything is started; and where the engine puts archives together in a
 * directory of its own, no more are saved at once than fit there.
 */
#ifndef HPN_PLAN_ADMISSION_H
#define HPN_PLAN_ADMISSION_H

#include <sys/types.h>

#include "plan/plan.h"

/* Room that few lists of images fill, for each image: nobody is asked then. */
#define ROOM_PLENTY_BYTES (INT64_C(4) << 30)

/* What every engine has room to put together. */
#define ROOM_LITTLE_BYTES (INT64_C(2) << 30)

/* A file system, for archives or for the engine's own files. */
struct room {
	int64_t bytes; /* that may still be used; -1: not known */
	dev_t dev;
};

/* What one archive needs. */
struct need {
	int64_t bytes;    /* of the archive; -1: not known, it is let through */
	int64_t replaces; /* of the archive that is there already, and goes */
	int64_t staged;   /* in the engine's directory, for as long as it is saved */
};

/* Take the room for it. False, and nothing is taken, when it does not fit. The
 * engine's directory may be on the same file system, or NULL. */
bool room_take(struct room *target, const struct room *staging, const struct need *need);

/* How many of n may be under way at once so that even the largest of them fit
 * into the engine's directory: 1 to `most`. */
unsigned room_at_once(const struct need *need, uint32_t n, int64_t bytes, unsigned most);

/* Spoil the items of a save that do not fit, and set the plan's disk_workers. */
void admission_check(struct plan *p, struct console *c);

#endif
