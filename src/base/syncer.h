/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syncer.h - put what was written to a file on the disk, without waiting for it
 *
 * A slow disk takes seconds for an fsync; whoever has time limits to keep cannot
 * wait for that. A thread does it: it knows nothing but the descriptor, and takes
 * no signals. Where it cannot be started, nothing is synced before the file is
 * closed.
 */
#ifndef HPN_BASE_SYNCER_H
#define HPN_BASE_SYNCER_H

struct syncer;

/* For a descriptor that stays open until syncer_free(). NULL: no thread. */
struct syncer *syncer_new(int fd);

/* Sync the file soon; several wishes may become one. */
void syncer_wish(struct syncer *s);

/* Waits for what is being synced. Returns the errno of the first failure, or 0. s
 * may be NULL. */
int syncer_free(struct syncer *s);

#endif
