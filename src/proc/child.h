/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child.h - one child process, from its start to its reaping
 *
 *   1. child_start()  it runs, in a process group of its own
 *   2. child_read()   as often as poll() says that one of its pipes is ready
 *   3. child_peek()   has it ended? It stays a zombie, so its pid and its group
 *                     cannot be reused, and child_signal() is safe
 *   4. child_reap()   afterwards the child and its pipes are gone
 *
 * No other part of the process may wait for children that it did not start.
 */
#ifndef HPN_PROC_CHILD_H
#define HPN_PROC_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum child_stream { CHILD_OUT, CHILD_ERR, CHILD_STREAMS };

struct child {
	pid_t pid;
	int fd[CHILD_STREAMS]; /* read ends, non-blocking; -1 at end of file */
	int status;            /* as of waitpid(); valid after child_reap() */
	bool lost;             /* another part of the process reaped it; status is unknown */
};

/* envp may be NULL for the environment of this process; in_fd as in spawn.h. 0 or
 * -errno; after a failure nothing is left open. */
int child_start(struct child *c, const char *path, char *const *argv, char *const *envp, int in_fd);

/*
 * Read once. Returns the count; 0 at the end of file or after an error that will
 * not go away (the descriptor is then closed, and becomes -1); -EAGAIN when there
 * is nothing to read now.
 */
ssize_t child_read(struct child *c, enum child_stream s, void *to, size_t size);

/* Are both pipes at their end? */
bool child_silent(const struct child *c);

/* Has the child ended? This does not reap it. */
bool child_peek(struct child *c);

/* Send a signal to the complete process group. Every signal but KILL, STOP and CONT
 * is followed by CONT, since a stopped process would not act on it. Only before
 * child_reap(). */
void child_signal(const struct child *c, int sig);

/* Close the pipes and take the status. Only after child_peek() returned true. */
void child_reap(struct child *c);

#endif
