/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event.h - what happens in a run, as one stream
 *
 * The pool and the plan produce events; everything that a person or a program
 * gets to see of a run is a consumer of them. Pointers in an event are valid
 * only during the call.
 */
#ifndef HPN_BASE_EVENT_H
#define HPN_BASE_EVENT_H

#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_START,    /* the job's first attempt begins */
	EVENT_ATTEMPT,  /* a child was started: step, attempt, slot, argv */
	EVENT_OUTPUT,   /* a child wrote: stream, data, len (raw bytes) */
	EVENT_NOTE,     /* one line about the job: data, len; with a class: not of its text */
	EVENT_PROGRESS, /* how far its step is: bytes, total; data: doing what */
	EVENT_END,      /* that child is gone: result, cause, status, class, took_ns */
	EVENT_WAIT,     /* will be tried again: wait_ns, class, data (why) */
	EVENT_FINISH,   /* result; data: reason, "" when all is well */
	EVENT_LIMIT,    /* job is NO_JOB; lane or NO_LANE: workers, data: state, and
			 * wait_ns: how long it is held or broken; -1: for good */
	/* Of actions in a row, such as pull,save: step ends one, step begins the
	 * next. The first begins with EVENT_START, the last ends with _FINISH. */
	EVENT_STAGE_END,
	EVENT_STAGE_START,
	EVENT_WARNING, /* data: a line for the user, about the run; job is NO_JOB */
	/* What has answered before does not answer: lane, or NO_LANE for the engine.
	 * data: "begins" (wait_ns: waits so long at most; why), "ends" (took_ns) or
	 * "given up" (took_ns); job is NO_JOB. */
	EVENT_OUTAGE,
};

enum event_result { RESULT_OK, RESULT_FAILED, RESULT_CANCELLED };

/* How an attempt came to its end. */
enum cause {
	CAUSE_EXITED,    /* of itself: see status */
	CAUSE_TIMED_OUT, /* hpn ended it; status says nothing */
	CAUSE_STOPPED,   /* cancelled; status says nothing */
	CAUSE_UNSTARTED, /* it never ran */
	CAUSE_SKIPPED,   /* the step had nothing to run */
};

/* "ok", "failed", "timeout" or "stopped": how an attempt ended. */
const char *event_end_word(enum cause cause, enum event_result result);

const char *event_result_word(enum event_result result);

/* What the child itself said by its end: exit status or signal; -1 for none. */
int event_exit(enum cause cause, int status);
int event_signal(enum cause cause, int status);

/* The forms of a verb: "Pulling", "pulled", "pull". */
struct verb_forms {
	const char *doing, *done, *verb;
};

#define NO_JOB UINT32_MAX
#define NO_LANE UINT32_MAX

struct event {
	enum event_kind kind;
	uint32_t job;     /* place in the list, from 0 */
	uint32_t lane;    /* the job's */
	unsigned step;    /* from 0 */
	unsigned attempt; /* from 1 */
	unsigned slot;    /* of the worker, from 0 */
	int64_t at_ns;    /* monotonic */
	int stream;       /* 0: standard output, 1: standard error */
	const char *data;
	size_t len;
	char *const *argv;
	const char *span; /* of an attempt that is traced, 16 hex digits; else NULL */
	int64_t wait_ns;
	enum event_result result;
	enum cause cause;
	int status;        /* as of waitpid(); -1 if somebody else took it */
	const char *class; /* of a failure, such as "transient"; else NULL */
	int64_t took_ns;
	int64_t bytes, total; /* -1: not known */
	unsigned parts;       /* layers that are done, where those are counted */
	unsigned of_parts;    /* and that are known of; 0: they are not */
	unsigned workers;     /* how many may run; UINT_MAX: no limit of its own */
	/* What the event is about; filled in once, before listeners get the event.
	 * NULL with NO_JOB; lane_name is NULL with NO_LANE. These texts, unlike
	 * `why`, live as long as the run. */
	const char *name;               /* of the item, as it may be shown */
	const char *subject;            /* what the step is done to: the item, or an
					 * image that came out of the item's file */
	const struct verb_forms *words; /* of the verb that the step belongs to */
	const char *step_name;          /* "pull", "tag", "verify" */
	const char *lane_name;          /* the host of the registry; "" for none */
	const char *why;                /* EVENT_LIMIT "broken", EVENT_OUTAGE "begins":
					 * the reason, or NULL */
};

/* Who wants to know. */
struct listener {
	void (*event)(void *ctx, const struct event *ev);
	/* Time has passed. Returns when to call again, or -1: after the next
	 * event. NULL: never. */
	int64_t (*tick)(void *ctx, int64_t now_ns);
	void *ctx;
};

#endif
