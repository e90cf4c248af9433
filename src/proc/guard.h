/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guard.h - end the children of hpn when hpn itself is killed
 *
 * No process can act on SIGKILL, and posix_spawn() has no attribute that ends a
 * child together with its parent. So hpn starts itself a second time, as a guard.
 * The guard reads from a pipe which process groups run, and when the pipe comes
 * to its end, it sends them SIGTERM, and a second later SIGKILL. Where the guard
 * cannot be started, the run goes on without one.
 *
 * A child that was started in the very moment in which hpn is killed, before the
 * guard was told of it, is not ended.
 */
#ifndef HPN_PROC_GUARD_H
#define HPN_PROC_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/* Begin with zeroed memory; end with guard_close(). */
struct guard {
	pid_t pid;  /* 0: there is none */
	int fd;     /* the write end of the pipe */
	bool tried; /* to start it; this happens once */
};

/* A process group was started. The first call also starts the guard. */
void guard_add(struct guard *g, pid_t group);

/* The leader of this group is about to be reaped. */
void guard_drop(struct guard *g, pid_t group);

/* All groups have ended: the guard goes too. */
void guard_close(struct guard *g);

/* Is this process meant to be a guard? */
bool guard_is_wanted(char *const *argv);

/* Be the guard, with the pipe as standard input; then the exit status. */
int guard_main(void);

#endif
