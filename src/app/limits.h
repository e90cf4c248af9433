/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * limits.h - how many at once, as options, files that may be open and make have it
 */
#ifndef HPN_APP_LIMITS_H
#define HPN_APP_LIMITS_H

#include "app/action.h"

struct pool_limits limits_of(const struct action *a, struct jobserver *js);

/* Make's jobserver where it is to be shared, else NULL. The caller closes it. */
struct jobserver *limits_jobserver(struct action *a);

#endif
