/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/threshold.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"

static int read_failures(char *value, struct threshold *ret)
{
	size_t len = strlen(value);

	if (len && value[len - 1] == '%') {
		ret->kind = THRESHOLD_SHARE;
		value[len - 1] = '\0';
	}
	if (parse_int(value, &ret->limit) || ret->limit < 1)
		return -1;
	return ret->kind == THRESHOLD_SHARE && ret->limit > 100 ? -1 : 0;
}

static int read_time(const char *value, struct threshold *ret)
{
	return parse_duration(value, &ret->limit) || ret->limit <= 0 ? -1 : 0;
}

/* name is "p95", value "60s" */
static int read_named(const char *name, char *value, struct threshold *ret)
{
	int64_t percent;

	if (!strcmp(name, "failures"))
		return read_failures(value, ret);
	if (!strcmp(name, "stalled")) {
		ret->kind = THRESHOLD_STALLED;
		return read_time(value, ret);
	}
	if (name[0] != 'p' || parse_int(name + 1, &percent) || percent < 1 || percent > 99)
		return -1;
	ret->kind = THRESHOLD_TIMES;
	ret->percent = (unsigned)percent;
	return read_time(value, ret);
}

static int refuse(const char *text, size_t len, struct err *err)
{
	return err_set(err,
		       "'%.*s' is none; give failures=N, failures=N%%, p95=TIME or"
		       " stalled=TIME, and :fail after it for status 1",
		       (int)(len < 100 ? len : 100), text);
}

int threshold_read(const char *text, size_t len, struct threshold *ret, struct err *err)
{
	char copy[sizeof(ret->text)], *value, *colon;

	*ret = (struct threshold){ .kind = THRESHOLD_FAILURES };
	if (len >= sizeof(copy))
		return refuse(text, len, err);
	memcpy(ret->text, text, len);
	memcpy(copy, ret->text, sizeof(copy));
	colon = strchr(copy, ':');
	if (colon && !strcmp(colon, ":fail")) {
		*colon = '\0';
		ret->fail = true;
	}
	value = strchr(copy, '=');
	if (!value)
		return refuse(text, len, err);
	*value = '\0';
	return read_named(copy, value + 1, ret) ? refuse(text, len, err) : 0;
}

int threshold_add(const char *text, struct threshold **list, size_t *n, struct err *err)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		struct threshold t;

		if (threshold_read(text, len, &t, err))
			return -1;
		if (list) {
			*list = mem_grow(*list, *n + 1, sizeof(**list));
			(*list)[(*n)++] = t;
		}
		if (!text[len])
			return 0;
		text += len + 1;
	}
}
