/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pressure.h - how busy the machine is, as far as the kernel tells
 */
#ifndef HPN_PROC_PRESSURE_H
#define HPN_PROC_PRESSURE_H

enum pressure {
	PRESSURE_NONE, /* also where the kernel tells nothing */
	PRESSURE_BUSY, /* far more tasks want to run than there are processors */
	PRESSURE_FULL, /* memory is short, or tasks wait for it */
};

/* `proc` is "/proc"; only tests have another directory. */
enum pressure pressure_read(const char *proc, unsigned cores);

#endif
