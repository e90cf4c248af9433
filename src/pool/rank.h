/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rank.h - in which order jobs are best started
 *
 * Those with a high priority first, those with a low one last. Among equals
 * the longest first, so that no long one is left to run alone at the end; what
 * is unknown counts as one in the middle. Costs are compared by powers of two:
 * what takes about as long stays in the order of the list.
 */
#ifndef HPN_POOL_RANK_H
#define HPN_POOL_RANK_H

#include <stdint.h>

struct rank_job {
	int64_t cost;    /* time or bytes, but the same for all; 0: not known */
	int8_t priority; /* over, under or 0 */
};

struct ranking {
	uint32_t *job;      /* freed by the caller */
	uint32_t high_end;  /* those from here on have no high priority, */
	uint32_t low_begin; /* and those from here on a low one */
};

struct ranking rank_jobs(const struct rank_job *jobs, uint32_t n);

#endif
