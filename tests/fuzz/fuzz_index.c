/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hpn-index.json from anywhere: it reads back, takes an archive in, and is told
 * in lines of which each can be understood alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/index.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(const json_t *index)
{
	struct buf b = BUF_INIT;

	index_lines(index, &b);
	for (const char *line = buf_str(&b); *line; line = strchr(line, '\n') + 1)
		MUST(!strncmp(line, "file ", 5) || !strncmp(line, "image ", 6) ||
		     !strncmp(line, "name ", 5));
	buf_release(&b);
}

static void check_again(const json_t *index)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = { "" };
	json_t *again;

	index_write(index, &once);
	again = index_parse(buf_str(&once), once.len, "again", &err);
	MUST(again);
	index_write(again, &twice);
	MUST(!strcmp(buf_str(&once), buf_str(&twice)));
	json_decref(again);
	buf_release(&once);
	buf_release(&twice);
}

static void put(json_t *index)
{
	static const char hex[] =
		"5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
	json_t *what = json_pack("{s:[{s:s,s:s,s:[s]}]}", "images", "id", "sha256:0", "platform",
				 "linux/arm64", "tags", "a:1");
	struct index_file f = { .name = "a.tar", .bytes = 7, .hex = hex, .what = what };

	MUST(what);
	index_put(index, &f);
	index_put(index, &f);
	json_decref(what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	json_t *index = index_parse((const char *)data, size, "hpn-index.json", &err);

	if (!index) {
		MUST(err.text[0]);
		return 0;
	}
	check_again(index);
	check_lines(index);
	put(index);
	check_again(index);
	json_decref(index);
	return 0;
}
