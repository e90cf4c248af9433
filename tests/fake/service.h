/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * service.h - a registry whose capacity all children share
 *
 * $FAKE_STATE/service says how it behaves:
 *
 *	share C     C jobs are done at full speed, more share that
 *	thrash C    more than C hinder each other: twice as many get half as much
 *	            done, all together
 *	refuse C    more than C are refused
 *
 * after which " N C" may follow, any number of times: C after N jobs are done.
 */
#ifndef FAKE_SERVICE_H
#define FAKE_SERVICE_H

/* Work that takes so long when nobody is in the way. 0, or -1: refused. */
int service_use(double ms);

#endif
