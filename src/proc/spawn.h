/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spawn.h - start one program; the only caller of posix_spawn
 *
 * The child gets a process group of its own, /dev/null as standard input (if not
 * what it is given), an
 * empty signal mask, default signal dispositions, and no descriptor but 0, 1
 * and 2, provided that the whole program opens descriptors close-on-exec.
 */
#ifndef HPN_PROC_SPAWN_H
#define HPN_PROC_SPAWN_H

#include <sys/types.h>

struct spawn {
	const char *path; /* absolute; PATH is not searched */
	char *const *argv;
	char *const *envp; /* NULL: this process's own environment */
	int in_fd;         /* becomes 0, at 3 or above; 0: /dev/null does */
	int out_fd;        /* becomes 1; at 3 or above, close-on-exec */
	int err_fd;        /* becomes 2; may be out_fd */
};

/* 0 and the pid, which is also the process group; or -errno. */
int spawn_program(const struct spawn *s, pid_t *ret_pid);

/* Become this program, with the signals that a fresh one has; descriptors that
 * are not close-on-exec stay. Returns only when that fails: -errno. */
int spawn_become(const char *path, char *const *argv);

/*
 * A pipe whose ends are close-on-exec and at 3 or above, ret_fd[0] being
 * non-blocking (ret_fd[1], which the child gets, is not). 0 or -errno.
 */
int spawn_pipe(int ret_fd[2]);

#endif
