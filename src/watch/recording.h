/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recording.h - events that are kept for the end of the run
 *
 * For --timeline and OTLP: the events, without what children wrote, go to a
 * file without a name; at the end hpn-timeline and hpn-otlp get it as their
 * standard input. What goes wrong with that is warned about, and never the
 * run's failure.
 */
#ifndef HPN_WATCH_RECORDING_H
#define HPN_WATCH_RECORDING_H

#include "console/console.h"
#include "run/trace.h"
#include "output/events.h"

struct recording {
	int fd; /* 0: nothing is recorded */
	struct sink *sink;
	struct events *events;
};

/* Begin, when the options or the environment ask for it. */
void recording_open(struct recording *r, const struct cfg *cfg, const struct trace *trace,
		    const struct run_info *info, const struct ledger *ledger);

/* For struct listener; ctx is the struct recording. */
void recording_event(void *ctx, const struct event *ev);

/* The run has ended so: draw it and send it. */
void recording_close(struct recording *r, struct console *s, const struct cfg *cfg,
		     const struct trace *trace, int status);

#endif
