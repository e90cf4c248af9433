/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rank.h - in which order jobs are best started
 *
 * Jobs with a high priority come first, jobs with a low priority last. Among jobs
 * of equal priority the longest comes first, so that no long job is left to run
 * alone at the end; a job of unknown cost counts as one in the middle. Costs are
 * compared by powers of two: jobs that take about as long as each other stay in
 * the order of the list.
 */
#ifndef HPN_POOL_RANK_H
#define HPN_POOL_RANK_H

#include <stdint.h>

struct rank_job {
	int64_t cost;    /* time for all jobs, or bytes for all jobs; 0: not known */
	int8_t priority; /* above 0: high; below 0: low */
};

struct ranking {
	uint32_t *job;      /* freed by the caller */
	uint32_t high_end;  /* the first job that has no high priority */
	uint32_t low_begin; /* the first job that has a low priority */
};

struct ranking rank_jobs(const struct rank_job *jobs, uint32_t n);

#endif
