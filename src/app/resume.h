/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resume.h - --journal, --resume, --retry-failed and --failed-list
 *
 * Each run keeps a journal of what it has done, unless there is no place for
 * it. A run that resumes believes it as far as it can see for itself that what
 * was done is still there; everything else is done again, and whatever comes
 * behind it in the chain too.
 */
#ifndef HPN_APP_RESUME_H
#define HPN_APP_RESUME_H

#include "query/local_images.h"
#include "state/journal.h"
#include "base/event.h"
#include "config/args.h"

struct action;

struct resume {
	struct journal journal;
	bool keeps; /* the journal is written */
	struct journal_log log;
	struct local_images inventory;
	uint8_t *done;              /* for each job, how many stages need not be done */
	struct journal_entry *file; /* load: what the file was when it was begun */
};

/* What was asked for can be done? When the items are known; may leave some out. */
int resume_open(struct action *a, const struct args *args, struct err *err);

/* When all targets are known: find out what is done. */
int resume_begin(struct action *a, const struct args *args, struct err *err);

/* The stage need not be done. */
bool resume_is_done(const struct action *a, uint32_t job, unsigned stage);

/* As a listener. */
void resume_event(void *action, const struct event *ev);
int64_t resume_tick(void *action, int64_t now_ns);

/* After the run, or without one. -1 when --failed-list could not be written. */
int resume_end(struct action *a, struct err *err);
void resume_release(struct action *a);

/* The command line of the run that was the last to leave a journal here. */
int resume_last(struct strvec *ret_words, struct err *err);

#endif
