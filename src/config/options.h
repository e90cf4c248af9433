/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * options.h - the one table of everything that a user can set
 *
 * A flag, its letter, its key in a configuration file, its environment
 * variables, its default, its range and its help are defined in options.c and
 * nowhere else. Readers write by this table, help and `hpn config` print from
 * it, and lint holds man pages and completions against it.
 */
#ifndef HPN_CONFIG_OPTIONS_H
#define HPN_CONFIG_OPTIONS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum opt {
	/* what to do */
	OPT_ACTION,
	OPT_FILE,
	OPT_FROM_YAML,
	OPT_PLATFORM,
	OPT_STRICT,
	OPT_DRY_RUN,
	OPT_IF_MISSING,
	OPT_FORCE,
	OPT_OUT,
	/* where images go */
	OPT_REGISTRY,
	OPT_PROJECT,
	OPT_SAVE_MODE,
	OPT_LOAD_MODE,
	OPT_PUSH_MODE,
	OPT_COMPRESS,
	OPT_CHECKSUMS,
	OPT_BUNDLE,
	OPT_VERIFY,
	OPT_NO_VERIFY,
	OPT_KEEP_FREE,
	OPT_EXPECT,
	OPT_INSECURE,
	/* the runtime */
	OPT_RUNTIME,
	OPT_RUNTIME_PREFERRED,
	OPT_AUTO_FALLBACK,
	OPT_RUNTIME_DIR,
	/* pace and patience */
	OPT_JOBS,
	OPT_NETWORK_WORKERS,
	OPT_DISK_WORKERS,
	OPT_CPU_WORKERS,
	OPT_AUTO_ADJUST,
	OPT_SERIAL,
	OPT_PRIORITY_HIGH,
	OPT_PRIORITY_LOW,
	OPT_HISTORY,
	OPT_TIMEOUT,
	OPT_STALL_TIMEOUT,
	OPT_DEADLINE,
	OPT_KILL_AFTER,
	OPT_PATIENCE,
	OPT_RETRIES,
	OPT_RETRY_DELAY,
	OPT_RETRY_MAX_DELAY,
	OPT_RESUME,
	OPT_RETRY_FAILED,
	OPT_JOURNAL,
	OPT_FAILED_LIST,
	OPT_FAIL_FAST,
	OPT_MAX_FAILURES,
	/* what is shown */
	OPT_OUTPUT,
	OPT_PROGRESS,
	OPT_JSON,
	OPT_VERBOSE,
	OPT_QUIET,
	OPT_EVENTS,
	OPT_LOG_DIR,
	OPT_REPORT,
	OPT_METRICS,
	OPT_WARN,
	OPT_TIMELINE,
	OPT_OTLP,
	OPT_LOG_LEVEL,
	OPT_LOG_FORMAT,
	OPT_LOG_FILE,
	OPT_LOG_CONSOLE,
	OPT_LOG_TIMESTAMP,
	OPT_LOG_COLORS,
	/* proxies */
	OPT_PROXY_HTTP,
	OPT_PROXY_HTTPS,
	OPT_PROXY_ENABLED,
	/* hpn itself */
	OPT_CONFIG,
	OPT_DEFAULTS,
	OPT_OPTIONS,
	OPT_VERSION,
	OPT_VERSION_UPPER,
	OPT_HELP,
	OPT_ALL,
	OPT_COUNT
};

enum opt_kind {
	KIND_BOOL,
	KIND_INT,
	KIND_TIME,       /* a duration over zero, or from zero with OPT_F_ZERO_TIME; "" too
			  * where that is the default */
	KIND_TIME_SHARE, /* the same or N%, which comes back as a negative number */
	KIND_TEXT,
	KIND_CHOICE, /* one of `choices`; "" too where that is the default */
	KIND_LIST,   /* texts, see `separator` */
	KIND_URL,    /* of a proxy; see proxy.h */
	KIND_JOBS,   /* KIND_INT; the flag: see jobs.h, where auto gives 0 */
	KIND_SIZE,   /* bytes, as in 10G */
	KIND_LIMIT,  /* N or N%; the number comes back negative for N% */
};

enum opt_group {
	GROUP_WHAT,
	GROUP_WHERE,
	GROUP_RUNTIME,
	GROUP_PACE,
	GROUP_OUTPUT,
	GROUP_PROXY,
	GROUP_SELF,
	GROUP_COUNT
};

/* Which verbs an option concerns: their help and completions have it. The other
 * verbs ignore it, unless OPT_F_OWN_VERB makes it an error there. 0: all. */
enum verb {
	VERB_NONE,
	VERB_PULL,
	VERB_SAVE,
	VERB_LOAD,
	VERB_PUSH,
	VERB_VERIFY,
	VERB_INDEX,
	VERB_TIMELINE,
	VERB_DOCTOR,
	VERB_RUNTIMES,
	VERB_CONFIG,
	VERB_COMPLETION,
	VERB_VERSION,
	VERB_HELP,
	VERB_COUNT
};

#define VERB_BIT(v) (1u << (v))

#define OPT_F_HIDDEN 1u       /* for few: see config_help() */
#define OPT_F_ADDS 2u         /* lists: flag, environment and file add up */
#define OPT_F_ZERO_IS_NONE 4u /* modes: 0 as a flag is given, and no value */
#define OPT_F_FREE_FLAG 8u    /* the flag's value is not held to the key's rules */
#define OPT_F_OWN_VERB 16u    /* an error with any other verb */
#define OPT_F_ZERO_TIME 64u   /* a time may be 0 */
#define OPT_F_FIRST 32u       /* among the few that `hpn --help` shows */

struct option {
	const char *flag; /* without dashes; NULL: no flag */
	char letter;      /* 0: none */
	enum opt_kind kind;
	enum opt_group group;
	const char *arg;     /* what help calls the value; NULL for booleans */
	const char *key;     /* in configuration files; NULL: in none */
	const char *env;     /* short name without HPN_; NULL: only the key's name */
	const char *def;     /* as text; "" for none */
	int64_t min, max;    /* KIND_INT */
	int64_t flag_max;    /* if larger than max, for the flag only; else 0 */
	const char *choices; /* "a|b|c" */
	const char *offers;  /* what completion offers for the value; NULL: see complete.c */
	char separator;      /* KIND_LIST: between items in one text; 0: none */
	unsigned bits;       /* OPT_F_... */
	unsigned verbs;      /* VERB_BIT()s */
	/* The value when the flag stands without one; then it takes one only
	 * after =. NULL: it needs a value. */
	const char *alone;
	const char *help; /* one line for --help */
	const char *more; /* what a manual page adds to it; may be NULL */
	/* what else the key's value must be; NULL: nothing */
	int (*check)(const char *text, struct err *why);
};

const struct option *option_get(enum opt id);

/* By flag name, letter, or key (any case); OPT_COUNT when there is none. */
enum opt option_by_flag(const char *name, size_t len);
enum opt option_by_letter(char letter);
enum opt option_by_key(const char *key);

/* 1 when keys begin with this text and a dot (any case): a section. */
int option_is_section(const char *name);

/* The nearest, or NULL when none is near. A flag comes without its dashes. */
const char *option_suggest_flag(const char *name);
const char *option_suggest_section(const char *name, struct buf *room); /* text in room */
const char *option_suggest_key(const char *key);
const char *verb_suggest(const char *word);

/*
 * Check a value, and read its number (KIND_BOOL, _INT, _TIME, _SIZE, _LIMIT; else 0).
 * On failure `why` says what the value is not and what to give instead; it
 * does not name the option. A password in a proxy is masked there.
 */
int option_read(enum opt id, const char *text, int from_flag, int64_t *ret_num, struct err *why);

/* The same for a key that is not in the table. */
int option_check(const struct option *o, const char *text, int64_t *ret_num, struct err *why);

/* "HPN_..." made from the short name or from the key; 0 when there is none. */
int option_env_short(enum opt id, struct buf *ret_name);
int option_env_full(enum opt id, struct buf *ret_name);

/* What a value may be, in words: "1 to 10", "text or json", "a duration". */
void option_range(const struct option *o, struct buf *ret_text);

/* "-f, --file LIST", "    --strict" */
void option_usage(enum opt id, struct buf *ret_text);

/* What a picture's file may be called: its ending says what it becomes. */
int option_check_picture(const char *path, struct err *why);

struct verb_info {
	const char *name;
	const char *operands; /* for help; "" for none */
	const char *offers;   /* for completion, see complete.h; "" for nothing */
	const char *help;
	/* Two commands for its help, which tests/e2e/examples runs. */
	const char *examples[2];
};

const struct verb_info *verb_get(enum verb v); /* not VERB_NONE */
enum verb verb_by_name(const char *name);      /* VERB_NONE: unknown */

const char *option_group_title(enum opt_group g);

#endif
