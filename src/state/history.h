/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history.h - how long each image took the last time
 *
 * A file of lines in the state directory, the newest first:
 *
 *   VERB RUNTIME SECONDS TIME IMAGE
 *   pull docker 12.345 2026-11-21T10:00:00Z docker.io/library/nginx:1.25
 *
 * What is no such line is skipped, what is too much is forgotten, and where
 * the file cannot be read or written there is no history: nothing is said.
 *
 *   history_read() before the run; history_event() hears it; history_write()
 */
#ifndef HPN_STATE_HISTORY_H
#define HPN_STATE_HISTORY_H

#include <stdint.h>

#include "base/event.h"
#include "image/name_map.h"

#define HISTORY_LINES 5000u /* the oldest go */

struct history {
	const char *verb;
	const char *runtime;
	struct name_map keys; /* canonical names; the owner is the job */
	const char **key;     /* per job, theirs; NULL: not an image */
	uint32_t n;
	int64_t *known_ns; /* per job; 0: never done before */
	int64_t *other_ns; /* the same with another verb or runtime */
	int64_t *now_ns;   /* in this run; 0: not done */
};

struct history_line {
	const char *verb, *runtime, *image;
	int64_t took_ns;
	const char *when;
};

/* Names that are no images are left out; verb and runtime are borrowed. */
void history_read(struct history *h, const char *path, const char *verb, const char *runtime,
		  uint32_t n, const char *(*name)(const void *ctx, uint32_t job), const void *ctx);

void history_event(void *history, const struct event *ev);

/* Put the images of this run in front of what the file has by now. Another hpn
 * that writes at this moment wins. */
void history_write(const struct history *h, const char *path, int64_t wall_ns);

void history_release(struct history *h);

/* Every good line of the file, the newest first. */
void history_each(const char *path, void (*take)(void *ctx, const struct history_line *l),
		  void *ctx);

#endif
