/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan.h - what is to be done, and to what
 *
 * A plan is built before the run from the settings, the lists and what is
 * known, and is constant from then on. It starts no process and knows no
 * clock, so a unit test can build one and look at it; --dry-run prints it.
 *
 * An item is one image, or one archive. It goes through the stages in turn: one
 * for pull, two for pull,save. The steps of all stages are counted through: step
 * `first` of a stage is the first one of its verb.
 *
 * build.h has the order in which the other files of this room fill it in.
 */
#ifndef HPN_PLAN_PLAN_H
#define HPN_PLAN_PLAN_H

#include "image/name_map.h"
#include "image/list.h"
#include "plan/settings.h"
#include "plan/verb.h"
#include "pool/breaker.h"
#include "pool/rank.h"
#include "query/local_images.h"
#include "state/expected_sums.h"

#define MAX_STAGES 3

struct item {
	const char *name;             /* the image as in the list, or the file as it may be shown */
	const char *file;             /* the archive's path; NULL: the item is an image */
	const char *bad;              /* why it cannot be done, or NULL */
	const char *sum;              /* the SHA-256 that the archive has to have, or NULL */
	const char *path[MAX_STAGES]; /* in each stage, see struct step */
	uint32_t lane[MAX_STAGES];
	uint32_t list, line; /* where it stands, as in struct list_item */
	int8_t priority;     /* 1, 0 or -1 */
	uint8_t resumed;     /* so many stages were done by the run that is resumed */
	uint8_t uptodate;    /* a bit for each stage that --if-missing found done */
};

struct stage {
	const struct verb_def *verb;
	int mode;
	unsigned first;        /* of its steps, among an item's */
	unsigned nth;          /* among the stages */
	struct name_map taken; /* its paths, each only once */
};

/* A registry host, or where there is none "". */
struct lane_plan {
	const char *host;
	const char *name; /* the host, or words for where there is none */
	struct breaker_rules rules;
	unsigned attempts;
	int64_t delay_ns, max_delay_ns;
};

enum images_state { IMAGES_NOT_ASKED, IMAGES_KNOWN, IMAGES_UNKNOWN };

struct plan {
	const struct settings *set;
	const struct runtime *rt; /* NULL: only hpn's own programs are needed */
	const char *verbs;        /* "pull", "pull,save" */
	struct stage stage[MAX_STAGES];
	unsigned n_stages;
	struct item *item;
	uint32_t n;
	struct lane_plan *lane;
	uint32_t n_lanes;
	struct ranking order;        /* of starting; .job is NULL: that of the list */
	const int64_t *usual_ns;     /* of each item, what it took earlier; NULL: unknown */
	unsigned disk_workers;       /* how many archives are written at once */
	const char *dir;             /* where lists of archives are kept (index, bundle) */
	struct strvec members;       /* the images of a bundle, */
	struct strvec tags;          /* and what they are called in it */
	struct strvec env;           /* of the children, complete */
	struct rt_versions versions; /* of the engine, where a command depends on them */
	struct rt_call call;         /* what all calls to the runtime have in common */
	uint32_t machine;            /* see artefact.h */
	struct strvec warnings;      /* for the user, without "Warning: " */

	/* what is known of the runtime's images; see plan_ask_images() */
	struct local_images images;
	enum images_state images_state;

	/* the plan's own */
	struct list list;
	struct expected_sums sums;
	struct name_map hosts;
	struct arena texts;
};

void plan_init(struct plan *p, const struct settings *set);
void plan_release(struct plan *p);

void plan_add_stage(struct plan *p, const struct verb_def *verb);

/* The environment of the children: that of hpn, the proxies, the runtime's own. */
void plan_set_environment(struct plan *p, char *const *environ);

/* Where an item stands, for messages: "LIST:LINE", or the file. Appended. */
void plan_where(const struct plan *p, uint32_t job, struct buf *b);

/* The item will fail in its place, and the user is warned of it now. */
void plan_spoil(struct plan *p, uint32_t job, const char *why);

/* The plan's own copy of a text. */
const char *plan_keep(struct plan *p, const char *text);

/* Ask the runtime which images of the list it has, unless that is known. NULL
 * with err where it cannot be asked. */
const struct local_images *plan_ask_images(struct plan *p, struct console *c, struct err *err);

/* The item's image, if it is known to be there; else NULL. */
const struct local_image *plan_image(const struct plan *p, uint32_t job);

/* The registry that a step's traffic goes to; nothing for none. Appended. */
void plan_host(const struct stage *st, const char *name, const char *path, struct buf *b);

/* An item as step 0 of this stage sees it. */
struct step plan_step(const struct plan *p, const struct stage *st, uint32_t job);

/* The steps of an item, without those that further images of a file need. */
unsigned plan_steps(const struct plan *p);

/* The stage that the step belongs to. */
const struct stage *plan_stage_of(const struct plan *p, unsigned nth);

/* This stage of the item need not be done. */
bool plan_is_done(const struct plan *p, const struct stage *st, uint32_t job);

/* The items are archives, of which any number of images may come. */
bool plan_unpacks(const struct plan *p);

/* The first of the stages that this is true of, or NULL. */
const struct stage *plan_find_stage(const struct plan *p, bool (*is_it)(const struct verb_def *));

#endif
