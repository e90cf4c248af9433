/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roster.h - who the numbers in events are
 *
 * Filled in once before a run, and the same until its end; texts live as long.
 */
#ifndef HPN_OUTPUT_ROSTER_H
#define HPN_OUTPUT_ROSTER_H

#include <stdint.h>

struct roster {
	uint32_t jobs;
	unsigned workers;    /* how many may run at once, to begin with */
	const char *verb;    /* "pull" */
	const char *runtime; /* "podman"; "" where hpn does it itself */
	int64_t start_ns;    /* of the run: monotonic, and as the clock on the wall */
	int64_t start_wall_ns;
	const char *traceparent; /* W3C text of the run's own span; NULL: none */
	const char *(*name)(void *ctx, uint32_t job);
	uint32_t (*lane_of)(void *ctx, uint32_t job);
	const char *(*lane)(void *ctx, uint32_t lane);               /* a host; "" for none */
	const char *(*step)(void *ctx, uint32_t job, unsigned step); /* "tag" */
	/* How long it took in earlier runs; 0: not known. NULL: none is. */
	int64_t (*usual_ns)(void *ctx, uint32_t job);
	void *ctx;
};

#endif
