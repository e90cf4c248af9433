/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool.h - many jobs, a few at a time
 *
 * A job is a number and a sequence of steps, each of them one child process.
 * What a job means is the client's affair: the pool asks it for the command
 * of a step, and afterwards what to make of the way the child ended. It
 * prints nothing; what happens goes to client->emit as events.
 *
 *   pool_new(); pool_add() for each job, in the order of starting;
 *   until pool_is_over(): pool_start(); loop_turn(); on SIGCHLD, and once a
 *   second, pool_reap(); deadlines_fire();
 *   pool_release().
 */
#ifndef HPN_POOL_POOL_H
#define HPN_POOL_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/event.h"
#include "base/strvec.h"
#include "pool/jobserver.h"
#include "pool/queue.h"
#include "proc/loop.h"

/* A command, filled in by the client; reset by the pool after use. */
struct pool_task {
	const char *path;
	struct strvec argv;
	char *const *envp;  /* NULL: hpn's own; kept by the client */
	int64_t timeout_ns; /* 0: none; see pool_client.overdue */
	int in_fd;          /* its standard input, at 3 or above; 0: /dev/null */
	const char *span;   /* for EVENT_ATTEMPT; kept by the client */
};

/* An attempt that runs, without the time that the machine slept or hpn was
 * stopped. */
struct pool_look {
	uint32_t job;
	unsigned step;
	unsigned attempt;
	int64_t took_ns;
	int64_t quiet_ns; /* since it last wrote something */
};

struct pool_attempt {
	uint32_t job;
	unsigned step;    /* from 0 */
	unsigned attempt; /* of this step, from 1 */
	enum cause cause;
	int status;       /* as of waitpid(); -1 if somebody else took it */
	const char *text; /* standard error, or why it was not started */
	int spawn_errno;  /* CAUSE_UNSTARTED: what the system said; 0: the client */
	int64_t took_ns;  /* without sleep and stops */
};

enum pool_next { POOL_STEP, POOL_DONE, POOL_FAIL, POOL_RETRY, POOL_GIVE_UP };

struct pool_verdict {
	enum pool_next next;
	int64_t delay_ns;   /* for POOL_RETRY */
	bool throttled;     /* its lane is to slow down */
	int64_t hold_ns;    /* and to start nothing for so long, as the registry says */
	enum reach reach;   /* for the lane's breaker */
	bool did;           /* a step had nothing to run, but another one had */
	const char *class;  /* of the failure, for the events; may be NULL */
	const char *reason; /* goes into the event; may be NULL */
};

enum pool_prepared { POOL_RUN, POOL_SKIP, POOL_REFUSE };

struct pool_client {
	void *ctx;
	enum work_class (*class_of)(void *ctx, uint32_t job, unsigned step);
	/* The command of a step; asked again for each attempt. POOL_SKIP:
	 * nothing to run. POOL_REFUSE: the job fails, err says why. */
	enum pool_prepared (*prepare)(void *ctx, uint32_t job, unsigned step,
				      struct pool_task *task, struct err *err);
	/* Also asked about attempts that were cancelled, to clean up; what it
	 * answers is then taken as POOL_GIVE_UP. */
	struct pool_verdict (*judge)(void *ctx, const struct pool_attempt *a);
	void (*emit)(void *emit_ctx, const struct event *ev);
	void *emit_ctx;
	/* The task's timeout_ns has passed: in how long to ask again, or 0 to end
	 * the attempt. NULL: it is ended. */
	int64_t (*overdue)(void *ctx, const struct pool_look *look);
	/* Why the jobs of a lane that is given up fail; valid until it is asked
	 * again. May be NULL where no lane has a breaker. */
	const char *(*given_up)(void *ctx, uint32_t lane);
	/* The lane of a step but the first. NULL: that of the job, always. */
	uint32_t (*lane_of)(void *ctx, uint32_t job, unsigned step);
};

struct pool_limits {
	unsigned workers; /* 1 or more */
	unsigned of_class[WORK_CLASSES];
	int64_t grace_ns;               /* between TERM and KILL */
	struct jobserver *jobserver;    /* of make, or NULL; lives longer than the pool */
	bool finds_level;               /* `workers` is where it starts; else it stays there */
	unsigned ceiling[WORK_CLASSES]; /* as far as each class may go by itself */
	const char *proc; /* where the machine tells how it is: "/proc"; NULL: do not look */
	unsigned cores;
	unsigned most; /* what pool_set_workers() may go up to; 0: no more than workers */
	const struct gate_rules *lanes; /* of the first n_lanes lanes; the others have none */
	uint32_t n_lanes;
};

struct pool;

struct pool *pool_new(struct loop *loop, uint32_t jobs, const struct pool_limits *limits,
		      const struct pool_client *client);
void pool_free(struct pool *p); /* only when it is over */

void pool_add(struct pool *p, uint32_t job, uint32_t lane);

/* Jobs added from now on start only where none of those before can. */
void pool_bar(struct pool *p);

void pool_start(struct pool *p); /* start what may be started */
void pool_reap(struct pool *p);  /* look at each child */

bool pool_is_over(const struct pool *p);
unsigned pool_running(const struct pool *p);

/* From now on so many at once, from 1 to limits.most, or 0: it is to find its own
 * level again. What runs above that goes on to its end. Each change, also of
 * itself, is an EVENT_LIMIT. */
void pool_set_workers(struct pool *p, unsigned workers);
unsigned pool_workers(const struct pool *p);

/* Start nothing more; what waits is cancelled, what runs goes on. */
void pool_finish_running(struct pool *p);
void pool_cancel(struct pool *p); /* also end what runs, politely */
void pool_kill(struct pool *p);   /* and at once */

/* Stop all children where they are, and let them go on; the deadlines move. */
void pool_pause(struct pool *p);
void pool_resume(struct pool *p, int64_t paused_ns);

#endif
