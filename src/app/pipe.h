/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pipe.h - commands that go through hpn-pipe: compression and checking
 *
 * The pool sees one child: hpn-pipe, which runs the runtime, checks what
 * streams by, and packs or unpacks it; or looks through an archive that a
 * runtime has written, or is to read.
 */
#ifndef HPN_APP_PIPE_H
#define HPN_APP_PIPE_H

#include "app/action.h"
#include "query/libexec.h"

/* ".tar", or ".tar.zst" and so on when archives are to be compressed. */
const char *pipe_ending(const struct action *a);

/* A save goes through hpn-pipe, which then gives the archive its final name. */
bool pipe_packs(const struct action *a);

/* --verify never, --no-verify */
bool pipe_never_checks(const struct action *a);

/* Is the file to be checked? With --verify auto, when it begins like a tar or
 * a compressed file, even if a bit is wrong there. */
bool pipe_checks(const struct action *a, const char *path);

/* What the names of new lists begin with, see artefact_drop_lists(). Appended. */
void pipe_scratch(const struct action *a, const struct place *at, struct buf *b);

void pipe_scratch_in(const struct action *a, const char *dir, uint32_t job, struct buf *b);

/* The child that does so when a runtime has saved call->file; it gives it the
 * name of the archive. */
void pipe_publish_argv(struct action *a, const struct place *at, const struct rt_call *call,
		       struct strvec *argv);

/* As action_ops->fill_argv. */
int pipe_save_argv(struct action *a, const struct place *at, const struct rt_call *call,
		   struct strvec *argv, struct err *err);
int pipe_load_argv(struct action *a, const struct place *at, const struct rt_call *call,
		   struct strvec *argv, struct err *err);
int pipe_verify_argv(struct action *a, const struct place *at, const struct rt_call *call,
		     struct strvec *argv, struct err *err);
int pipe_index_argv(struct action *a, const struct place *at, const struct rt_call *call,
		    struct strvec *argv, struct err *err);

/* The command that says whether an archive is whole, and what is in it. */
void pipe_look_argv(const char *path, struct strvec *argv);

#endif
