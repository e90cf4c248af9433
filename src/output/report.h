/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report.h - what has come of a run, for --report
 *
 * As a listener it keeps what the ledger does not: of each job the last lines
 * that its last child wrote, and the digest in them. hpn-report(5) has the
 * form of both files.
 */
#ifndef HPN_OUTPUT_REPORT_H
#define HPN_OUTPUT_REPORT_H

#include "base/event.h"
#include "base/replace.h"
#include "output/ledger.h"

/* So much is written at once, of a file that may be large. */
#define REPORT_PIECE 32768

struct report_texts {
	char *lines;  /* lines with a line feed between them; NULL: none */
	char *digest; /* "sha256:..." that a registry gave; NULL: none */
	char *id;     /* "sha256:..." of the image; NULL: none */
};

struct report {
	const struct run_info *info;
	const struct ledger *ledger;
	struct report_texts *texts; /* by job */
	struct buf *tails;          /* by slot: raw */
	unsigned n_tails;
	/* how the run ended, before the files are written */
	int status, signal; /* signal 0: none */
	int64_t end_ns;
};

/* Info and ledger live longer; the ledger hears each event first. */
void report_init(struct report *r, const struct run_info *info, const struct ledger *ledger);
void report_release(struct report *r);

/* For struct listener; ctx is the struct report. */
void report_event(void *ctx, const struct event *ev);

/* The two forms. */
void report_json(const struct report *r, struct replace *to);
void report_junit(const struct report *r, struct replace *to);

#endif
