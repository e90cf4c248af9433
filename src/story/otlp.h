/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * otlp.h - a run as OpenTelemetry's spans and metrics, in OTLP/JSON
 *
 * Of protobuf's JSON mapping OTLP wants: keys in camelCase, ids in hex, 64-bit
 * integers as text, enums as numbers. The run is a span, below it each image,
 * below that each step, below that each attempt; a wait for another attempt is
 * an event of the step.
 */
#ifndef HPN_STORY_OTLP_H
#define HPN_STORY_OTLP_H

#include "base/buf.h"
#include "base/traceparent.h"
#include "story/recorded_run.h"

struct otlp {
	const struct recorded_run *run;
	struct traceparent trace; /* with the run's own span */
	char parent[17];          /* the span that it is below; "" for none */
	const char *state;        /* of the trace, as TRACESTATE; "" for none */
	const char *service;      /* OTEL_SERVICE_NAME; "": of the attributes, or hpn */
	const char *attributes;   /* OTEL_RESOURCE_ATTRIBUTES: KEY=VALUE,... */
};

/*
 * Each complete message is handed to `send`. When that returns anything but 0,
 * no more are made, and its answer is returned. Spans take as many messages as
 * they need, at least one; metrics are one message.
 */
int otlp_spans(const struct otlp *o, int (*send)(void *ctx, const char *message), void *ctx);
int otlp_metrics(const struct otlp *o, int (*send)(void *ctx, const char *message), void *ctx);

/*
 * The next KEY=VALUE of a list with commas, its %XX decoded, into the two
 * buffers. Returns where to go on; NULL: there was none.
 */
const char *otlp_pair(const char *list, struct buf *key, struct buf *value);

#endif
