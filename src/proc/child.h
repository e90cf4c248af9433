/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child.h - one child process, from its start to its reaping
 *
 *   1. child_start()  it runs, in a process group of its own
 *   2. child_read()   as often as poll() says that out_fd or err_fd is ready
 *   3. child_peek()   has it ended? It stays a zombie, so its pid and group
 *                     cannot be reused and child_signal() is safe
 *   4. child_reap()   now it is gone, and so are its pipes
 *
 * Nobody else in the process may wait for children that he does not know.
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
	bool lost;             /* somebody else reaped it; status is unknown */
};

/* envp may be NULL for this process's environment; in_fd as in spawn.h. 0 or -errno; on failure
 * nothing is left open. */
int child_start(struct child *c, const char *path, char *const *argv, char *const *envp, int in_fd);

/*
 * One read. Returns the count; 0 at end of file or after an error that will
 * not go away (the descriptor is then closed and -1); -EAGAIN when there is
 * nothing now.
 */
ssize_t child_read(struct child *c, enum child_stream s, void *to, size_t size);

/* Both pipes are at their end. */
bool child_silent(const struct child *c);

/* Has it ended? It is not reaped. */
bool child_peek(struct child *c);

/* Signal the whole group; anything but KILL, STOP and CONT is followed by
 * CONT, since a stopped process would never get it. Only before the reaping. */
void child_signal(const struct child *c, int sig);

/* Close what is open and take the status. Only after child_peek() said yes. */
void child_reap(struct child *c);

#endif
