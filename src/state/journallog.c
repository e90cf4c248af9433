/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format of a journal: lines out of words, and back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "state/journal.h"
#include "base/mem.h"
#include "base/parse.h"

#define FORMAT "hpn-journal"
#define FORMAT_VERSION 1
#define SUM_DIGITS 16
#define MOST_ENTRIES 10000000u

/* ---- writing ---- */

static void add_word(struct buf *b, const char *s)
{
	buf_addc(b, ' ');
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == '%' || *s == 0x7f)
			buf_addf(b, "%%%02x", (unsigned)(unsigned char)*s);
		else
			buf_addc(b, *s);
}

static uint64_t sum_of(uint64_t before, const char *words, size_t len)
{
	struct buf b = BUF_INIT;
	uint64_t sum;

	buf_addf(&b, "%016" PRIx64, before);
	buf_add(&b, words, len);
	sum = name_map_hash(buf_str(&b), b.len);
	buf_release(&b);
	return sum;
}

/* The words are in `line`, each with a blank before it. */
static void seal(struct buf *line, uint64_t *sum, struct buf *b)
{
	*sum = sum_of(*sum, buf_str(line), line->len);
	buf_addf(b, "%016" PRIx64 "%s\n", *sum, buf_str(line));
	buf_release(line);
}

void journal_print_head(const struct journal_head *head, uint64_t *sum, struct buf *b)
{
	struct buf line = BUF_INIT;

	*sum = 0;
	buf_addf(&line, " " FORMAT " %d", FORMAT_VERSION);
	add_word(&line, head->verbs);
	add_word(&line, head->runtime);
	add_word(&line, head->platform);
	add_word(&line, head->cwd);
	for (size_t i = 0; i < head->words.n; i++)
		add_word(&line, head->words.v[i]);
	seal(&line, sum, b);
}

void journal_print_ok(const struct journal_entry *e, uint64_t *sum, struct buf *b)
{
	struct buf line = BUF_INIT;

	buf_adds(&line, " ok");
	add_word(&line, e->verb);
	add_word(&line, e->name);
	add_word(&line, e->target);
	buf_addf(&line, " %" PRId64 " %" PRId64, e->bytes, e->mtime_ns);
	add_word(&line, e->id);
	seal(&line, sum, b);
}

void journal_print_failed(const char *verb, const char *name, uint64_t *sum, struct buf *b)
{
	struct buf line = BUF_INIT;

	buf_adds(&line, " failed");
	add_word(&line, verb);
	add_word(&line, name);
	seal(&line, sum, b);
}

/* ---- reading ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(const char *s, size_t len, struct buf *b)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = i + 2 < len ? hex(s[i + 1]) : -1;
			int low = high >= 0 ? hex(s[i + 2]) : -1;

			if (low < 0 || !(high || low))
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		} else if ((unsigned char)c <= ' ' || c == 0x7f) {
			return -1;
		}
		buf_addc(b, c);
	}
	return 0;
}

/* The words behind the sum; each has one blank before it, and may be empty. */
static int split(const char *s, size_t len, struct strvec *words)
{
	size_t at = 0;
	int rc = 0;

	while (!rc && at < len) {
		struct buf b = BUF_INIT;
		const char *end;

		if (s[at++] != ' ')
			return -1;
		end = memchr(s + at, ' ', len - at);
		rc = decode(s + at, end ? (size_t)(end - s) - at : len - at, &b);
		strvec_push(words, buf_str(&b));
		buf_release(&b);
		at = end ? (size_t)(end - s) : len;
	}
	return rc;
}

static const char *keep(struct journal_log *log, const char *s)
{
	return arena_copy(&log->texts, s, strlen(s));
}

static int take_head(struct journal_log *log, const struct strvec *w, struct err *err)
{
	int64_t version;

	if (w->n < 2 || strcmp(w->v[0], FORMAT) != 0 || parse_int(w->v[1], &version))
		return err_set(err, "this is no journal of hpn's");
	if (version > FORMAT_VERSION)
		return err_set(err, "a newer hpn wrote this; resume with that one");
	if (w->n < 6)
		return err_set(err, "the line is too short");
	log->head.verbs = keep(log, w->v[2]);
	log->head.runtime = keep(log, w->v[3]);
	log->head.platform = keep(log, w->v[4]);
	log->head.cwd = keep(log, w->v[5]);
	for (size_t i = 6; i < w->n; i++)
		strvec_push(&log->head.words, w->v[i]);
	return 0;
}

static void stage_key(struct buf *b, const char *verb, const char *name)
{
	buf_addf(b, "%s %s", verb, name);
}

/* The place of this item in `failed`, made if need be. */
static uint32_t failed_place(struct journal_log *log, const char *name)
{
	uint32_t place = log->n_failed, earlier;

	if (!name_map_add(&log->failed, name, strlen(name), place, &earlier))
		return earlier;
	log->verb_failed = mem_grow(log->verb_failed, place + 1, sizeof(*log->verb_failed));
	log->verb_failed[log->n_failed++] = NULL;
	return place;
}

static int take_ok(struct journal_log *log, const struct strvec *w, struct err *err)
{
	struct journal_entry e = { 0 };
	uint32_t place = log->n, earlier;
	struct buf key = BUF_INIT;

	if (w->n != 7 || parse_int(w->v[4], &e.bytes) || parse_int(w->v[5], &e.mtime_ns) ||
	    log->n == MOST_ENTRIES)
		return err_set(err, "the line makes no sense");
	e.verb = keep(log, w->v[1]);
	e.name = keep(log, w->v[2]);
	e.target = keep(log, w->v[3]);
	e.id = keep(log, w->v[6]);
	stage_key(&key, e.verb, e.name);
	if (!name_map_add(&log->stages, buf_str(&key), key.len, place, &earlier)) {
		log->entry[earlier] = e;
	} else {
		log->entry = mem_grow(log->entry, log->n + 1, sizeof(*log->entry));
		log->entry[log->n++] = e;
	}
	buf_release(&key);
	place = name_map_find(&log->failed, e.name, strlen(e.name));
	if (place != NAME_MAP_NONE && log->verb_failed[place] &&
	    !strcmp(log->verb_failed[place], e.verb))
		log->verb_failed[place] = NULL;
	return 0;
}

static int take_failed(struct journal_log *log, const struct strvec *w, struct err *err)
{
	struct buf key = BUF_INIT;
	uint32_t place;

	if (w->n != 3)
		return err_set(err, "the line makes no sense");
	place = failed_place(log, w->v[2]);
	log->verb_failed[place] = keep(log, w->v[1]);
	stage_key(&key, w->v[1], w->v[2]);
	place = name_map_find(&log->stages, buf_str(&key), key.len);
	if (place != NAME_MAP_NONE)
		log->entry[place].verb = NULL;
	buf_release(&key);
	return 0;
}

static int take_words(struct journal_log *log, const struct strvec *w, struct err *err)
{
	if (!log->head.verbs)
		return take_head(log, w, err);
	if (w->n && !strcmp(w->v[0], "ok"))
		return take_ok(log, w, err);
	if (w->n && !strcmp(w->v[0], "failed"))
		return take_failed(log, w, err);
	return err_set(err, "the line makes no sense");
}

static int read_sum(const char *s, size_t len, uint64_t *ret)
{
	*ret = 0;
	if (len < SUM_DIGITS)
		return -1;
	for (int i = 0; i < SUM_DIGITS; i++) {
		if (hex(s[i]) < 0)
			return -1;
		*ret = *ret << 4 | (uint64_t)hex(s[i]);
	}
	return 0;
}

static int take_line(struct journal_log *log, const char *s, size_t len, struct err *err)
{
	struct strvec words = STRVEC_INIT;
	uint64_t sum;
	int rc;

	if (read_sum(s, len, &sum) || split(s + SUM_DIGITS, len - SUM_DIGITS, &words))
		rc = err_set(err, log->head.verbs ? "the line is damaged"
						  : "this is no journal of hpn's");
	else if (sum != sum_of(log->sum, s + SUM_DIGITS, len - SUM_DIGITS))
		rc = err_set(err, "the line was changed, or one before it is missing");
	else
		rc = take_words(log, &words, err);
	strvec_release(&words);
	log->sum = sum;
	return rc;
}

int journal_parse(struct journal_log *log, const char *file, const char *text, size_t len,
		  struct err *err)
{
	unsigned line = 1;
	const char *nl;

	while ((nl = memchr(text + log->good_bytes, '\n', len - log->good_bytes))) {
		const char *s = text + log->good_bytes;

		if (take_line(log, s, (size_t)(nl - s), err))
			return err_wrap(err, "%s:%u", file, line);
		log->good_bytes = (size_t)(nl - text) + 1;
		line++;
	}
	return 0;
}

void journal_log_release(struct journal_log *log)
{
	strvec_release(&log->head.words);
	name_map_release(&log->stages);
	name_map_release(&log->failed);
	arena_release(&log->texts);
	free(log->entry);
	free(log->verb_failed);
	*log = (struct journal_log){ 0 };
}

const struct journal_entry *journal_find(const struct journal_log *log, const char *verb,
					 const char *name)
{
	struct buf key = BUF_INIT;
	uint32_t place;

	stage_key(&key, verb, name);
	place = name_map_find(&log->stages, buf_str(&key), key.len);
	buf_release(&key);
	return place != NAME_MAP_NONE && log->entry[place].verb ? &log->entry[place] : NULL;
}

bool journal_has_failed(const struct journal_log *log, const char *name)
{
	uint32_t place = name_map_find(&log->failed, name, strlen(name));

	return place != NAME_MAP_NONE && log->verb_failed[place];
}
