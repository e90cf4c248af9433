/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story/otlpjson.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

json_t *otlp_string(const char *s)
{
	json_t *string = json_string(s);
	struct buf b = BUF_INIT;

	if (string)
		return string;
	json_text(&b, s, strlen(s));
	string = json_loadb(b.data, b.len, JSON_DECODE_ANY, NULL);
	buf_release(&b);
	return string;
}

json_t *otlp_int64(int64_t n)
{
	return json_sprintf("%" PRId64, n);
}

static void add(json_t *attributes, const char *key, const char *kind, json_t *value)
{
	json_array_append_new(attributes, json_pack("{s:o, s:{s:o}}", "key", otlp_string(key),
						    "value", kind, value));
}

void otlp_text(json_t *attributes, const char *key, const char *value)
{
	add(attributes, key, "stringValue", otlp_string(value));
}

void otlp_number(json_t *attributes, const char *key, int64_t n)
{
	add(attributes, key, "intValue", otlp_int64(n));
}

void otlp_real(json_t *attributes, const char *key, double n)
{
	add(attributes, key, "doubleValue", json_real(n));
}

const char *otlp_result(const struct recorded_job *j)
{
	if (j->end_ns < 0)
		return "not ended";
	return j->how == HOW_OK ? "ok" : j->how == HOW_FAILED ? "failed" : "cancelled";
}

/* "a%20b" is "a b". */
static void decode(struct buf *b, const char *s, size_t len)
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

const char *otlp_pair(const char *list, struct buf *key, struct buf *value)
{
	size_t len, k;

	while (*list) {
		list += strspn(list, " ");
		len = strcspn(list, ",");
		k = strcspn(list, "=,");
		buf_reset(key);
		buf_reset(value);
		decode(key, list, k);
		if (k < len)
			decode(value, list + k + 1, len - k - 1);
		list += len + (list[len] == ',');
		if (k && k < len)
			return list;
	}
	return NULL;
}

/* Of OTEL_RESOURCE_ATTRIBUTES all but those that hpn sets itself. */
static json_t *make_resource(const struct otlp *o)
{
	json_t *attributes = json_array();
	struct buf key = BUF_INIT, value = BUF_INIT, service = BUF_INIT;

	buf_adds(&service, "hpn");
	otlp_text(attributes, "service.version", o->run->hpn);
	for (const char *at = o->attributes; (at = otlp_pair(at, &key, &value));)
		if (!strcmp(buf_str(&key), "service.name")) {
			buf_reset(&service);
			buf_adds(&service, buf_str(&value));
		} else if (strcmp(buf_str(&key), "service.version") != 0) {
			otlp_text(attributes, buf_str(&key), buf_str(&value));
		}
	otlp_text(attributes, "service.name", *o->service ? o->service : buf_str(&service));
	buf_release(&key);
	buf_release(&value);
	buf_release(&service);
	return json_pack("{s:o}", "attributes", attributes);
}

int otlp_send(const struct otlp *o, const char *outer, const char *middle, const char *inner,
	      json_t *items, int (*send)(void *ctx, const char *message), void *ctx)
{
	json_t *message = json_pack("{s:[{s:o, s:[{s:{s:s, s:s}, s:O}]}]}", outer, "resource",
				    make_resource(o), middle, "scope", "name", "hpn", "version",
				    PACKAGE_VERSION, inner, items);
	char *text = json_dumps(message, JSON_COMPACT);
	int rc = send(ctx, text);

	free(text);
	json_decref(message);
	return rc;
}
