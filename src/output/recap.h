/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recap.h - what a run was like, in a few lines for people
 */
#ifndef HPN_OUTPUT_RECAP_H
#define HPN_OUTPUT_RECAP_H

#include <stdbool.h>

#include "base/buf.h"
#include "output/ledger.h"

/* Append the list of what failed, in list order; `plural` is "images" or "files".
 * Nothing when nothing failed. With reasons it is for people: the contract's
 * list has names only. */
void recap_failed(const struct ledger *l, const char *plural, bool reasons, struct buf *b);

/*
 * Append how long the run took, how many children ran at a time, which images
 * were the slowest, and what may help the next time. Nothing where there is
 * nothing to say.
 */
void recap_text(const struct ledger *l, int64_t now_ns, struct buf *b);

#endif
