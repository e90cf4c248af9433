/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stamp.h - points in time, in words
 */
#ifndef HPN_BASE_STAMP_H
#define HPN_BASE_STAMP_H

#include <stdint.h>

#include "base/buf.h"

/* Append "2024-05-01T12:00:00.123456Z" (RFC 3339); wall_ns is since 1970. */
void stamp_utc(struct buf *b, int64_t wall_ns);

/* Append "12.345678"; what is below zero is zero. */
void stamp_seconds(struct buf *b, int64_t ns);

#endif
