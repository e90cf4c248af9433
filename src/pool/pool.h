/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool.h - run many jobs, a few of them at a time
 *
 * A job is a number and a sequence of steps. Each step is one child process.
 * What a job means is the client's affair: the pool hands the client one act
 * after the other, and the client answers each of them. The pool prints nothing;
 * it tells what happens as events, through the one callback `emit`.
 *
 *	p = pool_new(); pool_add() for each job, in the order of starting;
 *	for (;;) {
 *		while (pool_next(p, &act))
 *			switch (act.kind) {
 *			case ACT_PREPARE: pool_run(), pool_skip() or pool_refuse(); break;
 *			case ACT_OVERDUE: pool_extend(); break;
 *			case ACT_ENDED:   pool_judge(); break;
 *			}
 *		if (pool_is_over(p))
 *			break;
 *		loop_turn(loop, at most one second while children run);
 *	}
 *	pool_free(p);
 *
 * The signals of signals.h must be open: the pool takes SIGCHLD itself.
 */
#ifndef HPN_POOL_POOL_H
#define HPN_POOL_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "base/strvec.h"
#include "pool/jobserver.h"
#include "pool/queue.h"
#include "proc/guard.h"
#include "proc/loop.h"

/* A command, filled in by the client as its answer to ACT_PREPARE. */
struct pool_task {
	const char *path;
	struct strvec argv;
	char *const *envp;  /* NULL: the environment of hpn; the client keeps it */
	int64_t timeout_ns; /* after so long comes ACT_OVERDUE; 0: never */
	int in_fd;          /* its standard input, 3 or above; 0: /dev/null */
	const char *span;   /* for EVENT_ATTEMPT; the client keeps it */
};

/* An attempt that is still running. Its times leave out how long the machine
 * slept and how long hpn was stopped. */
struct pool_look {
	uint32_t job;
	unsigned step;
	unsigned attempt;
	int64_t took_ns;
	int64_t quiet_ns; /* since the child last wrote something */
};

/* An attempt that has come to its end. */
struct pool_attempt {
	uint32_t job;
	unsigned step;    /* from 0 */
	unsigned attempt; /* of this step, from 1 */
	enum cause cause;
	int status;       /* as of waitpid(); -1 if another part of the process took it */
	const char *text; /* standard error, or why the child was not started */
	int spawn_errno;  /* CAUSE_UNSTARTED: the error of the system; 0: pool_refuse() */
	int64_t took_ns;  /* leaves out sleep and stops, as in struct pool_look */
};

enum pool_act_kind {
	ACT_PREPARE, /* job and step: which command is to run? */
	ACT_OVERDUE, /* look: the timeout has passed; how much more time does it get? */
	ACT_ENDED,   /* ended: what follows from this end? */
};

struct pool_act {
	enum pool_act_kind kind;
	uint32_t job;
	unsigned step;
	struct pool_look look;     /* ACT_OVERDUE */
	struct pool_attempt ended; /* ACT_ENDED; ended.text is valid until the answer */
};

/* POOL_STEP: this step is done, another one follows. POOL_RETRY: the same step
 * again after delay_ns. The other three end the job. */
enum pool_next { POOL_STEP, POOL_DONE, POOL_FAIL, POOL_RETRY, POOL_GIVE_UP };

/* All pointers may be NULL, and need to live only during pool_judge(). */
struct pool_verdict {
	enum pool_next next;
	uint32_t lane;           /* POOL_STEP: the lane of the next step */
	enum work_class class;   /* POOL_STEP: the kind of work of the next step */
	int64_t delay_ns;        /* POOL_RETRY */
	bool throttled;          /* the lane is to slow down */
	int64_t hold_ns;         /* the lane starts nothing for so long, as the registry asked */
	enum reach reach;        /* for the breaker of the lane */
	const char *lane_reason; /* REACH_NO and REACH_NOT_YET: the complete reason with which
				  * the jobs of this lane fail when the lane is given up.
				  * REACH_NO_ENGINE: what the engine's client said */
	bool did;                /* at least one step of the job started a child */
	const char *error_class; /* the class of the failure, for the events */
	const char *reason;      /* for EVENT_FINISH and EVENT_WAIT */
	int64_t bytes;           /* one last EVENT_PROGRESS: all these bytes are there; 0: none */
	const char *note;        /* one or more lines; becomes an EVENT_NOTE */
};

struct pool_limits {
	unsigned workers; /* 1 or more */
	unsigned of_class[WORK_CLASSES];
	int64_t grace_ns;               /* between SIGTERM and SIGKILL */
	struct jobserver *jobserver;    /* of make, or NULL; lives longer than the pool */
	struct guard *guard;            /* or NULL; lives longer than the pool */
	bool finds_level;               /* start with `workers`, then find a better number */
	unsigned ceiling[WORK_CLASSES]; /* finds_level: the most that each class may reach */
	const char *proc; /* "/proc": look there how busy the machine is; NULL: do not look */
	unsigned cores;
	unsigned most; /* as far as pool_set_workers() may go; 0: no further than workers */
	const struct breaker_rules *lanes; /* for the first n_lanes lanes; other lanes have none */
	uint32_t n_lanes;
	struct breaker_rules engine; /* patience_ns and cooldown_ns; see queue_set_engine() */
};

struct pool;

struct pool *pool_new(struct loop *loop, uint32_t jobs, const struct pool_limits *limits,
		      void (*emit)(void *ctx, const struct event *ev), void *emit_ctx);
void pool_free(struct pool *p); /* only when no child runs any more */

/* The lane and the kind of work are those of the first step. */
void pool_add(struct pool *p, uint32_t job, uint32_t lane, enum work_class class);

/* Jobs added from now on start only where none of the jobs before them can. */
void pool_bar(struct pool *p);

/*
 * The next thing that needs an answer; false: nothing now, turn the loop. This
 * looks at the children (once a turn, and only after a SIGCHLD or when a second
 * has passed), fires the deadlines of the loop that are due, hands out the
 * attempts that have ended, and then starts what may be started. Nothing starts
 * while the pool is paused.
 *
 * Each act gets exactly one of the answers below. Between an act and its answer
 * no other function of the pool may be called that changes something.
 */
bool pool_next(struct pool *p, struct pool_act *ret);

/* ACT_PREPARE: start this command. The pool takes the strings out of task->argv,
 * and leaves it empty. */
void pool_run(struct pool *p, struct pool_task *task);
void pool_skip(struct pool *p);                    /* ACT_PREPARE: there is nothing to run */
void pool_refuse(struct pool *p, const char *why); /* ACT_PREPARE: the job fails */

/* ACT_OVERDUE: ask again after so long; 0 ends the attempt. */
void pool_extend(struct pool *p, int64_t more_ns);

/*
 * ACT_ENDED. Events come in this order: EVENT_END; EVENT_PROGRESS and EVENT_NOTE
 * if the verdict has bytes and a note; EVENT_WAIT or EVENT_FINISH. After
 * POOL_STEP there is neither of the last two: what marks the end of a stage is
 * emitted by the client when pool_judge() has returned, and comes before every
 * event of the next step. An attempt that was cancelled is judged too, so that
 * the client can clean up; the verdict then counts as POOL_GIVE_UP. An attempt that
 * an outage has cost counts as POOL_RETRY, and its job has as many left as before.
 * An engine that is given up ends the run, as pool_finish_running() does.
 */
void pool_judge(struct pool *p, const struct pool_verdict *v);

bool pool_is_over(const struct pool *p);
unsigned pool_running(const struct pool *p);

/* From now on so many children at once, from 1 to limits.most, or 0: the pool finds
 * its own level again. Children that run above the new number go on to their end.
 * Each change of the number is an EVENT_LIMIT, also when the pool made it. */
void pool_set_workers(struct pool *p, unsigned workers);
unsigned pool_workers(const struct pool *p);

/* Start nothing more: jobs that wait are cancelled, children that run go on. */
void pool_finish_running(struct pool *p);
void pool_cancel(struct pool *p); /* the same, and end the children with SIGTERM */
void pool_kill(struct pool *p);   /* the same, and end the children with SIGKILL */

/* Stop all children and start none, until pool_resume(), which moves the
 * deadlines of the loop by the time that has passed. */
void pool_pause(struct pool *p);
void pool_resume(struct pool *p, int64_t paused_ns);

#endif
