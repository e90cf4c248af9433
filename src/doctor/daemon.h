/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daemon.h - the process behind a runtime's socket, seen from outside
 *
 * For `hpn doctor` only: reads /proc and the daemon's configuration, and
 * changes nothing.
 */
#ifndef HPN_DOCTOR_DAEMON_H
#define HPN_DOCTOR_DAEMON_H

#include <stdbool.h>

#include "base/buf.h"
#include "runtime/runtime.h"

struct daemon_seen {
	struct buf socket;  /* its path; "" where it is on another machine, see address */
	struct buf address; /* the value of the variable that names it, or "" */
	int connect_errno;  /* 0: it takes connections from this user */
	long pid;           /* 0: not known */
	struct buf config;  /* the file it reads; "" where that is not known */
	int downloads;      /* layers at a time; 0: not known */
	bool downloads_set; /* by somebody, in flag or file */
};

/* Look for the process, its socket and its settings; def has a program. */
void daemon_look(struct daemon_seen *d, const struct rt_daemon_def *def);
void daemon_release(struct daemon_seen *d);

/* With this storage driver, does another program keep the images? Then set ret to
 * the directory of that program: what it was told on its command line or in its
 * configuration, else the usual one. False, and ret is empty, when no other
 * program does, when its directory cannot be seen, or when there is not exactly
 * one process of that name. */
bool daemon_store_root(const struct rt_daemon_def *def, const char *driver, struct buf *ret);

/* Append the value of `root = "..."` in the text of a TOML file; nothing when it
 * is not there. */
void daemon_toml_root(const char *toml, struct buf *ret);

/* The number after "key": in JSON text; 0 when it is not there. */
int daemon_setting(const char *json, const char *key);

#endif
