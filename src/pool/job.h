/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job.h - what a job does next: a table of states and events
 *
 * Pure: no clock, no process, no memory. pool.c carries out the actions that the
 * table names.
 *
 *           START           EXIT          (verdict)
 *   QUEUED -------> RUNNING -----> JUDGING -------> DONE, FAILED, CANCELLED
 *     ^               | DUE, CANCEL  ^    \
 *     |               v              |     `-> WAITING (RETRY), QUEUED (NEXT)
 *     |            STOPPING --EXIT---+
 *     |               | DUE, KILL    |
 *     |               v              |
 *     |            KILLING ---EXIT---+     EXIT with an open pipe goes through
 *     +---DUE--- WAITING             |     DRAINING, for one second at most
 */
#ifndef HPN_POOL_JOB_H
#define HPN_POOL_JOB_H

enum job_state {
	JOB_QUEUED,   /* waits for a slot */
	JOB_RUNNING,  /* its child runs */
	JOB_STOPPING, /* SIGTERM was sent */
	JOB_KILLING,  /* SIGKILL was sent */
	JOB_DRAINING, /* the child has ended, but another process still holds its pipe */
	JOB_JUDGING,  /* the child is reaped; the client will say what follows */
	JOB_WAITING,  /* will be tried again later; holds no slot until then */
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELLED,
	JOB_STATES
};

enum job_event {
	JOB_EV_START,       /* a slot was free, and the child was started */
	JOB_EV_REFUSED,     /* a slot was free, but no child could be started */
	JOB_EV_EXIT,        /* the child ended, a pipe is still open */
	JOB_EV_EXIT_SILENT, /* the child ended, the pipes are at their end */
	JOB_EV_SILENT,      /* the pipes came to their end */
	JOB_EV_DUE,         /* the deadline of the state has passed */
	JOB_EV_CANCEL,      /* end the job with SIGTERM */
	JOB_EV_KILL,        /* end the job with SIGKILL */
	JOB_EV_NEXT,        /* verdict: the step is done, go on with the next */
	JOB_EV_DONE,        /* verdict: the job is done */
	JOB_EV_FAIL,        /* verdict, or the lane is given up: the job failed for good */
	JOB_EV_RETRY,       /* verdict: try the step again, later */
	JOB_EV_GIVE_UP,     /* verdict: the job was cancelled */
	JOB_EVENTS
};

enum job_action {
	JOB_ARM_TIMEOUT = 1 << 0,
	JOB_ARM_GRACE = 1 << 1,
	JOB_ARM_DRAIN = 1 << 2,
	JOB_ARM_RETRY = 1 << 3,
	JOB_DISARM = 1 << 4,
	JOB_BLAME_TIMEOUT = 1 << 5, /* note why the child is stopped */
	JOB_BLAME_CANCEL = 1 << 6,
	JOB_SEND_TERM = 1 << 7,
	JOB_SEND_KILL = 1 << 8,
	JOB_SWEEP = 1 << 9, /* kill what is left of the child's process group */
	JOB_REAP = 1 << 10,
	JOB_JUDGE = 1 << 11,
	JOB_RELEASE = 1 << 12, /* give the slot back */
	JOB_QUEUE = 1 << 13,
	JOB_FINISH = 1 << 14, /* emit EVENT_FINISH */
	JOB_NEVER = 1 << 15,  /* cannot happen; a bug if it does */
};

struct job_move {
	enum job_state next;
	unsigned actions;
};

/* What follows when `event` happens in `state`. Each pair has an answer. */
struct job_move job_step(enum job_state state, enum job_event event);

/* The child of a job in this state has not been reaped. */
int job_has_child(enum job_state state);

/* Nothing will happen to a job in this state any more. */
int job_is_over(enum job_state state);

#endif
