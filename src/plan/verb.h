/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verb.h - what hpn has to know of a verb such as save
 *
 * Each verb is one constant of this type in src/verbs, and nothing outside
 * that file asks which verb it deals with: the differences are the fields and
 * functions below. A function that is NULL means "nothing special".
 *
 * Planning functions run before the first child of the run; they may change the
 * plan. Running functions see a plan that is constant. None of them prints.
 */
#ifndef HPN_PLAN_VERB_H
#define HPN_PLAN_VERB_H

#include "base/event.h"
#include "config/options.h"
#include "console/console.h"
#include "runtime/argv.h"
#include "runtime/runtime.h"
#include "state/journal.h"

struct item;
struct local_image;
struct local_images;
struct plan;
struct stage;
struct archive_cache;

/* A step that hpn's own programs do: an archive is checked, or gets its name. */
#define STEP_OWN RT_VERBS

/* One step of one item, with all that its command is made of. */
struct step {
	uint32_t job; /* the item's place in the plan */
	unsigned nth; /* among all steps of the item */
	const struct stage *stage;
	unsigned step;  /* within its verb */
	unsigned round; /* load,push: which of the images that came out of the file */
	enum rt_verb does;
	const char *name; /* what it is done to: the image, or the file as it may be shown */
	const char *path; /* save: the archive; push: the reference; else NULL */
	const char *bad;  /* why it cannot be done, or NULL */
	bool cut;         /* the archive was found to be cut: the step saves it again */
};

/* What verb_def.command() says beside -1. */
enum command {
	COMMAND_READY,   /* argv is complete */
	COMMAND_RUNTIME, /* the call is; the runtime's own command is made of it */
	COMMAND_NOTHING, /* the step has nothing to run */
};

/* The answer to: is this done already? */
enum is_done { DONE_NO, DONE_YES, DONE_ASK };

/* A step's child has ended. */
struct step_end {
	bool good;
	/* Filled in by the verb: a line about the item, and a warning; both empty
	 * when there is nothing to say. */
	struct buf note, warning;
	int64_t bytes; /* the size of what was made; -1: not known */
};

struct verb_def {
	enum verb id;
	struct verb_forms words;
	const char *plural; /* of its items: "images", "files" */
	unsigned n_steps;
	enum rt_verb step[2];
	bool takes_files;   /* its items are archives */
	bool misses_files;  /* a file that is listed and not there is an item, too */
	bool no_runtime;    /* all of its steps are STEP_OWN */
	bool uses_network;  /* it waits in the lane of a registry */
	bool to_target;     /* that registry is the one in step.path, not in step.name */
	bool brings_images; /* after it the runtime has images that it had not before */
	bool has_mode;      /* its mode stands in the first line */
	bool takes_room;    /* it writes archives, for which there has to be room */
	bool no_journal;    /* its work is one piece, with nothing to resume */

	/* ---- planning ---- */

	/* Fill in the plan's items. NULL: the images of the lists. */
	int (*find)(struct plan *p, struct console *c, struct err *err);
	/* After the items were told of: make other items of them. */
	int (*gather)(struct plan *p, struct console *c, struct err *err);
	/* What stands in the first line beside the mode. Appended. */
	void (*heading)(const struct plan *p, const struct stage *st, struct buf *line);
	/* Make directories and clear what a killed hpn left. Not in a dry run. */
	int (*prepare)(struct plan *p, const struct stage *st, struct err *err);
	/* What the contract says before the first item. Appended. */
	void (*opening)(const struct plan *p, const struct stage *st, struct buf *lines);
	/* Find each item's path in this stage, or say why it has none. */
	void (*place)(struct plan *p, struct stage *st);
	/* --if-missing. `image` is what the runtime has under the item's name. With
	 * DONE_ASK, question() is a command whose output answer() judges; there
	 * DONE_ASK means that the output says nothing of it. */
	enum is_done (*is_done)(const struct plan *p, const struct stage *st, uint32_t job,
				const struct local_image *image,
				const struct archive_cache *archives);
	void (*question)(const struct plan *p, const struct stage *st, uint32_t job,
			 struct strvec *argv);
	enum is_done (*answer)(const char *output, const struct local_image *image);
	int64_t question_ns; /* its time limit; 0: --timeout */
	/* --resume: what the journal says was done is still there. */
	bool (*is_still_done)(const struct plan *p, const struct stage *st, uint32_t job,
			      const struct journal_entry *e, const struct local_images *images);

	/* ---- running ---- */

	/* A line about the item when its stage begins. Appended. */
	void (*announce)(const struct plan *p, const struct step *st, struct buf *note);
	/* The step's command: see enum command, or -1 with err. `room` is for
	 * strings that call points to. */
	int (*command)(const struct plan *p, const struct step *st, struct rt_call *call,
		       struct buf *room, struct strvec *argv, struct err *err);
	/* After the step's child. -1 with err: the step has failed after all. */
	int (*ended)(const struct plan *p, const struct step *st, struct step_end *e,
		     struct err *err);
	/* The file that the step's child writes, if it writes one. Appended. */
	void (*output)(const struct plan *p, const struct step *st, struct buf *path);
	/* After the run: remove what a cancelled item may have left. */
	void (*sweep)(const struct plan *p, const struct stage *st);
	/* What else the journal is to know of what the stage made: bytes, mtime. */
	void (*record)(const struct plan *p, const struct step *st, struct journal_entry *e);
};

#endif
