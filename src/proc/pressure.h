/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pressure.h - how the machine is, as far as the kernel tells
 */
#ifndef HPN_PROC_PRESSURE_H
#define HPN_PROC_PRESSURE_H

enum pressure {
	PRESSURE_NONE, /* also where nothing is told */
	PRESSURE_BUSY, /* far more wants to run than there are processors */
	PRESSURE_FULL, /* memory is short, or tasks wait for it */
};

/* `proc` is "/proc" but in tests. */
enum pressure pressure_read(const char *proc, unsigned cores);

#endif
