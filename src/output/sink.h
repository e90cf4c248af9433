/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sink.h - lines for a file that must not hold anything up
 *
 * Lines are kept and written as the other side takes them: a FIFO without a
 * reader, or a pipe whose reader sleeps, costs memory up to a limit and then
 * lines, but never time. A line is written completely or not at all.
 */
#ifndef HPN_OUTPUT_SINK_H
#define HPN_OUTPUT_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct sink;

/* Make the file empty; "-" is standard output. A FIFO may get its reader later.
 * NULL with a text that names the file. */
struct sink *sink_new(const char *path, struct err *err);

/* Lines go to this regular file, which stays the caller's. */
struct sink *sink_new_fd(int fd);

/* There is room for a line. The last half is for those that are not minor. */
bool sink_has_room(const struct sink *s, bool minor);

/* Keep complete lines to be written; where there is no room they are lost. */
void sink_add(struct sink *s, const char *data, size_t len, bool minor);

/* A line that nobody made since there was no room. */
void sink_lose(struct sink *s);

/* Write what the other side takes now. True while something is left. */
bool sink_flush(struct sink *s);

/* errno of the write that failed, after which all is lost; or 0. */
int sink_error(const struct sink *s);

/* Write the rest, as long as the other side takes some of it each second and no
 * signal comes. */
void sink_drain(struct sink *s);

/* After sink_drain(): -1 with a text where something was lost. Frees. */
int sink_close(struct sink *s, struct err *err);

#endif
