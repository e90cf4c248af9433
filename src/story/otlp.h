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
	const struct recorded_run *s;
	struct traceparent run; /* of the run's own span */
	char parent[17];        /* the span that it is below; "" for none */
	const char *state;      /* of the trace, as TRACESTATE; "" for none */
	const char *service;    /* OTEL_SERVICE_NAME; "": of the attributes, or hpn */
	const char *attributes; /* OTEL_RESOURCE_ATTRIBUTES: KEY=VALUE,... */
};

/*
 * Messages go to `send` one by one, each whole; when it returns anything but 0
 * there are no more, and that is returned. Spans take as many messages as it
 * needs, at least one.
 */
int otlp_spans(const struct otlp *o, int (*send)(void *ctx, const struct buf *message), void *ctx);
int otlp_metrics(const struct otlp *o, int (*send)(void *ctx, const struct buf *message),
		 void *ctx);

/* "a%20b" is "a b". Appended; the text ends after `len` bytes. */
void otlp_decode(struct buf *b, const char *s, size_t len);

#endif
