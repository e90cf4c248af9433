/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlpjson.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void begin_attribute(struct buf *b, const char *key)
{
	if (*key == ',')
		buf_addc(b, *key++);
	buf_addc(b, '{');
	json_pair(b, "key", key);
	buf_adds(b, ",\"value\":{");
}

void otlp_text(struct buf *b, const char *key, const char *value)
{
	begin_attribute(b, key);
	json_pair(b, "stringValue", value);
	buf_adds(b, "}}");
}

void otlp_number(struct buf *b, const char *key, int64_t n)
{
	begin_attribute(b, key);
	buf_addf(b, "\"intValue\":\"%" PRId64 "\"}}", n);
}

void otlp_real(struct buf *b, const char *key, double n)
{
	begin_attribute(b, key);
	buf_addf(b, "\"doubleValue\":%.6f}}", n);
}

void otlp_time(struct buf *b, const char *key, int64_t wall_ns)
{
	buf_addf(b, "\"%s\":\"%" PRId64 "\"", key, wall_ns);
}

void otlp_scope(struct buf *b)
{
	buf_adds(b, "\"scope\":{\"name\":\"hpn\",\"version\":\"" PACKAGE_VERSION "\"}");
}

const char *otlp_result(const struct recorded_job *j)
{
	if (j->end_ns < 0)
		return "not ended";
	return j->how == HOW_OK ? "ok" : j->how == HOW_FAILED ? "failed" : "cancelled";
}

void otlp_decode(struct buf *b, const char *s, size_t len)
{
	char digits[3] = "";

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%' || i + 2 >= len || !isxdigit((unsigned char)s[i + 1]) ||
		    !isxdigit((unsigned char)s[i + 2])) {
			buf_addc(b, s[i]);
			continue;
		}
		memcpy(digits, s + i + 1, 2);
		buf_addc(b, (char)strtol(digits, NULL, 16));
		i += 2;
	}
}

/* KEY=VALUE of OTEL_RESOURCE_ATTRIBUTES; the service's name is told apart. */
static void add_given(struct buf *b, const struct otlp *o, struct buf *service)
{
	const char *at = o->attributes;
	struct buf key = BUF_INIT, value = BUF_INIT;

	while (*at) {
		size_t len = strcspn(at, ","), k = strcspn(at, "=,");

		while (k && *at == ' ')
			at++, k--, len--;
		buf_reset(&key);
		buf_reset(&value);
		otlp_decode(&key, at, k);
		if (k < len)
			otlp_decode(&value, at + k + 1, len - k - 1);
		if (k < len && !strcmp(buf_str(&key), "service.name")) {
			buf_reset(service);
			buf_adds(service, buf_str(&value));
		} else if (k && k < len && strcmp(buf_str(&key), "service.version") != 0) {
			buf_addc(b, ',');
			otlp_text(b, buf_str(&key), buf_str(&value));
		}
		at += len + (at[len] == ',');
	}
	buf_release(&key);
	buf_release(&value);
}

void otlp_resource(struct buf *b, const struct otlp *o)
{
	struct buf service = BUF_INIT;

	buf_adds(&service, "hpn");
	buf_adds(b, "\"resource\":{\"attributes\":[");
	otlp_text(b, "service.version", o->s->hpn);
	add_given(b, o, &service);
	otlp_text(b, ",service.name", *o->service ? o->service : buf_str(&service));
	buf_adds(b, "]}");
	buf_release(&service);
}
