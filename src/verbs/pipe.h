/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pipe.h - commands that go through hpn-pipe: compression and checks
 *
 * The pool sees one child, hpn-pipe, which runs the runtime, checks what streams
 * by, and packs or unpacks it; or which reads an archive that a runtime has
 * written, or is to read.
 */
#ifndef HPN_VERBS_PIPE_H
#define HPN_VERBS_PIPE_H

#include "plan/plan.h"

/* ".tar", or ".tar.zst" and so on when archives are to be compressed. */
const char *pipe_ending(const struct settings *set);

/* A save goes through hpn-pipe, which then gives the archive its final name. */
bool pipe_packs(const struct settings *set);

/* Is the file to be checked? With --verify auto, when it begins like a tar or a
 * compressed file, even if a bit is wrong there. */
bool pipe_checks(const struct settings *set, const char *path);

/* The file is compressed, by its first bytes. */
bool pipe_is_packed(const char *path);

/* How an archive becomes known under its final name. */
struct pipe_keep {
	const char *final;
	const char *list_dir;      /* where SHA256SUMS and the index are; "" for none */
	const char *scratch;       /* what the names of new lists begin with */
	const char *image;         /* the name asked for; NULL: none */
	const struct strvec *tags; /* that have to be in the archive; NULL: any */
};

/* Begin a save: the runtime's own command, after "--", is to be added. */
void pipe_save(const struct plan *p, const char *temporary, const struct pipe_keep *keep,
	       struct strvec *argv);

/* Check what a runtime wrote to the temporary file, and give it its name. */
void pipe_publish(const char *temporary, const struct pipe_keep *keep, struct strvec *argv);

/* The runtime's own command, after "--". COMMAND_READY, or -1. */
int pipe_add_runtime(const struct plan *p, enum rt_verb verb, const struct rt_call *call,
		     struct strvec *argv, struct err *err);

/* Begin a load of a compressed archive; the runtime's command is to be added. */
void pipe_load(const struct plan *p, const struct item *it, const char *file, struct strvec *argv);

/* Read an archive and say what is in it; `form` is "--text" or "--json". */
void pipe_verify(const struct plan *p, const struct item *it, const char *file, const char *form,
		 bool tolerant, struct strvec *argv);

/* The same, and list it in the directory's index. */
void pipe_index(const struct plan *p, const struct item *it, const char *file, const char *scratch,
		struct strvec *argv);

/* Ask whether an archive is complete, and what is in it, as JSON. */
void pipe_look(const char *path, struct strvec *argv);

/* A file of a list that begins with '-' must not become an option. */
const char *pipe_file(const char *path, struct buf *room);

/* What the names of new lists in this directory begin with, for this item. */
void pipe_scratch(const struct plan *p, const char *dir, uint32_t job, struct buf *b);

#endif
