/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA256SUMS from anywhere: what was read is written so that it reads back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sums.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct sums *s)
{
	struct sums again = SUMS_INIT;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = { "" };

	sums_write(s, &once);
	MUST(!sums_parse(&again, buf_str(&once), once.len, "again", &err));
	sums_write(&again, &twice);
	MUST(again.n == s->n && !strcmp(buf_str(&once), buf_str(&twice)));
	for (size_t i = 0; i < s->n; i++) {
		MUST(sums_is_hex(s->v[i].hex) && sums_find(&again, s->v[i].name));
		MUST(!i || strcmp(s->v[i - 1].name, s->v[i].name) < 0);
	}
	while (again.n)
		sums_drop(&again, again.v[0].name);
	sums_release(&again);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	struct sums s = SUMS_INIT;
	struct err err = { "" };

	buf_add(&text, data, size);
	if (sums_parse(&s, buf_str(&text), text.len, "SHA256SUMS", &err))
		MUST(err.text[0]);
	else
		check_again(&s);
	sums_release(&s);
	buf_release(&text);
	return 0;
}
