/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lanes.h - what holds for the registries of a run, each by itself
 */
#ifndef HPN_APP_LANES_H
#define HPN_APP_LANES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/event.h"
#include "config/registry.h"
#include "pool/gate.h"
#include "runtime/classify.h"

struct action;

struct lanes {
	struct gate_rules *gate;
	char **unreached; /* why it could not be reached the last time, or NULL */
};

/* When a->lane_names are known. */
void lanes_init(struct action *a);
void lanes_release(struct action *a);

/* The host, or words for where there is none. */
const char *lanes_name(const struct action *a, uint32_t lane);

/* The number that counts for this lane: its section's, unless a flag or a
 * variable says something for all. */
int64_t lanes_setting(const struct action *a, uint32_t lane, enum reg id, enum opt general);

/* A job of this lane could not reach the other side. */
void lanes_unreached(struct action *a, uint32_t lane, const struct verdict *v);

/* Append why a job is not tried in a lane that is given up. */
void lanes_explain(const struct action *a, uint32_t lane, struct buf *b);

/* As a listener: warns of lanes that are broken. */
void lanes_event(void *action, const struct event *ev);

#endif
