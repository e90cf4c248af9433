/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as an INI file: each value has its place and fits, an error names
 * its line, and what the configuration made of it can be printed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/iniread.h"
#include "config/iniconf.h"
#include "config/print.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	int line;
	int lines;
};

static int see_value(void *user, const struct ini_line *l, struct err *err)
{
	struct seen *s = user;

	HOLD(l->line > s->line && l->line <= s->lines);
	HOLD(strlen(l->name) <= INIREAD_MAX_NAME && *l->name);
	HOLD(strlen(l->section) <= INIREAD_MAX_SECTION);
	HOLD(strlen(l->value) < 200);
	s->line = l->line;
	return 0;
}

static int see_section(void *user, const struct ini_line *l, struct err *err)
{
	struct seen *s = user;

	HOLD(l->line > s->line && *l->section);
	HOLD(strlen(l->section) <= INIREAD_MAX_SECTION);
	s->line = l->line;
	return 0;
}

static void check_error(const char *text, int lines)
{
	char *end;
	long line;

	HOLD(!strncmp(text, "f:", 2));
	line = strtol(text + 2, &end, 10);
	HOLD(line >= 1 && line <= lines && !strncmp(end, ": ", 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ini_handler_ops ops = { .value = see_value, .section = see_section };
	struct seen seen = { 0, 1 };
	struct buf out = BUF_INIT;
	struct err err = { "" };
	struct cfg *c = cfg_new();

	for (size_t i = 0; i < size; i++)
		seen.lines += data[i] == '\n';
	if (ini_read("f", (const char *)data, size, &ops, &seen, &err))
		check_error(err.text, seen.lines);
	HOLD(!iniconf_read(c, "f", (const char *)data, size, &err));
	for (size_t i = 0; i < cfg_mistakes(c)->n; i++)
		check_error(cfg_mistakes(c)->v[i], seen.lines);
	config_print(c, &out);
	for (size_t i = 0; i < out.len; i++)
		HOLD(out.data[i] == '\n' || (unsigned char)out.data[i] >= 0x20);
	buf_release(&out);
	cfg_free(c);
	return 0;
}
