/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console.h - what one invocation of hpn has open: the loop, the signals and
 * standard output
 *
 * Text that is no image's (headings, summary, the answer of `hpn runtimes`)
 * goes out through console_say(), which waits until it is written.
 */
#ifndef HPN_CONSOLE_CONSOLE_H
#define HPN_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "output/writer.h"
#include "proc/guard.h"
#include "proc/loop.h"

struct console {
	struct loop loop;
	struct writer out;
	int out_error;      /* errno of the write that failed; 0 while all is well */
	bool mute;          /* standard output is somebody else's: nothing is said there */
	struct guard guard; /* of all children */
	int sig_fd;
	int ended_by;  /* the first INT, TERM, HUP or QUIT; 0 while there was none */
	unsigned ends; /* how many of them came */
	/* Set while children run: a stop (Ctrl-Z) is then theirs to be told of
	 * first, and becomes a wish; at other times it is carried out at once. */
	bool defers_stop;
	/* What signals have asked for since it was last looked at and cleared. */
	bool wants_stop;                  /* SIGTSTP */
	int more_workers;                 /* SIGUSR1 and SIGUSR2 */
	bool terminal_changed, continued; /* SIGWINCH; SIGCONT */
	/* Called for each request to end; set by whoever asks commands. */
	void (*on_end)(void *ctx, unsigned nth);
	void *ctx;
};

int console_open(struct console *s, struct err *err);
void console_close(struct console *s);

/* Write all of it, waiting for the reader; gives up when a signal asks hpn to
 * end. Does nothing once a write has failed, or while mute. */
void console_write(struct console *s, const char *data, size_t len);
void console_say(struct console *s, const char *fmt, ...) HPN_PRINTF(2, 3);

/* Look at the signals; not 0 when one asked hpn to end. For others' waits on
 * sig_fd. */
int console_stopped(void *console);

/* The status to exit with: 1, and a message, when not all that was written to
 * standard output has arrived there; else the status that is given. */
int console_check_output(const struct console *s, int status);

/* Words on standard error, at once. While children run, warnings are told as
 * events instead, since there may be a live screen. */
void console_warn(const char *fmt, ...) HPN_PRINTF(1, 2);

/* One line of standard input, byte by byte so that nothing after it is taken;
 * at most size - 1 bytes are kept. False at the end of input without a byte,
 * or when a signal asks hpn to end. */
bool console_read_line(struct console *s, char *ret_line, size_t size);

#endif
