/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * runtime.h - one container runtime, as its descriptor has it
 *
 * A descriptor is an INI file, see hpn-runtime(5). descriptor_read() makes a
 * struct runtime of it; after that nobody changes it but for `path`, which
 * runtime_find_program() fills in. It may be shared by any number of readers.
 */
#ifndef HPN_RUNTIME_RUNTIME_H
#define HPN_RUNTIME_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strvec.h"
#include "runtime/pattern.h"
#include "runtime/template.h"

/* A runtime need not have those after RT_PUSH: save and load with the archive on
 * standard output and input; save of several images, whose names are added, to
 * a file and to standard output; what hpn asks, changing nothing: facts about
 * images whose names are added, the manifest of a target, facts about the
 * engine, and the versions of the engine. */
enum rt_verb {
	RT_PULL,
	RT_SAVE,
	RT_LOAD,
	RT_TAG,
	RT_PUSH,
	RT_SAVE_STREAM,
	RT_LOAD_STREAM,
	RT_SAVE_BUNDLE,
	RT_BUNDLE_STREAM,
	RT_INSPECT,
	RT_MANIFEST,
	RT_FACTS,
	RT_VERSION,
	RT_VERBS
};

/* What a verb uses up, and so which limit it counts against. */
enum rt_work { RT_NETWORK, RT_DISK, RT_CPU, RT_WORKS };

/* What went wrong with a child. Those up to ERR_TRANSIENT are found by the
 * expressions of a descriptor, and are tried in this order: what will not go
 * away by itself first. */
enum err_class {
	ERR_NO_SPACE,
	ERR_DAEMON_DOWN,
	ERR_THROTTLED,
	ERR_DENIED,
	ERR_MISSING,
	ERR_INVALID,
	ERR_TRANSIENT,
	ERR_KILLED,
	ERR_TIMEOUT,
	ERR_UNKNOWN,
	ERR_CLASSES
};
#define ERR_MATCHED (ERR_TRANSIENT + 1)

struct rt_rule {
	enum err_class class;
	unsigned verbs; /* mask of RT_BIT(verb) */
	bool special;   /* from [errors VERB]: before the others of its class */
	char *name;     /* "denied" or "invalid.http": which hint it has */
	struct rt_pattern pattern;
};

struct rt_hint {
	char *name;
	char *text; /* a template: image, target, file, host, name, program */
};

struct rt_verb_def {
	bool given;
	enum rt_work work;
	struct rt_words argv; /* without the program */
	int line;
};

struct rt_probe_def {
	struct rt_words argv;
	struct rt_patterns version; /* group 1, in what it prints */
	struct rt_patterns stopped;
	struct rt_patterns not_permitted;
	char *start_hint;  /* NULL: none */
	char *permit_hint; /* NULL: none */
	char *socket;      /* when nobody listens there, it does not answer; NULL: not known */
	char *socket_env;  /* the variable that names another socket; or NULL */
	int line;
};

/* Where the versions are in what the command of [version] prints: group 1. */
struct rt_version_def {
	struct rt_patterns client, server, api;
};

/* The process that works for a runtime, where there is one. All NULL or 0: none. */
struct rt_daemon_def {
	char *program;      /* "dockerd" */
	char *config;       /* its JSON file, when it is not told another */
	char *socket;       /* when the variable does not say */
	char *socket_env;   /* "DOCKER_HOST" */
	char *downloads;    /* its setting for layers at a time, in file and flag */
	int most_downloads; /* when nothing is set */
	char *store;        /* "containerd": the program that may keep the images for it */
	char *store_driver; /* when it does: the storage driver's name */
	char *store_config; /* the TOML file of that program, unless it was told another one */
	char *store_root;   /* its directory when nothing is set */
};

/* Where it leaves things when it is killed. */
struct rt_tempdir_def {
	char *variable;      /* of the environment that names it; NULL: nowhere */
	char *common;        /* the place where the variable is not set; or NULL */
	struct strvec files; /* its configuration, which may name another */
	struct rt_patterns says;
};

struct runtime {
	char *name;
	char *program;      /* a bare name or an absolute path */
	char *description;  /* never NULL */
	char *install_hint; /* NULL: none */
	char *source;       /* the descriptor's path, or "compiled in" */
	char *path;         /* where the program is; NULL until found */
	int priority;       /* low is first; 0: only when it is named */
	struct rt_verb_def verb[RT_VERBS];
	struct rt_probe_def probe;
	struct rt_version_def version;
	struct rt_daemon_def daemon;
	struct rt_patterns reason;
	struct rt_patterns loaded;      /* group 1: an image that load took in */
	struct rt_patterns load_failed; /* lines of a load that has failed with status 0 */
	/* Of a pull or a push that goes on; group 1 is the name of a part (a layer),
	 * or what it is doing. */
	struct rt_patterns part, part_done, doing;
	struct rt_rule *rules; /* in the order in which they are tried */
	size_t n_rules;
	struct rt_hint *hints;
	size_t n_hints;
	struct rt_tempdir_def tempdir;
	struct strvec env; /* NAME=VALUE, for every child */
};

const char *rt_verb_name(enum rt_verb verb);
const char *rt_work_name(enum rt_work work);
const char *err_class_name(enum err_class class); /* "no-space" */

/* Each returns a value of the enum, or -1. */
int rt_verb_find(const char *name);
int rt_work_find(const char *name);
int err_class_find(const char *name); /* those below ERR_MATCHED only */

/*
 * Is this class worth another attempt? Throttled ones too, but later and more
 * slowly. What is unknown is never tried again.
 */
bool err_class_retries(enum err_class class);

struct runtime *runtime_new(void);
void runtime_free(struct runtime *rt); /* NULL is fine */

/* The text of the hint for a rule's name: its own, else its class's; NULL. */
const char *runtime_hint(const struct runtime *rt, const char *name);

#endif
