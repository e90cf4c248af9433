/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as what a runtime wrote. The first line is a letter for the verb, a
 * letter for the runtime, and the name of the image, target or file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/classify.h"
#include "runtime/store.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *s)
{
	size_t len = strlen(s);

	HOLD(len && len <= CLASSIFY_MAX_LINE + 5);
	for (size_t i = 0; i < len; i++)
		HOLD((unsigned char)s[i] >= 0x20 && s[i] != 0x7f);
}

static void check_one(const struct runtimes *all, unsigned verb, unsigned runtime,
		      const char *about, const char *text, size_t len)
{
	struct failure f = { .rt = all->v[runtime % all->n],
			     .verb = verb % RT_VERBS,
			     .text = text,
			     .text_len = len,
			     .status = 1 << 8,
			     .image = about,
			     .target = about,
			     .file = about };
	struct verdict v;

	classify(&f, &v);
	check_line(v.line);
	if (v.hint)
		check_line(v.hint);
	HOLD(v.class < ERR_MATCHED || v.class == ERR_UNKNOWN);
	HOLD(v.retry_after_ns >= -1 && v.retry_after_ns <= 24 * 3600 * NS_PER_S);
	verdict_release(&v);
	f.timed_out = true;
	classify(&f, &v);
	HOLD(v.class == ERR_TIMEOUT);
	verdict_release(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rt_search nowhere;
	const char *s = (const char *)data, *nl = size ? memchr(s, '\n', size) : NULL;
	static struct runtimes all; /* for all inputs: expressions take long to compile */
	struct err err = { "" };
	char *about;

	if (!nl || nl - s < 2)
		return 0;
	HOLD(all.n || !runtimes_load(&nowhere, &all, &err));
	about = mem_strndup(s + 2, (size_t)(nl - s - 2));
	check_one(&all, data[0], data[1], about, nl + 1, size - (size_t)(nl - s) - 1);
	free(about);
	return 0;
}
