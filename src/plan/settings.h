/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * settings.h - what the user wants of a run, in plain fields
 *
 * Flags, environment and configuration file are read here once, and whatever
 * depends on the machine (cores, open files) is settled here too. From then on
 * nobody asks the configuration again: the plan, the pool, the screen and the
 * reports all see the same numbers. Strings belong to the configuration and to
 * the arguments, which live longer. A string that was not given is "".
 */
#ifndef HPN_PLAN_SETTINGS_H
#define HPN_PLAN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "config/args.h"
#include "config/cfg.h"
#include "pool/queue.h"

enum check { CHECK_AUTO, CHECK_ALWAYS, CHECK_NEVER };

enum output_mode {
	OUTPUT_ORDERED,
	OUTPUT_GROUPED,
	OUTPUT_LINES,
	OUTPUT_NONE,
	OUTPUT_DONE, /* for a terminal: each item when it is done, numbered */
	OUTPUT_RAW,  /* what the children write on standard output, and nothing else */
};

enum screen_mode { SCREEN_AUTO, SCREEN_WANTED, SCREEN_NONE };

struct settings {
	/* what is to be done */
	unsigned chain;     /* the actions, as VERB_BIT()s */
	char *const *lists; /* files of images; ends with NULL */
	const struct strvec *operands;
	bool by_word;      /* the verb was a word, not -a */
	char *const *line; /* the complete command line; NULL in tests */
	bool from_yaml;    /* every list is YAML */
	bool strict;       /* one bad line refuses the run */
	bool dry_run;
	bool if_missing; /* leave out what is done already */
	bool resume, retry_failed;
	const char *journal; /* a path, "none", or "" for hpn's own place */
	const char *failed_list;
	const char *platform;

	/* where images and archives are */
	const char *registry, *project;
	bool project_given; /* -p was on the command line */
	int mode[VERB_COUNT];
	bool push_mode_raised; /* -p turned push mode 1 into 2 */
	const char *bundle;
	const char *compress; /* "none", "zstd", "gzip:9" */
	bool checksums;
	enum check check;
	int64_t keep_free_bytes;
	const char *expect;
	char *const *insecure_hosts;
	const struct registries *registries;

	/* how many at once */
	bool serial, serial_given; /* given: as a flag */
	unsigned cores;
	unsigned workers;                     /* to begin with; never more than most_workers */
	unsigned most_workers;                /* what open files allow */
	unsigned class_workers[WORK_CLASSES]; /* UINT_MAX: no limit */
	unsigned ceiling[WORK_CLASSES];       /* how far each class may go by itself */
	bool finds_level;                     /* hpn changes the number of workers by itself */
	bool workers_are_fixed;               /* -j N: make's jobserver is not asked */
	bool under_make;       /* make's jobserver says how many; set by whoever opens it */
	const char *jobs_file; /* of -j FILE */
	char *const *priority_high, *const *priority_low;
	bool history;

	/* how long */
	int64_t timeout_ns;       /* of an attempt, where no share of a median holds */
	unsigned timeout_percent; /* of the median; 0: timeout_ns alone */
	int64_t stall_ns, deadline_ns, kill_after_ns; /* 0: none */
	int64_t patience_ns; /* with an engine that was there; half as long with a registry */
	unsigned attempts;
	int64_t retry_delay_ns, retry_max_delay_ns;
	bool attempts_for_all, delay_for_all, max_delay_for_all; /* over [registry] sections */
	bool fail_fast;
	int64_t max_failures; /* 0: no limit; negative: a percentage */

	/* what is seen of it */
	enum output_mode output;
	enum screen_mode screen;
	bool quiet, verbose, json;
	bool screen_is_free; /* the log does not write to the terminal */
	const char *events, *log_dir, *metrics, *timeline, *otlp;
	char *const *reports, *const *thresholds;

	struct strvec warnings; /* without "Warning: " */
	struct strvec proxies;  /* what children get in addition: "http_proxy=..." */
};

/* -1 with err where two settings contradict each other. */
int settings_resolve(const struct cfg *cfg, const struct args *args, struct settings *ret,
		     struct err *err);
void settings_release(struct settings *s);

/* The run's lines of text are wanted: it is real, and not --quiet. */
bool settings_are_chatty(const struct settings *s);

/* TLS is not wanted at this host. */
bool settings_are_insecure(const struct settings *s, const char *host);

/* How many failures end the run, of n items; 0: none. */
uint32_t settings_most_failures(const struct settings *s, uint32_t n);

#endif
