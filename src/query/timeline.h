/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timeline.h - the picture of a run, which hpn-timeline draws
 */
#ifndef HPN_QUERY_TIMELINE_H
#define HPN_QUERY_TIMELINE_H

#include "base/err.h"
#include "config/args.h"

/* `hpn timeline`: become hpn-timeline. Returns only when that fails, -1. */
int timeline_become(const struct args *args, const struct cfg *cfg, struct err *err);

#endif
