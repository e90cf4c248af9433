/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Format into the struct; a text that does not fit ends in "...". */
HPN_PRINTF(2, 0)
static void fill(struct err *err, const char *fmt, va_list ap)
{
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);

	if (n >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

int err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, fmt, ap);
	va_end(ap);
	return -1;
}

static void append(struct err *err, const char *more)
{
	size_t len = strlen(err->text);

	snprintf(err->text + len, sizeof(err->text) - len, ": %s", more);
}

int err_sys(struct err *err, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, fmt, ap);
	va_end(ap);
	append(err, strerror(errnum));
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	struct err inner;
	va_list ap;

	if (!err)
		return -1;
	inner = *err;
	va_start(ap, fmt);
	fill(err, fmt, ap);
	va_end(ap);
	append(err, inner.text);
	return -1;
}
