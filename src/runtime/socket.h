/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * socket.h - the unix socket of a daemon
 */
#ifndef HPN_RUNTIME_SOCKET_H
#define HPN_RUNTIME_SOCKET_H

#include <sys/types.h>

#include "base/buf.h"

/* Set ret to the path that the environment variable `variable` names, as
 * unix:///PATH or as /PATH; where it is not set, to `path`. Either may be NULL.
 * Leaves ret empty when no path is known, since the variable names something
 * else. */
void socket_path(const char *variable, const char *path, struct buf *ret);

/* Connect to it. 0, and the process that listens there in *ret_pid if that can
 * be known; else the errno. */
int socket_knock(const char *path, pid_t *ret_pid);

#endif
