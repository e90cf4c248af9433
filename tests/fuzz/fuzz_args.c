/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any command line, a word a line: what is read holds to the table, and what
 * goes wrong is said in one line that can harm no terminal.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/args.h"
#include "config/jobs.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void split(const char *s, size_t len, struct strvec *ret)
{
	while (len) {
		const char *nl = memchr(s, '\n', len);
		size_t n = nl ? (size_t)(nl - s) : len;

		strvec_pushn(ret, s, n);
		n += nl != NULL;
		s += n;
		len -= n;
	}
}

static void check_error(const struct err *err)
{
	HOLD(*err->text);
	for (const char *p = err->text; *p; p++)
		HOLD((unsigned char)*p >= 0x20 && *p != 0x7f);
}

static void check_values(const struct cfg *c)
{
	HOLD(cfg_workers(c) >= 1 && cfg_workers(c) <= JOBS_MOST);
	/* below zero it is a share: --timeout 300% */
	HOLD(cfg_duration_ns(c, OPT_TIMEOUT) != 0 && cfg_duration_ns(c, OPT_KILL_AFTER) > 0);
	HOLD(cfg_int(c, OPT_RETRIES) >= 1 && cfg_int(c, OPT_RETRIES) <= 10);
	HOLD(strstr("ordered grouped lines none", cfg_str(c, OPT_OUTPUT)));
	for (unsigned i = 0; i < OPT_COUNT; i++)
		HOLD(cfg_str(c, (enum opt)i) && cfg_list(c, (enum opt)i) &&
		     cfg_source(c, (enum opt)i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *const no_words[] = { NULL };
	struct strvec argv = STRVEC_INIT;
	struct args args = ARGS_INIT;
	struct cfg *c = cfg_new();
	struct err err = { "" };

	split((const char *)data, size, &argv);
	if (args_parse(argv.n ? argv.v : no_words, c, &args, &err)) {
		check_error(&err);
	} else {
		check_values(c);
		if (usage_check(&args, c, &err)) {
			check_error(&err);
		} else {
			HOLD(args.verb != VERB_NONE);
			HOLD(usage_mode(args.verb, c) >= 1 && usage_mode(args.verb, c) <= 3);
			HOLD(usage_lists(&args, c) != NULL);
		}
	}
	args_release(&args);
	cfg_free(c);
	strvec_release(&argv);
	return 0;
}
