/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * otlpjson.h - what spans and metrics of OTLP/JSON are made of
 *
 * What is returned is a new reference. Text may hold any bytes: those that are
 * not UTF-8 become U+FFFD.
 */
#ifndef HPN_STORY_OTLPJSON_H
#define HPN_STORY_OTLPJSON_H

#include <jansson.h>

#include "story/otlp.h"

json_t *otlp_string(const char *s);
json_t *otlp_int64(int64_t n); /* as text */

/* Append an attribute to an array. */
void otlp_text(json_t *attributes, const char *key, const char *value);
void otlp_number(json_t *attributes, const char *key, int64_t n);
void otlp_real(json_t *attributes, const char *key, double n);

/* "ok", "failed", "cancelled", or "not ended" */
const char *otlp_result(const struct recorded_job *j);

/*
 * Send one message, {"resourceSpans": ...} or {"resourceMetrics": ...}, with the
 * run's resource and scope around `items`, which are called "spans" or
 * "metrics". Returns what `send` does.
 */
int otlp_send(const struct otlp *o, const char *outer, const char *middle, const char *inner,
	      json_t *items, int (*send)(void *ctx, const char *message), void *ctx);

#endif
