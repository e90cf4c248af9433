/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jobsfile.h - the file of -j FILE, read again in mid-run when it has changed
 *
 * A listener of the run's events (base/event.h).
 */
#ifndef HPN_APP_JOBSFILE_H
#define HPN_APP_JOBSFILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "app/run.h"

struct jobsfile {
	const char *path;
	struct run *run;
	struct stat seen;
	int64_t next_ns;
};

/* `run` need not have begun. What the file holds by now is known already. */
void jobsfile_init(struct jobsfile *f, const char *path, struct run *run);

void jobsfile_event(void *f, const struct event *ev);
int64_t jobsfile_tick(void *f, int64_t now_ns);

#endif
