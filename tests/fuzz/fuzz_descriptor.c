/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a descriptor: they are refused with a place, or what they make
 * can be run, and no value that is put in comes out as an option.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/argv.h"
#include "runtime/classify.h"
#include "runtime/descriptor.h"
#include "runtime/probe.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The value must be in one word, and must not begin it with '-'. */
static void check_argv(const struct runtime *rt, enum rt_verb verb)
{
	static const struct rt_call good = { "IMAGE", "TARGET", "FILE", "PLATFORM", "HOST", NULL };
	static const struct rt_call bad = { "-i", "-t", "-f", "-p", "-h", NULL };
	struct strvec argv = STRVEC_INIT;
	struct err err = { "" };

	if (!runtime_argv(rt, verb, &good, &argv, &err))
		HOLD(argv.n >= 2 && !argv.v[argv.n]);
	else
		HOLD(*err.text);
	if (!runtime_argv(rt, verb, &bad, &argv, &err))
		for (size_t i = 0; i < rt->verb[verb].argv.n; i++)
			HOLD(strncmp(rt->verb[verb].argv.v[i].text, "%{", 2) ||
			     rt->verb[verb].argv.v[i].n_when);
	strvec_release(&argv);
}

static void check_runtime(struct runtime *rt)
{
	static const char text[] = "Error: a b c 123 EOF: x\n429 \"q\\x41\"\n";
	const struct probe_end end = { .status = 1 << 8, .out = text, .err = text };
	struct failure f = { .rt = rt,
			     .text = text,
			     .text_len = sizeof(text) - 1,
			     .status = 1 << 8,
			     .image = "a",
			     .target = "b",
			     .file = "c" };
	struct strvec argv = STRVEC_INIT;
	struct probe p = { 0 };
	struct verdict v;

	rt->path = strdup("/p");
	for (int i = 0; i < RT_VERBS; i++) {
		if (rt->verb[i].given)
			check_argv(rt, (enum rt_verb)i);
		f.verb = (enum rt_verb)i;
		classify(&f, &v);
		HOLD(*v.line);
		verdict_release(&v);
	}
	probe_argv(rt, &argv);
	HOLD(argv.n == rt->probe.argv.n + 1);
	strvec_release(&argv);
	probe_judge(rt, &end, &p);
	HOLD(!p.there && *p.reason);
	probe_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	struct runtime *rt = descriptor_read("F", NULL, (const char *)data, size, true, &err);

	if (!rt) {
		HOLD(!strncmp(err.text, "F:", 2) && strchr("123456789", err.text[2]));
		return 0;
	}
	check_runtime(rt);
	runtime_free(rt);
	return 0;
}
