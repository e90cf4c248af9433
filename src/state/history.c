/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/history.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "image/ref.h"

#define LINE_BYTES 1024
#define LONGEST_NS (366 * 24 * 3600 * NS_PER_S)

/* ---- lines ---- */

static bool key_of(const char *name, struct buf *ret_key)
{
	struct ref ref;

	buf_reset(ret_key);
	if (!name || ref_parse(name, &ref, NULL))
		return false;
	ref_key(&ref, ret_key);
	return true;
}

/* Cuts the text, which ends with its line. */
static bool parse_line(char *text, struct history_line *ret)
{
	char *word[5], *rest = text;

	text[strcspn(text, "\n")] = '\0';
	for (size_t i = 0; i < 5; i++)
		word[i] = strsep(&rest, " ");
	if (!word[4] || rest || ref_parse(word[4], NULL, NULL) ||
	    parse_duration(word[2], &ret->took_ns) || ret->took_ns <= 0 ||
	    ret->took_ns > LONGEST_NS)
		return false;
	ret->verb = word[0];
	ret->runtime = word[1];
	ret->when = word[3];
	ret->image = word[4];
	return true;
}

/* It may be anything by now: no device is waited for, no link followed. */
static FILE *open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	f = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
	if (!f)
		close(fd);
	return f;
}

void history_each(const char *path, void (*take)(void *ctx, const struct history_line *l),
		  void *ctx)
{
	FILE *f = open_file(path);
	char text[LINE_BYTES];
	bool whole = true;

	for (unsigned n = 0; f && n < HISTORY_LINES && fgets(text, sizeof(text), f); n++) {
		bool begins = whole;
		struct history_line l;

		whole = strchr(text, '\n') != NULL;
		if (begins && whole && parse_line(text, &l))
			take(ctx, &l);
	}
	if (f)
		fclose(f);
}

/* ---- before and in the run ---- */

static bool is_own(const struct history *h, const struct history_line *l)
{
	return !strcmp(l->verb, h->verb) && !strcmp(l->runtime, h->runtime);
}

static void learn(void *ctx, const struct history_line *l)
{
	struct history *h = ctx;
	uint32_t job = name_map_find(&h->keys, l->image, strlen(l->image));
	int64_t *to;

	if (job == NAME_MAP_NONE)
		return;
	to = is_own(h, l) ? &h->known_ns[job] : &h->other_ns[job];
	if (!*to)
		*to = l->took_ns;
}

void history_read(struct history *h, const char *path, const char *verb, const char *runtime,
		  uint32_t n, const char *(*name)(const void *ctx, uint32_t job), const void *ctx)
{
	struct buf key = BUF_INIT;
	uint32_t earlier;

	*h = (struct history){ .verb = verb, .runtime = runtime, .n = n };
	h->key = mem_array(n, sizeof(*h->key));
	h->known_ns = mem_array(n, sizeof(*h->known_ns));
	h->other_ns = mem_array(n, sizeof(*h->other_ns));
	h->now_ns = mem_array(n, sizeof(*h->now_ns));
	for (uint32_t i = 0; i < n; i++)
		if (key_of(name(ctx, i), &key))
			h->key[i] = name_map_add(&h->keys, buf_str(&key), key.len, i, &earlier);
	history_each(path, learn, h);
	buf_release(&key);
}

/* The time of the attempts that did it: waits and failures tell nothing of the
 * image. */
void history_event(void *history, const struct event *ev)
{
	struct history *h = history;

	if (ev->kind == EVENT_END && ev->cause == CAUSE_EXITED && ev->status == 0)
		h->now_ns[ev->job] += ev->took_ns;
	else if (ev->kind == EVENT_FINISH && ev->result != RESULT_OK)
		h->now_ns[ev->job] = 0;
}

/* ---- after it ---- */

struct writing {
	const struct history *h;
	FILE *f;
	unsigned lines;
};

static void write_line(struct writing *w, const struct history_line *l)
{
	if (w->lines++ < HISTORY_LINES)
		fprintf(w->f, "%s %s %.3f %s %s\n", l->verb, l->runtime,
			(double)l->took_ns / NS_PER_S, l->when, l->image);
}

/* A pull of what was there already is quick, and says nothing of the next one
 * on an empty store: what was long is forgotten by halves only. */
static int64_t remembered_ns(const struct history *h, uint32_t job)
{
	int64_t half = h->known_ns[job] / 2, now = h->now_ns[job];

	return now > half ? now : half;
}

static void write_new(struct writing *w, uint32_t job, const char *when)
{
	struct history_line l = { .verb = w->h->verb,
				  .runtime = w->h->runtime,
				  .image = w->h->key[job],
				  .took_ns = remembered_ns(w->h, job),
				  .when = when };

	if (l.took_ns < NS_PER_MS)
		l.took_ns = NS_PER_MS;
	if (l.image && w->h->now_ns[job])
		write_line(w, &l);
}

static void keep(void *ctx, const struct history_line *l)
{
	struct writing *w = ctx;
	uint32_t job = is_own(w->h, l) ? name_map_find(&w->h->keys, l->image, strlen(l->image))
				       : NAME_MAP_NONE;

	if (job == NAME_MAP_NONE || !w->h->now_ns[job])
		write_line(w, l);
}

static bool write_all(struct writing *w, const char *old, int64_t wall_ns)
{
	time_t secs = (time_t)(wall_ns / NS_PER_S);
	struct tm utc;
	char when[32];

	if (!gmtime_r(&secs, &utc) || !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return false;
	for (uint32_t i = 0; i < w->h->n; i++)
		write_new(w, i, when);
	history_each(old, keep, w);
	return fflush(w->f) == 0 && !ferror(w->f);
}

/* Under another name first: a reader sees the old file or the new one. */
static void replace(const struct history *h, const char *path, int64_t wall_ns)
{
	struct buf temp = BUF_INIT;
	struct writing w = { .h = h };
	int fd;

	buf_addf(&temp, "%s.new", path);
	fd = open(buf_str(&temp), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	w.f = fd < 0 ? NULL : fdopen(fd, "w");
	if (w.f) {
		bool good = write_all(&w, path, wall_ns);

		if (fclose(w.f) || !good || rename(buf_str(&temp), path) < 0)
			unlink(buf_str(&temp));
	}
	buf_release(&temp);
}

static bool has_news(const struct history *h)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (h->now_ns[i] && h->key[i])
			return true;
	return false;
}

void history_write(const struct history *h, const char *path, int64_t wall_ns)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct buf lock = BUF_INIT;
	int fd = -1;

	if (has_news(h)) {
		buf_addf(&lock, "%s.lock", path);
		fd = open(buf_str(&lock), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			  0600);
	}
	if (fd >= 0 && fcntl(fd, F_SETLK, &whole) == 0)
		replace(h, path, wall_ns);
	if (fd >= 0)
		close(fd);
	buf_release(&lock);
}

void history_release(struct history *h)
{
	name_map_release(&h->keys);
	free(h->key);
	free(h->known_ns);
	free(h->other_ns);
	free(h->now_ns);
	*h = (struct history){ 0 };
}
