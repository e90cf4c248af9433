/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logdir.h - a log for each image, in a directory
 *
 * For each child: its command line as a shell would read it, what it wrote, as
 * it came, and a line that begins with "hpn: " with its end and its times.
 * Files are open only while their child runs.
 */
#ifndef HPN_OUTPUT_LOGDIR_H
#define HPN_OUTPUT_LOGDIR_H

#include "base/err.h"
#include "base/event.h"
#include "output/ledger.h"

struct logdir;

/* Make the directory, and those on the way to it. */
struct logdir *logdir_new(const char *path, struct err *err);

/* Before the first event. file[] has the name of each job's log. What is given
 * here lives longer; the ledger hears each event first. */
void logdir_begin(struct logdir *d, const struct run_info *info, const struct ledger *ledger,
		  const char *const *file);

/* For struct listener; ctx is the struct logdir. */
void logdir_event(void *ctx, const struct event *ev);

/* -1 with a text where something could not be written. Frees. */
int logdir_close(struct logdir *d, struct err *err);

#endif
