/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lanes.h - which registry each item waits for, and what holds there
 *
 * A lane is a registry host; what needs none shares the lane "". The rules of a
 * lane are those of its [registry "HOST"] section, else those for all; what a
 * flag or a variable says for all registries wins over sections.
 */
#ifndef HPN_PLAN_LANES_H
#define HPN_PLAN_LANES_H

#include "plan/plan.h"

/* Fill in each item's lane in this stage, and the plan's lanes. */
void lanes_choose(struct plan *p, const struct stage *st);

/* When all lanes are known. */
void lanes_set_rules(struct plan *p);

/* How long the engine is waited for, and how often it is tried: all lanes go
 * through it. */
struct breaker_rules lanes_engine_rules(const struct plan *p);

#endif
