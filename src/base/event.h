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
	EVENT_START,   /* the job's first attempt begins */
	EVENT_ATTEMPT, /* a child was started: step, attempt, argv */
	EVENT_OUTPUT,  /* a child wrote: stream, data, len (raw bytes) */
	EVENT_NOTE,    /* one line about the job: data, len */
	EVENT_WAIT,    /* will be tried again: wait_ns, data (why) */
	EVENT_FINISH,  /* result; data: reason, "" when all is well */
};

enum event_result { RESULT_OK, RESULT_FAILED, RESULT_CANCELLED };

struct event {
	enum event_kind kind;
	uint32_t job;     /* place in the list, from 0 */
	unsigned step;    /* from 0 */
	unsigned attempt; /* from 1 */
	int64_t at_ns;    /* monotonic */
	int stream;       /* 0: standard output, 1: standard error */
	const char *data;
	size_t len;
	char *const *argv;
	int64_t wait_ns;
	enum event_result result;
};

#endif
