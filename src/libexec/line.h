/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * line.h - a line of processes, each reading what the one before it writes
 *
 * libpipeline with what it leaves open: the stages are children of this
 * process and stay in its process group, so one signal to the group ends all
 * of them; a signal to this process alone is passed on to them. INT, TERM, HUP
 * and QUIT no longer end the process once line_new() was called: reading and
 * waiting stop, line_wait() sees all stages off, and line_signal() tells which
 * it was, so that the caller can clear up and raise it again.
 *
 *   line_new, line_program or line_stage for each, line_start, line_read...,
 *   line_wait, line_free
 *
 * There is one line in a process.
 */
#ifndef HPN_LIBEXEC_LINE_H
#define HPN_LIBEXEC_LINE_H

#include <stddef.h>
#include <sys/types.h>

struct line;

struct line *line_new(void);

/* Before line_start(), or after line_wait(). */
void line_free(struct line *l);

/* A program with its arguments; without a slash it is looked for in PATH. */
void line_program(struct line *l, char *const *argv);

/* A function, run in a process of its own between descriptors 0 and 1; what it
 * returns is the exit status. `user` must live until line_start() returned. */
void line_stage(struct line *l, const char *name, int (*run)(void *user), void *user);

/*
 * Start all stages. The first one reads `in` and the last one writes `out`; -1
 * is standard input and output. Both stay the caller's. Every descriptor of
 * this process has to be close-on-exec.
 */
void line_start(struct line *l, int in, int out);

/* read(2), but -EINTR when a signal wants the line to end; else -errno. */
ssize_t line_read(struct line *l, int fd, void *data, size_t size);

/* Wait for all stages. A signal is passed on to those that still run. */
void line_wait(struct line *l);

/* After line_wait(): what wait(2) said of that stage, from 0. One that cannot be
 * waited for counts as one that has ended with LINE_LOST. */
#define LINE_LOST 70
int line_status(const struct line *l, int stage);

/* The signal that came, or 0. */
int line_signal(const struct line *l);

#endif
