/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * findings.h - what `hpn doctor` has found, for people and for machines
 */
#ifndef HPN_DOCTOR_FINDINGS_H
#define HPN_DOCTOR_FINDINGS_H

#include "base/buf.h"
#include "base/err.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_PROBLEM };

struct finding {
	enum finding_level level;
	char *about; /* "docker", "this machine" */
	char *check; /* "downloads": a word for machines, the same for ever */
	char *text;
	char *advice; /* what to do; may be NULL */
};

struct findings {
	struct finding *v;
	size_t n, cap;
};

/* about, advice and the text may come from other programs: control characters in
 * them are shown as escapes. */
void findings_add(struct findings *f, enum finding_level level, const char *about,
		  const char *check, const char *advice, const char *fmt, ...) HPN_PRINTF(6, 7);

int findings_has_problem(const struct findings *f);

void findings_text(const struct findings *f, struct buf *b);
void findings_json(const struct findings *f, struct buf *b);

void findings_release(struct findings *f);

#endif
