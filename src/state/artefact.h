/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * artefact.h - a file that is whole or absent
 *
 *   1. artefact_clear() once for each directory: what an earlier hpn that was
 *      killed has left there
 *   2. artefact_name() a name of hpn's own in the directory of the final one;
 *      somebody else (a runtime) writes that file
 *   3. artefact_publish() checks, syncs and renames it; or artefact_drop()
 */
#ifndef HPN_STATE_ARTEFACT_H
#define HPN_STATE_ARTEFACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* This machine, for artefact_name(). Asked once for a run, since it may be
 * another one when the system is short of something. */
uint32_t artefact_machine(void);

/* Append the name under which `final` is to be written; it does not exist. */
void artefact_name(const char *final, uint32_t machine, uint32_t number, struct buf *b);

/* Make it the final file, replacing what is there. On failure the final file
 * is as it was, and the other is gone. */
int artefact_publish(const char *temporary, const char *final, struct err *err);

/* Remove it, and what a runtime's client left beside it. */
void artefact_drop(const char *temporary);

/* Is this the name of what a dead hpn of this machine left, or of what this
 * process made? */
bool artefact_is_left(const char *name, uint32_t machine, bool own);

/* How much was written to it so far, under whatever name; -1: nothing. */
int64_t artefact_bytes(const char *temporary);

/* Remove what hpn-pipe left of the lists that it was about to write. */
void artefact_drop_lists(const char *scratch);

/* Remove what dead processes of this machine left in a directory. Returns how
 * many files went. */
unsigned artefact_clear(const char *dir);

/* Remove what this process left there. */
void artefact_sweep(const char *dir);

#endif
