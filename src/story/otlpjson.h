/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * otlpjson.h - what spans and metrics of OTLP/JSON are made of
 */
#ifndef HPN_STORY_OTLPJSON_H
#define HPN_STORY_OTLPJSON_H

#include "story/otlp.h"

/* `"resource":{...}` and `"scope":{...}` */
void otlp_resource(struct buf *b, const struct otlp *o);
void otlp_scope(struct buf *b);

/* `"KEY":"N"`, since 1970 */
void otlp_time(struct buf *b, const char *key, int64_t wall_ns);

/* One attribute; a key that begins with a comma is not the first. */
void otlp_text(struct buf *b, const char *key, const char *value);
void otlp_number(struct buf *b, const char *key, int64_t n);
void otlp_real(struct buf *b, const char *key, double n);

/* "ok", "failed", "cancelled", or "not ended" */
const char *otlp_result(const struct recorded_job *j);

#endif
