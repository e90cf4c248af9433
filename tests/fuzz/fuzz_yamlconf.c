/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a YAML configuration, given and found: it ends, what goes wrong
 * is said, and nothing of it can harm a terminal.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/print.h"
#include "config/yamlconf.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		HOLD(s[i] == '\n' || ((unsigned char)s[i] >= 0x20 && s[i] != 0x7f));
}

static void check_read(const uint8_t *data, size_t size, struct buf *foreign)
{
	struct cfg *c = cfg_new();
	struct buf out = BUF_INIT;
	struct err err = { "" };
	int rc = yamlconf_read(c, "f", (const char *)data, size, foreign, &err);

	HOLD(rc == 0 || (rc == -1 && !strncmp(err.text, "f:", 2)));
	HOLD(rc == 0 || !foreign || !foreign->len);
	check_text(err.text, strlen(err.text));
	for (size_t i = 0; i < cfg_warnings(c)->n; i++)
		check_text(cfg_warnings(c)->v[i], strlen(cfg_warnings(c)->v[i]));
	config_print(c, &out);
	check_text(buf_str(&out), out.len);
	buf_release(&out);
	cfg_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf foreign = BUF_INIT;

	check_read(data, size, NULL);
	check_read(data, size, &foreign);
	buf_release(&foreign);
	return 0;
}
