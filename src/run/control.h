/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control.h - what keys, signals and the file of -j ask of a run
 *
 * They write here; the loop reads it once a turn and clears what it has done.
 * Nobody calls upwards.
 */
#ifndef HPN_RUN_CONTROL_H
#define HPN_RUN_CONTROL_H

#include <stdbool.h>

struct control {
	bool pause;       /* children are stopped, and no time passes for them */
	bool finish;      /* start nothing more */
	bool set_workers; /* `workers` is to hold from now on; 0: find a level */
	unsigned workers;
	int more_workers; /* so many more, or fewer, than now */
	bool wake;        /* the watchers want a turn at once */
};

#endif
