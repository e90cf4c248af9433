/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * estimate.h - how long a run will still take
 *
 * In worker-seconds: each image that is not over needs what is known of it,
 * else what the others needed on average; the workers share that. No end comes
 * before that of the image that needs longest.
 */
#ifndef HPN_OUTPUT_ESTIMATE_H
#define HPN_OUTPUT_ESTIMATE_H

#include <stdint.h>

struct estimate {
	unsigned workers;
	uint32_t over; /* images that are over and took time, and how much */
	int64_t over_ns;
	uint32_t waiting;  /* images nothing is known of, not begun */
	int64_t known_ns;  /* what is known of the others that are not begun */
	uint32_t running;  /* those added by estimate_running() */
	uint32_t unsure;   /* of them, those of which nothing is known */
	int64_t unsure_ns; /* how long those have run */
	int64_t running_ns, longest_ns;
};

/* An image that runs: for how long, and how much of it is done. total -1: that
 * is not known, and usual_ns (how long it should take in all, or -1) counts. */
void estimate_running(struct estimate *e, int64_t ran_ns, int64_t done, int64_t total,
		      int64_t usual_ns);

int64_t estimate_left_ns(const struct estimate *e); /* -1: no idea */

#endif
