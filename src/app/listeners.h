/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listeners.h - who is told what happens, as the options say
 */
#ifndef HPN_APP_LISTENERS_H
#define HPN_APP_LISTENERS_H

#include "app/action.h"

/* Before anything is done: open the files that are asked for. -1 with err where
 * one cannot be written. */
int listeners_prepare(struct action *a, struct err *err);

/* Before the run; fills in a->info and a->listeners. */
void listeners_open(struct action *a);

/* At the end, also where there was no run: write what is left, and say what
 * could not be written. Takes the status that hpn would exit with, and returns
 * the one to exit with now. */
int listeners_close(struct action *a, int status);

#endif
