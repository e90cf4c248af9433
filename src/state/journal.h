/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal.h - what a run has done so far, in a file that outlives it
 *
 * Lines of text; each begins with a sum over itself and the sum before it, so
 * that none can be changed, left out or put elsewhere. A word is written with
 * %XX for what could end it.
 *
 *   SUM hpn-journal 1 VERBS RUNTIME PLATFORM CWD WORD...   the command line
 *   SUM ok VERB NAME TARGET BYTES MTIME ID                 a stage of an item
 *   SUM failed VERB NAME
 *
 * A last line without its end was torn by a crash and counts for nothing; any
 * other line that is not right, and the whole journal is refused.
 *
 *   journal_open(); journal_add...(); journal_tick() now and then;
 *   journal_close()
 */
#ifndef HPN_STATE_JOURNAL_H
#define HPN_STATE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strvec.h"
#include "base/syncer.h"
#include "image/name_map.h"

struct journal_head {
	const char *verbs;
	const char *runtime;
	const char *platform; /* "" for none */
	const char *cwd;
	struct strvec words; /* the command line, without the program */
};

/* A stage that was done for an item. */
struct journal_entry {
	const char *verb;   /* "save" */
	const char *name;   /* as in the list */
	const char *target; /* save: the file; push: the reference; load: its images */
	int64_t bytes;      /* of the file; -1: none */
	int64_t mtime_ns;
	const char *id; /* of the image; "" where it is not known */
};

/* What a journal says. Start with zeroed memory. */
struct journal_log {
	struct journal_head head; /* verbs is NULL in an empty journal */
	struct journal_entry *entry;
	uint32_t n;
	struct name_map stages;   /* "VERB NAME"; the owner is the entry's place */
	struct name_map failed;   /* "NAME"; the owner is a place in `verb_failed` */
	const char **verb_failed; /* NULL: it went well later */
	uint32_t n_failed;
	struct arena texts;
	size_t good_bytes; /* up to the end of the last whole line */
	uint64_t sum;      /* of that line */
};

/* -1 and "FILE:LINE: what is wrong" when it cannot be believed. */
int journal_parse(struct journal_log *log, const char *file, const char *text, size_t len,
		  struct err *err);
void journal_log_release(struct journal_log *log);

/* NULL: not done, or failed later. */
const struct journal_entry *journal_find(const struct journal_log *log, const char *verb,
					 const char *name);
bool journal_has_failed(const struct journal_log *log, const char *name);

/* One line more, with the sum before it in *sum, which becomes its own. */
void journal_print_head(const struct journal_head *head, uint64_t *sum, struct buf *b);
void journal_print_ok(const struct journal_entry *e, uint64_t *sum, struct buf *b);
void journal_print_failed(const char *verb, const char *name, uint64_t *sum, struct buf *b);

struct journal {
	char *path;
	int fd; /* -1: closed */
	uint64_t sum;
	int errnum;        /* of the write that failed; nothing is written after it */
	int64_t synced_ns; /* when it was last on the disk for certain */
	bool dirty;
	struct syncer *syncer; /* NULL before the first sync */
};

enum journal_found { JOURNAL_FOUND, JOURNAL_NONE, JOURNAL_BUSY };

/*
 * Open it, and be the only one who does. Without `create` a file that is not
 * there is JOURNAL_NONE; JOURNAL_BUSY: another hpn has it. -1: see err; also
 * when the file holds anything but a journal, unless its name is `ours`.
 */
int journal_open(struct journal *j, const char *path, bool ours, bool create,
		 enum journal_found *ret_found, struct err *err);

/* Read the open file. */
int journal_read(struct journal *j, struct journal_log *log, struct err *err);

/* Begin anew, or go on behind what was read. */
void journal_begin(struct journal *j, const struct journal_head *head);
void journal_resume(struct journal *j, const struct journal_log *log);

/* Written at once; on its way to the disk within JOURNAL_SYNC_NS, if
 * journal_tick() is called when it says. Nobody waits for the disk. */
void journal_ok(struct journal *j, const struct journal_entry *e);
void journal_failed(struct journal *j, const char *verb, const char *name);

#define JOURNAL_SYNC_NS (INT64_C(100) * 1000 * 1000)

/* Returns when to call again, or -1. */
int64_t journal_tick(struct journal *j, int64_t now_ns);

/* `done`: nothing is left to resume, the file goes. Returns errnum. */
int journal_close(struct journal *j, bool done);

#endif
