/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log.h - the log that the user has asked for: a file, the console, or both
 *
 * A line is written completely or not at all. Nothing here waits for a slow
 * console or FIFO: what it does not take is kept, up to a limit, for the next
 * line; beyond that lines are dropped and counted. A log that cannot be
 * written never ends the run; log_trouble() tells it once.
 */
#ifndef HPN_BASE_LOG_H
#define HPN_BASE_LOG_H

#include <stdint.h>

#include "base/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_setup {
	enum log_level level; /* this one and those above */
	int json;             /* one JSON object a line: time, level, msg */
	int timestamp;
	int colors;               /* on a console that is a terminal: see base/colour.h */
	int console_fd;           /* -1: none; stays the caller's */
	const char *file;         /* NULL or "": none; "~/" is HOME */
	int64_t (*wall_ns)(void); /* NULL: clock_wall_ns() */
};

struct log;

/*
 * Open the file, which is appended to, and make the directories on the way to
 * it. NULL with a text that names the file when that does not work. The setup
 * may end after the call.
 */
struct log *log_new(const struct log_setup *setup, struct err *err);

/* Say one line. Whatever the text holds, it stays one line and does no harm
 * to a terminal. A NULL log says nothing. */
void log_say(struct log *l, enum log_level level, const char *fmt, ...) HPN_PRINTF(3, 4);

/* 1 when a line at this level would be written. */
int log_wants(const struct log *l, enum log_level level);

/* -1 and a text, once, after something could not be written; else 0. */
int log_trouble(struct log *l, struct err *err);

/* Write what is kept, waiting a second at most. Ask log_trouble() after it. */
void log_flush(struct log *l);

void log_free(struct log *l); /* does not flush */

#endif
