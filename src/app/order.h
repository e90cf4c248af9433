/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order.h - which items of an action are started first, and what is remembered
 * of them for the next time
 */
#ifndef HPN_APP_ORDER_H
#define HPN_APP_ORDER_H

#include "state/history.h"
#include "base/buf.h"
#include "pool/rank.h"

struct action;

struct order {
	struct ranking ranking; /* .job is NULL: as in the list */
	struct history history; /* .n is 0 where nothing is remembered */
	struct buf path;        /* of its file */
};

void order_open(struct order *o, struct action *a);

/* After the run: what was learnt is written. */
void order_close(struct order *o);

#endif
