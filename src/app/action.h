/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * action.h - pull, save, load and push, as far as they are alike
 *
 * An action is a list of items and a few functions that say how one item is
 * done; action_run() does the rest: what is printed before and after, and the
 * run itself.
 */
#ifndef HPN_APP_ACTION_H
#define HPN_APP_ACTION_H

#include "app/lanes.h"
#include "app/order.h"
#include "app/run.h"
#include "app/session.h"
#include "base/log.h"
#include "config/args.h"
#include "config/cfg.h"
#include "image/claims.h"
#include "image/list.h"
#include "output/events.h"
#include "output/logdir.h"
#include "output/report.h"
#include "output/roster.h"
#include "runtime/argv.h"
#include "runtime/store.h"

/* What an action has to remember of an item beside its name. */
struct target {
	const char *path; /* save: the archive; push: the reference; or NULL */
	const char *bad;  /* why the item cannot be done, or NULL */
	uint32_t lane;
	bool told; /* push: what happens was said */
};

/* Consumers of the run's events beside its lines of text. */
struct listeners {
	struct listener list[12];
	unsigned n;
	struct ledger ledger; /* its roster is NULL before the run */
	struct sink *sink;    /* of --events; NULL: none */
	struct events *events;
	struct logdir *logdir; /* of --log-dir; NULL: none */
	struct strvec log_names;
	struct report report; /* its roster is NULL when none is wanted */
};

struct action {
	struct session *session;
	const struct cfg *cfg;
	struct runtimes runtimes;
	const struct runtime *rt; /* one of them */
	const struct action_ops *ops;
	struct log *log;
	int mode;
	struct list list;    /* pull, save, push */
	struct strvec paths; /* load */
	struct target *target;
	uint32_t n;
	struct claims claims; /* paths or references, each only once */
	struct claims lanes;  /* registry hosts */
	struct strvec lane_names;
	struct lanes rules; /* of each lane */
	struct arena texts;
	struct roster roster;
	struct listeners listeners;
	struct order order;
	struct run run;
	struct jobserver jobserver;
	struct strvec env; /* of the children, whole */
	uint64_t dice;     /* for waits; 0 until the first */
	struct buf reason; /* of the verdict that was given last */
	uint32_t machine;  /* save: see artefact.h */
	struct buf temp;
};

struct action_ops {
	struct plain_words words;
	const char *plural; /* "images", "files" */
	unsigned steps;
	enum rt_verb step[2];
	bool no_runtime; /* it is hpn's own affair, see `fill_argv` */
	/* The command, where it is more than the runtime's own. Returns 1 where
	 * it is not. NULL: never. */
	int (*fill_argv)(struct action *a, uint32_t job, const struct rt_call *call,
			 struct strvec *argv, struct err *err);
	/* Fill in the targets, and say what the contract says before the items.
	 * NULL where there is nothing to do. */
	int (*set_up)(struct action *a, struct err *err);
	/* Add to what the command is made of; or refuse. */
	int (*fill)(struct action *a, uint32_t job, unsigned step, struct rt_call *call,
		    struct err *err);
	/* The step's child has ended well, or not: publish, note, clean up. */
	int (*after)(struct action *a, uint32_t job, unsigned step, bool good, struct err *err);
};

extern const struct action_ops action_pull, action_save, action_load, action_push, action_verify;

const char *action_name(const struct action *a, uint32_t job);

/* The item's place, for messages: "LIST:LINE". Appended. */
void action_where(const struct action *a, uint32_t job, struct buf *b);

/* The item will fail in its place: says so at once on standard error. */
void action_spoil(struct action *a, uint32_t job, const char *why);

/*
 * Do it: cfg and verb are checked, the session is open. Returns the status to
 * exit with; session->ended_by says when hpn is to die of a signal instead.
 */
int action_run(struct session *s, const struct cfg *cfg, const struct args *args, struct log *log);

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
