/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * estimate.h - how long a run will still take
 *
 * The rest of the run is played through: each image takes as long as is known of
 * it, else as long as one of those that are over did, and begins when the one
 * before it in its place has ended. Nothing here is random.
 */
#ifndef HPN_OUTPUT_ESTIMATE_H
#define HPN_OUTPUT_ESTIMATE_H

#include <stdint.h>

#define ESTIMATE_SAMPLES 128
#define ESTIMATE_PLACES 256
#define ESTIMATE_KNOWN 512

struct estimate {
	uint32_t waiting; /* images that nothing is known of, not started */
	/* private from here */
	int64_t sample_ns[2 * ESTIMATE_SAMPLES];
	uint32_t n_samples;
	int64_t known_ns[ESTIMATE_KNOWN];
	uint32_t n_known;
	int64_t more_known_ns;            /* what does not fit */
	int64_t left_ns[ESTIMATE_PLACES]; /* of an image that is open; < 0: its age */
	uint32_t places;
};

/* How long an image has taken from its start to its end. */
void estimate_took(struct estimate *e, int64_t took_ns);

/* How long an image will take that is not started. */
void estimate_known(struct estimate *e, int64_t takes_ns);

/*
 * An image that is open: for how long, and how much of it is done. Where total
 * is -1, usual_ns counts, which is how long it should take in all. Where that is
 * -1, too, or over, nothing is known of it.
 */
void estimate_open(struct estimate *e, int64_t age_ns, int64_t done, int64_t total,
		   int64_t usual_ns);

/* Once, after all that is known was told. -1: no idea. */
int64_t estimate_left_ns(struct estimate *e);

#endif
