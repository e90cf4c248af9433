/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer.h - write to a descriptor that somebody else owns, without waiting
 *
 * Standard output belongs to whoever started hpn: making it non-blocking
 * would change it for them too. So hpn opens the same pipe or terminal once
 * more for itself where the system lets it, and else writes no more at a time
 * than poll() promises to be possible.
 */
#ifndef HPN_OUTPUT_WRITER_H
#define HPN_OUTPUT_WRITER_H

#include <stddef.h>
#include <sys/types.h>

struct writer {
	int fd;  /* poll this one */
	int own; /* it is to be closed */
	int socket;
	size_t chunk; /* the most for one write */
};

void writer_init(struct writer *w, int fd);
void writer_release(struct writer *w);

/* One write of some of it. The count, or -errno; -EAGAIN: poll first. */
ssize_t writer_write(struct writer *w, const char *data, size_t len);

#endif
