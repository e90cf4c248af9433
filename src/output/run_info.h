/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run_info.h - what is known of a run before its first event
 *
 * Plain data. It is filled in once and does not change during the run. The
 * arrays and texts belong to whoever filled it in, and live as long as the run.
 */
#ifndef HPN_OUTPUT_RUN_INFO_H
#define HPN_OUTPUT_RUN_INFO_H

#include <stdint.h>

struct run_info {
	uint32_t jobs;
	unsigned workers;    /* how many may run at once when the run begins */
	const char *verb;    /* "pull"; of a chain, "pull,save" */
	const char *runtime; /* "podman"; "" where hpn needs none */
	int64_t start_ns;    /* of the run, on the monotonic clock */
	int64_t start_wall_ns;
	const char *traceparent;      /* W3C text of the run's own span; NULL: none */
	const char *const *name;      /* of each job, as it may be shown */
	const uint32_t *lane;         /* of each job, when it starts */
	const char *const *lane_name; /* the host of each lane; "" for none */
	uint32_t n_lanes;
	const int64_t *usual_ns; /* how long each job took in earlier runs; 0: not
				  * known. NULL: none is known */
};

#endif
