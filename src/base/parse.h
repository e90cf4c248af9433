/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse.h - scalars as users write them, on the command line and in files
 *
 * Each takes all of the text, with its spaces, and returns 0, -EINVAL (not of
 * this kind) or -ERANGE (of this kind, but too large for the result). The
 * result is written only when 0 is returned.
 */
#ifndef HPN_BASE_PARSE_H
#define HPN_BASE_PARSE_H

#include <stdint.h>

/* true/false, yes/no, on/off, t/f, 1/0, in any case. */
int parse_bool(const char *s, int *ret);

/* An optional sign and decimal digits, nothing else. */
int parse_int(const char *s, int64_t *ret);

/*
 * "1m30.5s": numbers, each with ns, us, ms, s, m or h after it, in any order,
 * after an optional sign. A number alone is seconds. What is below a
 * nanosecond is dropped.
 */
int parse_duration(const char *s, int64_t *ret_ns);

#endif
