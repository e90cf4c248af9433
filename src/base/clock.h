/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.h - time
 *
 * Everything that decides takes `now_ns` as an argument, so that tests can
 * hand in a time of their own; only the main loop reads the clock.
 */
#ifndef HPN_BASE_CLOCK_H
#define HPN_BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

int64_t clock_now_ns(void);  /* monotonic */
int64_t clock_wall_ns(void); /* since 1970 */

#endif
