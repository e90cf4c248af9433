/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recap.h - what a run was like, in a few lines for people
 */
#ifndef HPN_OUTPUT_RECAP_H
#define HPN_OUTPUT_RECAP_H

#include "base/buf.h"
#include "output/ledger.h"

/*
 * How long it took, how much faster than one after another, which were the
 * slowest, and what may help the next time. Appended; nothing where there is
 * nothing to say.
 */
void recap_text(const struct ledger *l, int64_t now_ns, struct buf *b);

#endif
