/* SPDX-License-Identifier: GPL-3.0-or-later */
/* -j FILE: the file is read again during the run when it has changed. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/jobs.h"
#include "watch/watcher.h"

struct jobs_file {
	const char *path;
	unsigned cores;
	struct control *control;
	struct tell *tell;
	struct stat seen;
	int64_t next_ns;
};

/* What the file holds by now is known already. */
static void *open_file(const struct watch_at *at, void *state)
{
	const struct settings *set = at->plan->set;
	struct jobs_file *f;

	(void)state;
	if (!*set->jobs_file)
		return NULL;
	f = mem_alloc(sizeof(*f));
	*f = (struct jobs_file){ .path = set->jobs_file,
				 .cores = set->cores,
				 .control = at->control,
				 .tell = at->tell };
	(void)stat(f->path, &f->seen);
	return f;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* A file that is gone, or is just being written, changes nothing; one with
 * something else in it changes nothing either, but that is said. */
static void look(struct jobs_file *f)
{
	struct buf line = BUF_INIT;
	struct stat now;
	struct err err;
	unsigned workers;

	if (stat(f->path, &now) < 0 || !now.st_size || is_same(&now, &f->seen))
		return;
	f->seen = now;
	if (jobs_read(f->path, f->cores, &workers, &err)) {
		buf_addf(&line, "-j: %s", err.text);
		tell_warning(f->tell, buf_str(&line));
	} else {
		f->control->set_workers = true;
		f->control->workers = workers;
	}
	buf_release(&line);
}

/* After each item at once: a file that says how to go on is often written between
 * two of them. */
static void event(void *state, const struct event *ev)
{
	struct jobs_file *f = state;

	if (ev->kind == EVENT_FINISH)
		f->next_ns = 0;
}

static int64_t tick(void *state, int64_t now_ns)
{
	struct jobs_file *f = state;

	if (now_ns >= f->next_ns) {
		f->next_ns = now_ns + NS_PER_S;
		look(f);
	}
	return f->next_ns;
}

static int close_file(void *state, const struct watch_end *end)
{
	free(state);
	return end->status;
}

const struct watcher watch_jobs_file = {
	.open = open_file, .event = event, .tick = tick, .close = close_file
};
