/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep.h - from a temporary file to an archive under its final name
 *
 * What saves of single images and of bundles have in common. The runtime writes
 * to a temporary name in the archive's directory; what is not complete never
 * gets the final one.
 */
#ifndef HPN_VERBS_KEEP_H
#define HPN_VERBS_KEEP_H

#include "plan/plan.h"

struct keep {
	enum rt_verb save, stream;    /* the runtime's verbs: to a file, to standard output */
	const char *dir;              /* where the archive is listed; "": it is not */
	const char *image;            /* the name asked for; NULL: of a bundle */
	const struct strvec *members; /* of a bundle, added to the command; else NULL */
	const struct strvec *tags;    /* which have to be in it; NULL: any */
};

/* As verb_def.command(): the runtime saves to a temporary file; in the second step
 * one of hpn's own programs gives it the final name, after a check if there is to
 * be one. */
int keep_command(const struct plan *p, const struct step *st, const struct keep *k,
		 struct rt_call *call, struct buf *room, struct strvec *argv, struct err *err);

/* As verb_def.ended(). */
void keep_ended(const struct plan *p, const struct step *st, const struct keep *k,
		struct step_end *e);

/* Remove what hpns that were killed left in the directories of the archives, and
 * say so; or, after the run, what this one left. */
void keep_clear(struct plan *p, const struct stage *st, const char *dir);
void keep_sweep(const struct plan *p, const struct stage *st, const char *dir);

#endif
