/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * work.h - what hpn-pipe can do, and what its parts share
 */
#ifndef HPN_LIBEXEC_WORK_H
#define HPN_LIBEXEC_WORK_H

#include <stdbool.h>

#include "archive/check.h"
#include "archive/pack.h"
#include "base/err.h"
#include "base/strvec.h"
#include "libexec/record.h"

#define CHUNK ((size_t)1 << 16)

enum {
	EX_OK_ = 0,
	EX_USE = 64,
	EX_DATA = 65,
	EX_CUT = 66,
	EX_HOLLOW = 67,
	EX_STAGE = 70,
	EX_FULL = 73,
	EX_FILE = 74
};

/* JSON; lines for people; index.h's lines; JSON that also says what is wrong. */
enum report { REPORT_JSON, REPORT_TEXT, REPORT_LINES, REPORT_RESULT };

struct options {
	const char *file;
	struct pack_how how;
	bool check, sum;
	bool facts;   /* say what was found, before a runtime is started */
	bool foreign; /* a tar of another form is for the runtime to judge */
	enum report report;
	const char *want;   /* the sum that FILE has to have, or NULL */
	struct strvec tags; /* that have to be in it, by their last part */
	struct record record;
	char **argv; /* of the runtime */
};

/* Each returns the status to exit with, or ends by a signal. */
int work_save(const struct options *o);
int work_load(const struct options *o);
int work_verify(const struct options *o);
int work_known(const char *dir);

/* What was seen of an archive. */
struct seen {
	struct check_report report; /* check_release() it in any case */
	bool packed;
	uint64_t bytes;
	unsigned char sum[SUM_BYTES];
};

/* Check all of the file, and its sum against the one that is wanted. 0, or a
 * status, with words in err and on standard error. */
int work_look_through(const struct options *o, int fd, struct seen *ret, struct err *err);

/* Is each of the tags that are wanted in it? */
int work_check_tags(const struct options *o, const struct check_report *r, struct err *err);

/* Of an archive, to be read; -1 with errno. */
int work_open(const char *file);

/* The status for an archive that is not complete; where a runtime has just
 * written it, what to do about it is said on standard error, too. */
int work_trouble_status(enum check_trouble trouble, bool just_written);

/* Lines on what an archive holds, where --facts was given. */
int work_print_facts(const struct options *o, const struct check_report *r);

/* Words on standard error; returns the status. */
int work_complain(int status, const char *what, const struct err *err);

/* On standard output: 0, or a status. */
int work_print(const struct buf *b);

int work_write_all(int fd, const char *data, size_t len);

/* One line of JSON; the sum only where --sum was given. */
int work_print_report(const struct options *o, uint64_t bytes, const unsigned char sum[SUM_BYTES],
		      const char *members);

/* The status of a runtime, as hpn-pipe passes it on. */
int work_runtime_status(int status, const char *name);

/* A stage that lost its reader has not failed by itself. */
bool work_is_failure(int status);
int work_stage_failed(int status, const char *name);

/* More fits into a pipe, so that stages wait less for each other. */
void work_widen(int fd);

/* End as this process would have ended, had it not had to clear up. */
void work_die_by(int sig);

#endif
