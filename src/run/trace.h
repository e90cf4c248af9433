/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace.h - the run as a part of a distributed trace
 *
 * On when somebody gets to see it: an OTLP endpoint in the environment, or
 * --otlp. The trace is that of TRACEPARENT, else a new one; each attempt has a
 * span of its own, which its child gets as TRACEPARENT. When it is off children
 * inherit TRACEPARENT as they inherit all else.
 */
#ifndef HPN_RUN_TRACE_H
#define HPN_RUN_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/traceparent.h"

struct trace {
	bool on;
	bool posts;                          /* there is an endpoint */
	char run[TRACEPARENT_LEN + 1];       /* the run's own span */
	struct traceparent child;            /* the attempt's that was begun last */
	char variable[TRACEPARENT_LEN + 16]; /* that, as "TRACEPARENT=..." */
	uint64_t dice;
	char **env;
};

/* file: --otlp names one to write to. */
void trace_init(struct trace *t, bool file);
void trace_release(struct trace *t);

/* The environment of the next attempt, made of the one for all; the same until
 * the next call. */
char *const *trace_next(struct trace *t, char *const *env);

/* How long posting may take: OTEL_EXPORTER_OTLP_TIMEOUT, else 10 seconds. */
int64_t trace_timeout_ns(void);

#endif
