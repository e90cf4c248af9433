/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mux.h - many images speak, one at a time is heard
 *
 * Each image has a number, from 0. What is added for it comes out
 *   MUX_ORDERED  in the order of the numbers: that of the lowest open one at
 *                once, that of the others when their turn comes;
 *   MUX_GROUPED  all of it, when it is closed;
 *   MUX_LINES    at once; the caller adds complete lines.
 * The mux holds bytes, it does not wait: mux_flush() writes what goes out now.
 */
#ifndef HPN_OUTPUT_MUX_H
#define HPN_OUTPUT_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "output/writer.h"

enum mux_mode { MUX_ORDERED, MUX_GROUPED, MUX_LINES };

struct mux;

struct mux_limits {
	size_t each_bytes; /* in memory for an image that waits: 0 for 64 KiB */
	size_t all_bytes;  /* in memory for all: 0 for 8 MiB */
};

struct mux *mux_new(enum mux_mode mode, uint32_t items, const struct mux_limits *limits);
void mux_free(struct mux *m);

void mux_add(struct mux *m, uint32_t item, const char *data, size_t len);
void mux_close(struct mux *m, uint32_t item);

/* Text that belongs to no image; it comes after all that is ready. */
void mux_say(struct mux *m, const char *data, size_t len);

bool mux_pending(const struct mux *m); /* something is ready to be written */

/* Append to `to` some of what is ready, `most` bytes or a little more. 0, or
 * -errno after which there will be no more. */
int mux_take(struct mux *m, struct buf *to, size_t most);

/* Write until the other side takes no more, at most 256 KiB in one call.
 * 0, or -errno after which nothing more will be written. */
int mux_flush(struct mux *m, struct writer *w);

#endif
