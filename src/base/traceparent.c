/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/traceparent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A field of hex digits in lower case, which are not all zero unless they may
 * be; and what follows it. */
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

int traceparent_sample(struct traceparent *t, int is_new, const char *sampler, const char *arg)
{
	static const char based[] = "parentbased_";
	double id = (double)strtoull(t->trace + 16, NULL, 16) / 0x1p64, ratio = 1;
	int asks_parent = !strncmp(sampler, based, sizeof(based) - 1);
	const char *how = asks_parent ? sampler + sizeof(based) - 1 : sampler;
	unsigned long flags = strtoul(t->flags, NULL, 16);
	char *end = NULL;

	if (!strcmp(how, "always_off"))
		ratio = 0;
	else if (!strcmp(how, "traceidratio") && *arg)
		ratio = strtod(arg, &end);
	else if (strcmp(how, "always_on") != 0 && strcmp(how, "traceidratio") != 0)
		return *sampler ? -1 : 0;
	if ((end && *end) || !(ratio >= 0 && ratio <= 1))
		return -1;
	if (asks_parent && !is_new)
		return 0;
	flags = ratio >= 1 || id < ratio ? flags | 1 : flags & ~1UL;
	snprintf(t->flags, sizeof(t->flags), "%02x", (unsigned)flags & 0xff);
	return 0;
}

void traceparent_write(const struct traceparent *t, char ret_text[TRACEPARENT_LEN + 1])
{
	snprintf(ret_text, TRACEPARENT_LEN + 1, "00-%.32s-%.16s-%.2s", t->trace, t->span, t->flags);
}
