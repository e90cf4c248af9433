/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gate.h - may one more job start in this lane?
 *
 * A gate has a bucket and a breaker. Pure: no clock but the one passed in.
 *
 * The bucket holds `starts` tokens. A start takes one, and it is back per_ns
 * later: in no span of per_ns are there more starts than that, which is what a
 * registry's quota means. (One that fills up evenly would let nearly twice as
 * many through in the first span.)
 *
 * The breaker counts jobs in a row that failed for good without having reached
 * the other side. At `failures` it opens, and nothing starts for cooldown_ns;
 * then one job goes as a probe. When that gets through, all is as before; when
 * not, the breaker opens for twice as long. In the end the gate is given up: after the third
 * opening in a row where nothing has ever got through, after the sixth where
 * something has, since what was there may come back.
 */
#ifndef HPN_POOL_GATE_H
#define HPN_POOL_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define GATE_NEVER INT64_MAX

struct gate_rules {
	unsigned workers; /* at once; 0: no limit of the lane's own */
	unsigned starts;  /* 0: any number */
	int64_t per_ns;
	unsigned failures; /* 0: there is no breaker */
	int64_t cooldown_ns;
};

/* Did an attempt reach what it was to talk to? */
enum reach {
	REACH_UNKNOWN,
	REACH_YES,
	REACH_NOT_YET, /* no, but the job has more attempts */
	REACH_NO,
};

enum gate_state {
	GATE_OPEN,      /* jobs pass, as far as the bucket has tokens */
	GATE_BROKEN,    /* none passes until the cool-down is over */
	GATE_HALF_OPEN, /* one at a time, until it is known how it ends */
	GATE_GIVEN_UP,  /* none will pass */
};

struct gate {
	struct gate_rules rules;
	int64_t *back_ns; /* when each token is back, a ring */
	unsigned oldest;  /* the token that is back first */
	enum gate_state state;
	unsigned failures; /* in a row, while it is open */
	unsigned openings; /* of the breaker, in a row */
	bool reached;      /* some attempt has got through */
	uint32_t probe;    /* the job that runs while it is half open, or NO_JOB */
	int64_t until_ns;  /* the end of the cool-down */
};

void gate_init(struct gate *g, const struct gate_rules *rules);
void gate_release(struct gate *g);

/* When a job may start, as things are: now_ns or before: now. GATE_NEVER: not
 * before another one has ended. `token`: it takes one from the bucket. */
int64_t gate_opens_ns(const struct gate *g, bool token);

/* A job starts; only when gate_opens_ns() says so. */
void gate_start(struct gate *g, uint32_t job, bool token, int64_t now_ns);

/* The job that was the last to take a token did not start after all. */
void gate_refund(struct gate *g);

/* A job that was started has ended. True: it was the probe, and another one will
 * follow; that was no attempt of its own. */
bool gate_hear(struct gate *g, uint32_t job, enum reach reach, int64_t now_ns);

#endif
