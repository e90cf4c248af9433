/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * choose.h - which runtime is used
 *
 * Pure: what is known about each candidate goes in, and what is to be done or
 * said comes out. The caller
 *
 *   1. fills in a struct choice; candidates stand in the order of preference
 *   2. while !choice_is_ready(): starts the probes that choice_next() names,
 *      and writes into ->state what became of them
 *   3. choice_make(); ends the probes that still run
 *   4. for CHOICE_ASK: prints what there is to print, reads one line and asks
 *      choice_is_yes(); then choice_yes() or choice_no() has the words
 */
#ifndef HPN_RUNTIME_CHOOSE_H
#define HPN_RUNTIME_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

/*
 * Usually the first candidate answers within milliseconds, and the others need
 * not be started, which for podman would even leave files. When it has not
 * answered by then, all others are asked at once (choice_next's `hurry`), so
 * that all of this takes hardly longer than the limit of one.
 */
#define CHOICE_HEAD_START_NS (300 * NS_PER_MS)

enum probe_state { PROBE_NOT_RUN, PROBE_RUNNING, PROBE_THERE, PROBE_ABSENT };

struct candidate {
	const char *name;
	bool automatic; /* may be chosen without being named */
	enum probe_state state;
	const char *reason;  /* of PROBE_ABSENT: why; may be NULL */
	const char *install; /* how to get it; may be NULL */
};

struct choice {
	const char *wanted;    /* --runtime; NULL or "": none */
	const char *preferred; /* environment, configuration; NULL or "": none */
	bool auto_fallback;
	struct candidate *c;
	size_t n;
};

enum choice_kind { CHOICE_USE, CHOICE_ASK, CHOICE_FAIL };

struct chosen {
	enum choice_kind kind;
	size_t use;     /* index of the candidate, for USE and ASK */
	struct buf out; /* for standard output, with line ends; the question
			   that ends it for ASK has none */
	struct buf err; /* for FAIL: what stands after "Error: ", its lines
			   without the last line end; the first one is the
			   contract, details follow on others */
};

/* Can any further probe still change the outcome? */
bool choice_is_ready(const struct choice *ch);

/*
 * Which candidates should be probed now: their indices go to ret_which (room
 * for ->n), the count is returned; 0: wait for those that run. `hurry`: the
 * head start is over.
 */
size_t choice_next(const struct choice *ch, bool hurry, size_t *ret_which);

/* Only when ready. The caller ends with chosen_release(). */
void choice_make(const struct choice *ch, struct chosen *ret);

/* Is the first word of the answer y or yes? NULL: the input was at its end. */
bool choice_is_yes(const char *line);

/* The answer to the question of an ASK: turns it into a USE, with the line
 * that follows in ->out, or into a FAIL. */
void choice_answer(const struct choice *ch, bool yes, struct chosen *c);

void chosen_release(struct chosen *c);

#endif
