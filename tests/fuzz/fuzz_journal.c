/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a journal: only whole lines are believed, and what is printed of
 * them is read back as the same. The sums are made right first, or nothing
 * would get past them.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "state/journal.h"

#define HOLD(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_raw(const char *text, size_t len)
{
	struct journal_log log = { 0 };
	struct err err = { "" };
	int rc = journal_parse(&log, "f", text, len, &err);

	HOLD(!rc == !err.text[0]);
	HOLD(log.good_bytes <= len);
	HOLD(!log.good_bytes || text[log.good_bytes - 1] == '\n');
	HOLD(rc || !memchr(text + log.good_bytes, '\n', len - log.good_bytes));
	journal_log_release(&log);
}

/* Each line of the text with the sum that it has to have. */
static void add_sums(const char *text, size_t len, struct buf *b)
{
	uint64_t sum = 0;

	while (len) {
		const char *nl = memchr(text, '\n', len);
		size_t line = nl ? (size_t)(nl - text) : len;
		struct buf summed = BUF_INIT;

		buf_addf(&summed, "%016" PRIx64, sum);
		buf_add(&summed, text, line);
		sum = name_map_hash(buf_str(&summed), summed.len);
		buf_addf(b, "%016" PRIx64, sum);
		buf_add(b, text, line);
		buf_addc(b, '\n');
		buf_release(&summed);
		len -= line + (nl != NULL);
		text += line + (nl != NULL);
	}
}

static void print_again(const struct journal_log *log)
{
	struct buf b = BUF_INIT;
	struct journal_log again = { 0 };
	uint64_t sum;

	journal_print_head(&log->head, &sum, &b);
	for (uint32_t i = 0; i < log->n; i++)
		if (log->entry[i].verb)
			journal_print_ok(&log->entry[i], &sum, &b);
	HOLD(!journal_parse(&again, "f", buf_str(&b), b.len, NULL));
	HOLD(again.sum == sum && again.head.words.n == log->head.words.n);
	for (uint32_t i = 0; i < again.n; i++) {
		const struct journal_entry *e = &again.entry[i];
		const struct journal_entry *was = journal_find(log, e->verb, e->name);

		HOLD(was && was->bytes == e->bytes && was->mtime_ns == e->mtime_ns);
		HOLD(!strcmp(was->target, e->target) && !strcmp(was->id, e->id));
	}
	journal_log_release(&again);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_log log = { 0 };
	struct buf b = BUF_INIT;

	if (!size)
		return 0;
	read_raw((const char *)data, size);
	add_sums((const char *)data, size, &b);
	if (!journal_parse(&log, "f", buf_str(&b), b.len, NULL) && log.head.verbs)
		print_again(&log);
	journal_log_release(&log);
	buf_release(&b);
	return 0;
}
