/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ci.h - text that the web pages of CI systems fold and point at
 *
 * What children write stands between ci_open() and ci_close(). GitHub takes
 * lines of a job's output as commands, so these are turned off there until a
 * word comes that nobody else can know.
 */
#ifndef HPN_OUTPUT_CI_H
#define HPN_OUTPUT_CI_H

#include <stdint.h>

#include "base/buf.h"

enum ci { CI_NONE, CI_GITHUB, CI_GITLAB };

/* Where hpn runs, by its environment. */
enum ci ci_find(void);

struct ci_mark {
	enum ci ci;
	const char *secret; /* GitHub's word; letters and digits */
	uint32_t job;
	int64_t wall_ns;
};

/* Append the line with which a group begins; folded, its title is what is seen. */
void ci_open(const struct ci_mark *m, const char *title, struct buf *b);

/* It ends. */
void ci_close(const struct ci_mark *m, struct buf *b);

/* Append a line that is seen without unfolding: what failed, and why. */
void ci_error(const struct ci_mark *m, const char *what, const char *why, struct buf *b);

#endif
