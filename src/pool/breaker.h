/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * breaker.h - may one more job start in this lane?
 *
 * A lane has a breaker and a bucket of tokens. Both are pure: the time is an
 * argument.
 *
 * The bucket holds `starts` tokens. A start takes one token, which is back after
 * per_ns: no span of per_ns sees more starts than there are tokens, and that is
 * what the quota of a registry means. (A bucket that fills up evenly would let
 * nearly twice as many jobs start in the first span.)
 *
 * The breaker counts jobs in a row that failed for good without having reached
 * the other side. After `failures` of them it opens, and nothing starts for
 * cooldown_ns. Then it is half open: one job goes first, as a probe. When the
 * probe gets through, the breaker closes; when it does not, the breaker opens
 * again, for twice as long. In the end the lane is given up: at the third opening
 * in a row where no job has ever got through, and at the sixth where one has,
 * since what was there may come back.
 *
 * With patience_ns, what has answered before is waited for: this is an outage. The
 * breaker then opens at the first attempt that does not get through, and only a
 * probe closes it, since what else ends well may have begun before the outage. The
 * cool-downs double twice. After patience_ns, one last probe decides. No attempt
 * that does not get through during an outage counts for its job.
 */
#ifndef HPN_POOL_BREAKER_H
#define HPN_POOL_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_NEVER INT64_MAX

struct breaker_rules {
	unsigned workers; /* the most jobs at once; 0: the lane has no limit of its own */
	unsigned starts;  /* the tokens in the bucket; 0: any number of starts */
	int64_t per_ns;
	unsigned failures; /* 0: there is no breaker, but for outages */
	int64_t cooldown_ns;
	int64_t patience_ns; /* 0: an outage is nothing special; else cooldown_ns is over 0 */
};

/* Did an attempt reach the registry or the engine that it had to talk to? */
enum reach {
	REACH_UNKNOWN,
	REACH_YES,
	REACH_NOT_YET, /* no, but the job has more attempts */
	REACH_NO,
	/* of the engine alone; see queue_hear() */
	REACH_ENGINE,    /* it has answered */
	REACH_NO_ENGINE, /* it has not */
};

enum breaker_state {
	BREAKER_CLOSED,    /* jobs start, as far as the bucket has tokens */
	BREAKER_OPEN,      /* no job starts until the cool-down is over */
	BREAKER_HALF_OPEN, /* one job at a time starts, until one gets through */
	BREAKER_GIVEN_UP,  /* no job will ever start */
};

struct breaker {
	struct breaker_rules rules;
	int64_t *back_ns; /* a ring: when each token is back */
	unsigned oldest;  /* the token that will be back first */
	enum breaker_state state;
	unsigned failures; /* in a row, while the breaker is closed */
	unsigned openings; /* in a row, with no success between them */
	bool reached;      /* at least one attempt has got through */
	uint32_t probe;    /* the job that runs while the breaker is half open, or NO_JOB */
	int64_t until_ns;  /* the end of the cool-down */
	bool outage;       /* what has answered before does not answer any more */
	unsigned outages;  /* so far, with this one */
	int64_t since_ns;  /* when the last outage began */
	bool told;         /* for the pool: it has told of the outage */
};

void breaker_init(struct breaker *b, const struct breaker_rules *rules);
void breaker_release(struct breaker *b);

/* From when on a job may start, as things are; BREAKER_NEVER: not before another
 * job has ended. `token`: the job takes a token from the bucket. */
int64_t breaker_passes_ns(const struct breaker *b, bool token);

/* A job starts; only when breaker_passes_ns() says so. */
void breaker_start(struct breaker *b, uint32_t job, bool token, int64_t now_ns);

/* The job that was the last to take a token did not start after all. */
void breaker_refund(struct breaker *b);

/* An attempt of a job has ended. True: it does not count for the job, which waits for
 * another probe: it was the probe itself and did not get through, or there is an
 * outage. */
bool breaker_hear(struct breaker *b, uint32_t job, enum reach reach, int64_t now_ns);

#endif
