/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * digest.h - a run in words: what is told beside its picture
 *
 * What is returned lives in `kept`, as of text.h.
 */
#ifndef HPN_STORY_DIGEST_H
#define HPN_STORY_DIGEST_H

#include "base/strvec.h"
#include "story/recorded_run.h"

/* "hpn pull: 20 images, 1 failed, in 12.3 s" */
const char *digest_title(struct strvec *kept, const struct recorded_run *run);

/* "docker, 4 at once, 2026-11-21 09:54:06 UTC; ..." */
const char *digest_where(struct strvec *kept, const struct recorded_run *run);

/* The jobs that took longest, longest first; how many of at most `most`. */
size_t digest_slowest(const struct recorded_run *run, uint32_t *ret_jobs, size_t most);

/* The jobs that failed, in list order. */
size_t digest_failed(const struct recorded_run *run, uint32_t *ret_jobs, size_t most);

#endif
