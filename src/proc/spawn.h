/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spawn.h - start one program; the only caller of posix_spawn
 *
 * The child gets a process group of its own, an empty signal mask, default signal
 * dispositions, and no descriptor but 0, 1 and 2, provided that all of hpn opens
 * its descriptors close-on-exec.
 */
#ifndef HPN_PROC_SPAWN_H
#define HPN_PROC_SPAWN_H

#include <sys/types.h>

struct spawn {
	const char *path; /* absolute; PATH is not searched */
	char *const *argv;
	char *const *envp; /* NULL: the environment of this process */
	int in_fd;         /* becomes descriptor 0; 3 or above; 0: /dev/null instead */
	int out_fd;        /* becomes descriptor 1; 3 or above, close-on-exec */
	int err_fd;        /* becomes descriptor 2; may be the same as out_fd */
};

/* 0, and the pid, which is also the number of the process group; or -errno. */
int spawn_program(const struct spawn *s, pid_t *ret_pid);

/* Become this program, with default signal dispositions and an empty signal mask;
 * descriptors that are not close-on-exec stay open. Returns only after a failure:
 * -errno. */
int spawn_become(const char *path, char *const *argv);

/*
 * A pipe whose ends are close-on-exec and 3 or above. The read end ret_fd[0] is
 * non-blocking; the write end ret_fd[1], which a child gets, is not. 0 or -errno.
 */
int spawn_pipe(int ret_fd[2]);

#endif
