/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/traceparent.h"

#include <stdio.h>
#include <string.h>

/* A field of hex digits in lower case, which are not all zero unless they may
 * be; and what stands behind it. */
static int take(const char **at, char *ret, size_t len, int may_be_zero, char behind)
{
	if (strspn(*at, "0123456789abcdef") != len)
		return -1;
	if (!may_be_zero && strspn(*at, "0") >= len)
		return -1;
	memcpy(ret, *at, len);
	ret[len] = '\0';
	*at += len;
	if (**at != behind)
		return -1;
	*at += behind != '\0';
	return 0;
}

int traceparent_read(const char *text, struct traceparent *ret)
{
	char version[3];

	if (!text || take(&text, version, 2, 1, '-') || !strcmp(version, "ff") ||
	    take(&text, ret->trace, 32, 0, '-') || take(&text, ret->span, 16, 0, '-'))
		return -1;
	/* a later version may have more fields */
	return take(&text, ret->flags, 2, 1,
		    strcmp(version, "00") && text[0] && text[1] ? text[2] : '\0');
}

void traceparent_write(const struct traceparent *t, char ret_text[TRACEPARENT_LEN + 1])
{
	snprintf(ret_text, TRACEPARENT_LEN + 1, "00-%.32s-%.16s-%.2s", t->trace, t->span, t->flags);
}
