/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * action.h - pull, save, load and push, as far as they are alike
 *
 * An action is a list of items and a chain of stages: one for pull, two for
 * pull,save. A stage is a few functions that say how one item is done;
 * action_run() does the rest: what is printed before and after, and the run
 * itself. An item goes through all stages as one job of the pool, and so as
 * soon as it can, whatever the others do.
 */
#ifndef HPN_APP_ACTION_H
#define HPN_APP_ACTION_H

#include "app/jobsfile.h"
#include "app/lanes.h"
#include "app/order.h"
#include "query/local_images.h"
#include "run/attempt_limits.h"
#include "watch/recording.h"
#include "state/expected_sums.h"
#include "app/resume.h"
#include "app/run.h"
#include "console/console.h"
#include "state/tempdir.h"
#include "base/log.h"
#include "config/args.h"
#include "config/cfg.h"
#include "image/claims.h"
#include "image/list.h"
#include "output/events.h"
#include "output/logdir.h"
#include "output/metrics.h"
#include "output/report.h"
#include "output/run_info.h"
#include "output/warn.h"
#include "runtime/argv.h"
#include "runtime/store.h"

/* What an action has to remember of an item beside its name. */
struct target {
	const char *shown; /* of a file: its name, as it may be shown */
	const char *bad;   /* why the item cannot be done, or NULL */
	unsigned begun;    /* the part that was begun last, by its first step + 1 */
	bool ran;          /* one of that part's steps had something to run */
	bool pending;      /* save: a file waits for the check under its own name */
};

struct action;
struct action_ops;

struct stage {
	const struct action_ops *ops;
	int mode;
	unsigned first;       /* of its steps, among a job's */
	const char **path;    /* for each job: save: the archive; push: the reference */
	uint32_t *lane;       /* for each job */
	struct claims claims; /* paths or references, each only once */
};

#define MAX_STAGES 3

/* Where a job's step is. */
struct place {
	uint32_t job;
	struct stage *stage;
	unsigned step;    /* within the stage; or again from 0, see loaded.h */
	unsigned nth;     /* how often it began again */
	const char *name; /* what it is done to: the image, or the file as it is shown */
	const char *path; /* see struct stage */
	const char *bad;  /* why it cannot be done, or NULL */
	bool fresh;       /* nothing of it was done or said before */
};

/* Consumers of the run's events beside its lines of text. */
struct listeners {
	struct listener list[24];
	unsigned n;
	struct ledger ledger; /* its info is NULL before the run */
	struct sink *sink;    /* of --events; NULL: none */
	struct events *events;
	struct logdir *logdir; /* of --log-dir; NULL: none */
	struct strvec log_names;
	/* their infos are NULL when they are not wanted */
	struct report report;
	struct metrics metrics;
	struct warn warn;
	struct recording record;
	struct progress *progress; /* NULL: nobody wants to know */
};

struct action {
	struct console *console;
	const struct cfg *cfg;
	struct runtimes runtimes;
	const struct runtime *rt; /* one of them */
	struct stage stage[MAX_STAGES];
	unsigned n_stages;
	const char *verbs; /* "pull", "pull,save" */
	struct log *log;
	struct list list;    /* pull, save, push */
	struct strvec paths; /* load */
	struct target *target;
	struct loaded *loaded; /* load: see loaded.h; else NULL */
	uint32_t n;
	struct claims lanes; /* registry hosts */
	struct strvec lane_names;
	struct lanes rules; /* of each lane */
	struct arena texts;
	struct run_info info;
	const char **shown; /* the name of each job, for the info */
	struct listeners listeners;
	struct order order;
	struct attempt_limits patience;
	struct resume resume;
	struct live *live; /* the live screen, or NULL */
	struct jobsfile jobsfile;
	struct local_images images; /* see action_images() */
	bool asked;
	struct fresh *fresh; /* what need not be done, or NULL */
	bool disk_full;      /* a save has failed for it: no other is begun */
	struct run run;
	struct jobserver jobserver;
	bool shares_jobs;  /* with make */
	struct strvec env; /* of the children, whole */
	struct tempdir tempdir;
	struct trace trace;
	uint64_t dice;     /* for waits; 0 until the first */
	struct buf reason; /* of the verdict that was given last */
	uint32_t machine;  /* save: see artefact.h */
	struct buf temp;
	const char *base;          /* index, save --bundle: the folder whose lists are made */
	struct expected_sums book; /* sums that archives have to have */
};

/* A step that no runtime does, but hpn-pipe: an archive is looked through. */
#define STEP_CHECK RT_VERBS

/* What fill_argv says beside 0 and -1. */
enum { ARGV_RUNTIME = 1, ARGV_NOTHING };

struct action_ops {
	struct verb_forms words;
	const char *plural; /* "images", "files" */
	unsigned steps;
	enum rt_verb step[2];
	bool takes_files;  /* its items are files */
	bool no_runtime;   /* all of its steps are STEP_CHECK */
	bool uses_network; /* it waits in the lane of the registry */
	/* The command, where it is more than the runtime's own; ARGV_RUNTIME
	 * where it is not, ARGV_NOTHING where the step has nothing to do. NULL:
	 * always the runtime's. */
	int (*fill_argv)(struct action *a, const struct place *at, const struct rt_call *call,
			 struct strvec *argv, struct err *err);
	/* Fill in the targets, and say what the contract says before the items.
	 * NULL where there is nothing to do. */
	int (*set_up)(struct action *a, struct stage *st, struct err *err);
	/* Add to what the command is made of; or refuse. */
	int (*fill)(struct action *a, const struct place *at, struct rt_call *call,
		    struct err *err);
	/* The step's child has ended well, or not: publish, note, clean up. */
	int (*after)(struct action *a, const struct place *at, bool good, struct err *err);
	/* After the run: what jobs left that were cancelled between two steps. */
	void (*sweep)(struct action *a, struct stage *st);
	/* How large is what the child writes; -1: not known. NULL: nothing. */
	int64_t (*written)(struct action *a, const struct place *at);
};

extern const struct action_ops action_pull, action_save, action_load, action_push, action_verify,
	action_index;

const char *action_name(const struct action *a, uint32_t job);

/* Which stage this step of the job belongs to. */
struct place action_place(struct action *a, uint32_t job, unsigned step);

/* What the step does: pull, tag ...; STEP_CHECK where no runtime does it. */
enum rt_verb action_verb(const struct place *at);

/* The lane that it waits in. */
uint32_t action_lane(struct action *a, uint32_t job, unsigned step);

/* The action has a stage of this kind. */
bool action_has(const struct action *a, const struct action_ops *ops);

/* Verify and index: files as they are named; of a folder, all archives in it,
 * and for verify those that are listed there and missing. Nothing named: the
 * current folder. */
int verify_find(struct action *a, const struct args *args, struct err *err);

/* Push: the reference to push the image to; NULL and a text in ret_bad where
 * there is none. `job` is the item that it is for. */
const char *push_claim(struct action *a, struct stage *st, uint32_t job, const char *image,
		       const char **ret_bad);

/* Which images of the list the runtime has; it is asked the first time only.
 * NULL where it cannot be asked. */
const struct local_images *action_images(struct action *a, struct err *err);

/* The registry of this reference, where TLS is not wanted there; else NULL. */
const char *action_insecure(const struct action *a, const char *name, struct buf *room);
bool action_insecure_host(const struct action *a, const char *host);

/* The item's place, for messages: "LIST:LINE". Appended. */
void action_where(const struct action *a, uint32_t job, struct buf *b);

/* The item will fail in its place: says so at once on standard error. */
void action_spoil(struct action *a, uint32_t job, const char *why);

/*
 * Do it: cfg and verb are checked, the session is open. Returns the status to
 * exit with; console->ended_by says when hpn is to die of a signal instead.
 */
int action_run(struct console *s, const struct cfg *cfg, const struct args *args, struct log *log);

static inline bool action_is_dry(const struct action *a)
{
	return cfg_bool(a->cfg, OPT_DRY_RUN);
}

/* The lines of the contract are for those who want to watch a real run. */
static inline bool action_is_chatty(const struct action *a)
{
	return !action_is_dry(a) && !cfg_bool(a->cfg, OPT_QUIET);
}

#endif
