/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * events.h - the run as lines of JSON, for programs
 *
 * hpn-events(5) has each line and each key; what is there is a promise.
 */
#ifndef HPN_OUTPUT_EVENTS_H
#define HPN_OUTPUT_EVENTS_H

#include "base/event.h"
#include "output/ledger.h"
#include "output/run_info.h"
#include "output/sink.h"

struct events;

/* Say how the run begins. Sink, info and ledger stay the caller's and live
 * longer; the ledger hears each event first. */
struct events *events_new(struct sink *sink, const struct run_info *info,
			  const struct ledger *ledger);
void events_free(struct events *e);

/* For struct listener; ctx is the struct events. */
void events_event(void *ctx, const struct event *ev);
int64_t events_tick(void *ctx, int64_t now_ns);

/* How it has ended: status is the one to exit with; signal 0: none. */
void events_end(struct events *e, int status, int signal, int64_t now_ns);

#endif
