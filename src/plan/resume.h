/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resume.h - what an earlier run has done already (--resume, --retry-failed)
 *
 * Each run keeps a journal of what it has done. A run that resumes believes it
 * as far as it can see for itself that what was done is still there; everything
 * else is done again, and whatever comes after it in the chain too.
 *
 *   1. resume_open() when the items are known: reads the journal, and may leave
 *      items out
 *   2. resume_mark() when the paths are known, too
 *   3. resume_begin() opens the journal for this run
 *   4. resume_release()
 */
#ifndef HPN_PLAN_RESUME_H
#define HPN_PLAN_RESUME_H

#include "plan/plan.h"
#include "state/journal.h"

struct resume {
	struct journal journal; /* .fd is -1 where none is kept */
	struct journal_log log; /* what the earlier run wrote */
};

int resume_open(struct resume *r, struct plan *p, struct err *err);

/* Say of each item how many stages need not be done again. */
void resume_mark(struct resume *r, struct plan *p, struct console *c);

/* Begin the journal of this run, or go on with the earlier one. */
int resume_begin(struct resume *r, const struct plan *p, struct err *err);

void resume_release(struct resume *r);

/* Ids of images are written into the journal: those that were there before the
 * run began. */
bool resume_notes_ids(const struct plan *p);

/* The command line of the last run that left a journal in this directory. */
int resume_last(struct strvec *ret_words, struct err *err);

/* The size and time of a file, for a journal; bytes is -1 where there is none. */
void resume_stat(const char *path, struct journal_entry *e);

/* The journal's file is still what it was. */
bool resume_is_same_file(const char *path, const struct journal_entry *e);

#endif
