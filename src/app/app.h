/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app.h - hpn, from the command line to the exit status
 */
#ifndef HPN_APP_APP_H
#define HPN_APP_APP_H

/* The status to exit with. When a signal asked hpn to end, it is in
 * ret_signal, and hpn is to die of it. */
int app_main(char *const *argv, int *ret_signal);

#endif
