/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ci.h - text that the web pages of CI systems fold and point at
 *
 * GitHub takes lines of a job's output as commands. What children write stands
 * between ci_open() and ci_close(), where commands are turned off until a word
 * comes that nobody else can know; where there are no such groups, the text goes
 * through ci_defuse().
 */
#ifndef HPN_OUTPUT_CI_H
#define HPN_OUTPUT_CI_H

#include <stddef.h>
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

/* How far a line has come that may still turn out to be a command. Zeroed: at the
 * beginning of a line. */
struct ci_line {
	unsigned char colons; /* 0 or 1 after nothing but spaces; 2: other text came */
	unsigned char hashes; /* that the text ends in so far, 2 at most */
};

/*
 * Append the text so that GitHub takes no line of it as a command: a line that
 * begins with "::" after spaces, or has "##[" anywhere. One character of these
 * is shown as \xNN; no line is added. The text may come in pieces.
 */
void ci_defuse(struct ci_line *line, const char *s, size_t len, struct buf *to);

/* Append the line with which a group begins; folded, its title is what is seen. */
void ci_open(const struct ci_mark *m, const char *title, struct buf *b);

/* It ends. */
void ci_close(const struct ci_mark *m, struct buf *b);

/* Append a line that is seen without unfolding: what failed, and why. */
void ci_error(const struct ci_mark *m, const char *what, const char *why, struct buf *b);

#endif
