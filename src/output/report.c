/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "output/clean.h"

/* Of each job little is kept, for there may be thousands. */
#define TAIL_BYTES ((size_t)2048)
#define FAILED_BYTES ((size_t)1000)
#define FAILED_LINES 20
#define OK_BYTES ((size_t)250)
#define OK_LINES 4
#define SHA256_DIGITS 64

void report_init(struct report *r, const struct run_info *info, const struct ledger *ledger)
{
	*r = (struct report){ .info = info, .ledger = ledger };
	r->texts = mem_array(info->jobs, sizeof(*r->texts));
}

static void drop_texts(struct report_texts *t)
{
	free(t->lines);
	free(t->digest);
	free(t->id);
	*t = (struct report_texts){ 0 };
}

void report_release(struct report *r)
{
	for (uint32_t i = 0; r->texts && i < r->info->jobs; i++)
		drop_texts(&r->texts[i]);
	for (unsigned i = 0; i < r->n_tails; i++)
		buf_release(&r->tails[i]);
	free(r->texts);
	free(r->tails);
	*r = (struct report){ 0 };
}

static struct buf *tail_of(struct report *r, unsigned slot)
{
	if (slot >= r->n_tails) {
		r->tails = mem_grow(r->tails, slot + 1, sizeof(*r->tails));
		while (r->n_tails <= slot)
			r->tails[r->n_tails++] = (struct buf)BUF_INIT;
	}
	return &r->tails[slot];
}

static void on_output(struct report *r, const struct event *ev)
{
	struct buf *tail = tail_of(r, ev->slot);
	size_t len = ev->len < TAIL_BYTES ? ev->len : TAIL_BYTES;

	buf_add(tail, ev->data + ev->len - len, len);
	if (tail->len > 2 * TAIL_BYTES)
		buf_eat(tail, tail->len - TAIL_BYTES);
}

/* Where the last lines begin: that many, in that many bytes. */
static const char *last_lines(const char *text, size_t len, unsigned lines, size_t bytes)
{
	const char *from = text + len;

	while (from > text && (size_t)(text + len - from) < bytes) {
		if (from[-1] == '\n' && from < text + len && !--lines)
			break;
		from--;
	}
	if (from > text && from[-1] != '\n') { /* a line that is cut is left out */
		const char *nl = memchr(from, '\n', (size_t)(text + len - from));

		from = nl ? nl + 1 : from;
	}
	while (from < text + len && ((unsigned char)*from & 0xc0) == 0x80)
		from++;
	return from;
}

/* "sha256:" and its digits, when the text is that. */
static char *sha256_of(const char *text)
{
	struct buf b = BUF_INIT;
	size_t n = 0;

	while (n < SHA256_DIGITS && isxdigit((unsigned char)text[n]))
		n++;
	if (n < SHA256_DIGITS || isalnum((unsigned char)text[n]))
		return NULL;
	buf_adds(&b, "sha256:");
	buf_add(&b, text, n);
	return buf_detach(&b);
}

/* docker says "Digest: sha256:..." of a pull, "latest: digest: ..." of a push */
static char *find_digest(const char *text)
{
	static const char mark[] = "igest: sha256:";
	const char *at = strstr(text, mark);

	return at ? sha256_of(at + strlen(mark)) : NULL;
}

/* podman's last line is the id; docker has "Loaded image ID: sha256:..." */
static char *find_id(const char *text)
{
	const char *last = strrchr(text, '\n'), *mark;

	last = last ? last + 1 : text;
	mark = strstr(last, "ID: sha256:");
	if (mark)
		return sha256_of(mark + strlen("ID: sha256:"));
	return sha256_of(strncmp(last, "sha256:", 7) ? last : last + 7);
}

static void on_end(struct report *r, const struct event *ev)
{
	struct report_texts *t = &r->texts[ev->job];
	struct buf *tail = tail_of(r, ev->slot), text = BUF_INIT;
	bool ok = ev->result == RESULT_OK;
	struct clean c = { 0 };
	const char *from;

	drop_texts(t);
	clean_add(&c, buf_str(tail), tail->len, &text);
	clean_end(&c, &text);
	buf_reset(tail);
	while (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (text.len) {
		t->digest = find_digest(text.data);
		t->id = find_id(text.data);
		from = last_lines(text.data, text.len, ok ? OK_LINES : FAILED_LINES,
				  ok ? OK_BYTES : FAILED_BYTES);
		t->lines = mem_strdup(from);
	}
	buf_release(&text);
}

void report_event(void *ctx, const struct event *ev)
{
	struct report *r = ctx;

	if (ev->kind == EVENT_ATTEMPT)
		buf_reset(tail_of(r, ev->slot));
	else if (ev->kind == EVENT_OUTPUT)
		on_output(r, ev);
	else if (ev->kind == EVENT_END)
		on_end(r, ev);
}
