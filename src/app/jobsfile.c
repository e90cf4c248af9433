/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/jobsfile.h"

#include <stdbool.h>

#include "base/clock.h"
#include "config/jobs.h"

void jobsfile_init(struct jobsfile *f, const char *path, struct run *run)
{
	*f = (struct jobsfile){ .path = path, .run = run };
	(void)stat(path, &f->seen);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* A file that is gone, or is just being written, changes nothing; one with
 * something else in it neither, but that is said. */
static void look(struct jobsfile *f)
{
	struct stat now;
	struct err err;
	unsigned workers;

	if (stat(f->path, &now) < 0 || !now.st_size || is_same(&now, &f->seen))
		return;
	f->seen = now;
	if (jobs_read(f->path, jobs_cores(), &workers, &err))
		run_complain(f->run, "Warning: -j: %s\n", err.text);
	else
		run_set_workers(f->run, workers);
}

/* After each job at once, for a file that says how to go on is often written
 * between two. */
void jobsfile_event(void *ctx, const struct event *ev)
{
	struct jobsfile *f = ctx;

	if (ev->kind == EVENT_FINISH)
		f->next_ns = 0;
}

int64_t jobsfile_tick(void *ctx, int64_t now_ns)
{
	struct jobsfile *f = ctx;

	if (now_ns >= f->next_ns) {
		look(f);
		f->next_ns = now_ns + NS_PER_S;
	}
	return f->next_ns;
}
