/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * space.h - is there room for what is to be saved?
 *
 * Before the first save the runtime is asked, once for all, how large the
 * images are. Those that do not fit beside the others fail in their places
 * before anything is started; and where the engine puts archives together in a
 * folder of its own, no more are saved at once than fit there.
 */
#ifndef HPN_APP_SPACE_H
#define HPN_APP_SPACE_H

#include "app/action.h"

/* Room that few lists of images fill: nobody is asked then. */
#define SPACE_PLENTY_BYTES (INT64_C(4) << 30) /* for each image */

/* What every engine has room to put together. */
#define SPACE_LITTLE_BYTES (INT64_C(2) << 30)

/* A file system, for archives or for the engine's staging. */
struct space {
	int64_t room; /* bytes that may still be used; -1: not known */
	dev_t dev;
};

/* One archive. */
struct space_need {
	int64_t bytes;    /* of the archive; -1: not known, it is let through */
	int64_t replaces; /* what goes when it is there */
	int64_t staged;   /* for as long as it is saved */
};

/* Take the room for it. False, and nothing taken, when it does not fit. The
 * engine's place may be the same file system, or NULL. */
bool space_take(struct space *target, const struct space *staging, const struct space_need *need);

/* How many of n may be under way at once so that even the largest of them fit
 * into the staging room: 1 to `most`. */
unsigned space_at_once(const struct space_need *need, uint32_t n, int64_t room, unsigned most);

/* Spoil the items of a save that do not fit. Returns how many saves may be under
 * way at once, at most `most`. */
unsigned space_admit(struct action *a, unsigned most);

#endif
