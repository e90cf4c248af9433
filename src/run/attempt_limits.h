/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attempt_limits.h - how long an attempt may take, and be silent
 *
 * Pure: the pool's client asks it, with times that leave out what the machine
 * slept. Pulls are compared with pulls, and saves with saves: that is the kind. A limit may be a
 * share of the median of the attempts that went well; it holds as soon as ATTEMPT_FEW did, and
 * until then the default does.
 *
 *   1. attempt_limits_init()
 *   2. attempt_limits_begin() for each attempt: when to look for the first time
 *   3. attempt_limits_look() until it says 0: end it, and attempt_limits_why() says why
 *   4. attempt_limits_did() for each attempt that went well
 */
#ifndef HPN_RUN_ATTEMPT_LIMITS_H
#define HPN_RUN_ATTEMPT_LIMITS_H

#include <stdbool.h>

#include "base/buf.h"
#include "pool/pool.h"

#define ATTEMPT_FEW 3u
#define ATTEMPT_KINDS 16u
#define ATTEMPT_SAMPLE 101u /* the last so many decide the median */

struct attempt_rules {
	int64_t timeout_ns; /* or, with a share, until there is a median */
	unsigned percent;   /* of the median; 0: timeout_ns holds */
	int64_t stall_ns;   /* 0: none */
};

struct sample {
	int64_t took_ns[ATTEMPT_SAMPLE];
	unsigned n;    /* up to ATTEMPT_SAMPLE */
	unsigned next; /* the oldest, to be replaced */
	int64_t median_ns;
	bool known; /* median_ns is of what is there */
};

struct waiting;

struct attempt_limits {
	struct attempt_rules limits;
	struct sample of_kind[ATTEMPT_KINDS];
	struct waiting *job;
};

void attempt_limits_init(struct attempt_limits *p, const struct attempt_rules *limits,
			 uint32_t jobs);
void attempt_limits_release(struct attempt_limits *p);

int64_t attempt_limits_begin(struct attempt_limits *p, uint32_t job);

/*
 * In how long to look again, or 0. bytes is how much it has written so far, -1
 * where nobody knows; usual_ns how long this image took earlier, or 0.
 * ret_slow: it takes much longer than others, which is said once.
 */
int64_t attempt_limits_look(struct attempt_limits *p, unsigned kind, const struct pool_look *look,
			    int64_t bytes, int64_t usual_ns, bool *ret_slow);

void attempt_limits_did(struct attempt_limits *p, unsigned kind, int64_t took_ns);

/* Of the attempts of this kind; 0 while there are too few. */
int64_t attempt_limits_median_ns(struct attempt_limits *p, unsigned kind);

/* Append "timed out after 30 s" or "stalled: nothing for 60 s". */
void attempt_limits_why(const struct attempt_limits *p, uint32_t job, struct buf *b);

/* It was ended for its silence. */
bool attempt_limits_stalled(const struct attempt_limits *p, uint32_t job);

#endif
