/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order.h - which items are started first
 *
 * Priorities first, then what took longest in earlier runs; of archives, what
 * is largest. What is shown stays in the order of the list.
 */
#ifndef HPN_PLAN_ORDER_H
#define HPN_PLAN_ORDER_H

#include "plan/plan.h"
#include "state/history.h"

/* `history` is that of the plan's items, or NULL; it lives as long as the plan. */
void order_items(struct plan *p, const struct history *history);

/* Read what earlier runs learnt of the items. False where nothing is kept. The
 * path of the file is put into ret_path. */
bool order_read_history(struct plan *p, struct history *ret, struct buf *ret_path);

#endif
