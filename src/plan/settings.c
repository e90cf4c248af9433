/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/settings.h"

#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "config/cores.h"
#include "config/jobs.h"

#define START_WORKERS 4    /* the default of -j */
#define NETWORK_CEILING 16 /* unless the user names a larger one */

/* Files that hpn itself may have open: its outputs, its logs, the journal. */
#define OWN_FILES 22

/* How many files this process may have open; 0: any number. */
static unsigned long open_files(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY)
		return 0;
	return (unsigned long)lim.rlim_cur;
}

/* A child has two pipes, of which both ends are open while it is started, and
 * perhaps a log. */
static unsigned most_workers(bool logs)
{
	unsigned long files = open_files(), each = logs ? 3 : 2;
	unsigned long most = files > OWN_FILES + 2 ? (files - OWN_FILES) / each : 1;

	return !files || most > JOBS_MOST ? JOBS_MOST : (unsigned)most;
}

/* What waits for a network may be many; what computes, not many more than
 * there are cores. */
static void resolve_workers(const struct cfg *cfg, struct settings *s)
{
	static const enum opt of_class[WORK_CLASSES] = { OPT_NETWORK_WORKERS, OPT_DISK_WORKERS,
							 OPT_CPU_WORKERS };
	unsigned most = most_workers(*s->log_dir), wanted = (unsigned)cfg_workers(cfg);
	unsigned set = (unsigned)cfg_max_workers(cfg);

	s->serial = cfg_bool(cfg, OPT_SERIAL);
	s->serial_given = cfg_given_by_flag(cfg, OPT_SERIAL);
	s->cores = cores_usable("");
	s->workers = wanted < most ? wanted : most;
	s->most_workers = s->serial ? 1 : most;
	s->finds_level = cfg_finds_level(cfg);
	s->workers_are_fixed = cfg_given_by_flag(cfg, OPT_JOBS) && !s->finds_level;
	s->jobs_file = cfg_jobs_file(cfg);
	if (wanted > most)
		strvec_pushf(&s->warnings,
			     "only %u of %u images at once, since this process may open only %lu"
			     " files; raise it with 'ulimit -n'",
			     most, wanted, open_files());
	for (int c = 0; c < WORK_CLASSES; c++) {
		int64_t n = cfg_int(cfg, of_class[c]);
		unsigned cores = 2 * s->cores;

		s->class_workers[c] = n ? (unsigned)n : UINT_MAX;
		s->ceiling[c] = set                     ? set
				: c == WORK_NETWORK     ? NETWORK_CEILING
				: cores < START_WORKERS ? START_WORKERS
							: cores;
	}
}

static bool is_for_all(const struct cfg *cfg, enum opt id)
{
	return cfg_layer_source(cfg, id, LAYER_FLAG) || cfg_layer_source(cfg, id, LAYER_ENV);
}

static void resolve_times(const struct cfg *cfg, struct settings *s)
{
	s->timeout_ns = cfg_int(cfg, OPT_TIMEOUT);
	if (s->timeout_ns < 0) { /* N% of the median; until there is one, the default */
		s->timeout_percent = (unsigned)-s->timeout_ns;
		option_read(OPT_TIMEOUT, option_get(OPT_TIMEOUT)->def, 0, &s->timeout_ns, NULL);
	}
	s->stall_ns = cfg_duration_ns(cfg, OPT_STALL_TIMEOUT);
	s->deadline_ns = cfg_duration_ns(cfg, OPT_DEADLINE);
	s->kill_after_ns = cfg_duration_ns(cfg, OPT_KILL_AFTER);
	s->patience_ns = cfg_int(cfg, OPT_PATIENCE);
	s->attempts = (unsigned)cfg_int(cfg, OPT_RETRIES);
	s->retry_delay_ns = cfg_int(cfg, OPT_RETRY_DELAY);
	s->retry_max_delay_ns = cfg_int(cfg, OPT_RETRY_MAX_DELAY);
	s->attempts_for_all = is_for_all(cfg, OPT_RETRIES);
	s->delay_for_all = is_for_all(cfg, OPT_RETRY_DELAY);
	s->max_delay_for_all = is_for_all(cfg, OPT_RETRY_MAX_DELAY);
	s->fail_fast = cfg_bool(cfg, OPT_FAIL_FAST);
	s->max_failures = cfg_int(cfg, OPT_MAX_FAILURES);
}

/* -p together with push mode 1, wherever the mode comes from, means mode 2. */
static void resolve_modes(const struct cfg *cfg, struct settings *s)
{
	for (int v = 0; v < VERB_COUNT; v++)
		s->mode[v] = usage_mode((enum verb)v, cfg);
	s->push_mode_raised = s->mode[VERB_PUSH] == 1 && s->project_given;
	if (s->push_mode_raised)
		s->mode[VERB_PUSH] = 2;
}

static void resolve_places(const struct cfg *cfg, struct settings *s)
{
	const char *check = cfg_str(cfg, OPT_VERIFY);

	s->platform = cfg_str(cfg, OPT_PLATFORM);
	s->registry = cfg_str(cfg, OPT_REGISTRY);
	s->project = cfg_str(cfg, OPT_PROJECT);
	s->project_given = cfg_given_by_flag(cfg, OPT_PROJECT);
	s->bundle = cfg_str(cfg, OPT_BUNDLE);
	s->compress = cfg_str(cfg, OPT_COMPRESS);
	s->checksums = cfg_bool(cfg, OPT_CHECKSUMS);
	s->check = cfg_bool(cfg, OPT_NO_VERIFY) || !strcmp(check, "never") ? CHECK_NEVER
		   : !strcmp(check, "always")                              ? CHECK_ALWAYS
									   : CHECK_AUTO;
	s->keep_free_bytes = cfg_int(cfg, OPT_KEEP_FREE);
	s->expect = cfg_str(cfg, OPT_EXPECT);
	s->insecure_hosts = cfg_list(cfg, OPT_INSECURE);
	s->registries = cfg_registries(cfg);
}

static enum output_mode output_mode(const struct cfg *cfg, unsigned chain)
{
	const unsigned no_runtime = VERB_BIT(VERB_VERIFY) | VERB_BIT(VERB_INDEX);
	static const char *const names[] = { "ordered", "grouped", "lines", "none" };

	if (cfg_bool(cfg, OPT_JSON))
		return OUTPUT_RAW;
	if (!strcmp(cfg_str(cfg, OPT_PROGRESS), "none"))
		return OUTPUT_NONE;
	if (!cfg_is_set(cfg, OPT_OUTPUT) && isatty(STDOUT_FILENO) && !(chain & no_runtime) &&
	    !cfg_bool(cfg, OPT_VERBOSE))
		return OUTPUT_DONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(cfg_str(cfg, OPT_OUTPUT), names[i]))
			return (enum output_mode)i;
	return OUTPUT_ORDERED;
}

static int resolve_sight(const struct cfg *cfg, struct settings *s, struct err *err)
{
	const char *progress = cfg_str(cfg, OPT_PROGRESS);

	s->output = output_mode(cfg, s->chain);
	s->screen = !strcmp(progress, "tty")    ? SCREEN_WANTED
		    : !strcmp(progress, "auto") ? SCREEN_AUTO
						: SCREEN_NONE;
	s->quiet = cfg_bool(cfg, OPT_QUIET);
	s->verbose = cfg_bool(cfg, OPT_VERBOSE);
	s->json = cfg_bool(cfg, OPT_JSON);
	s->screen_is_free = !cfg_bool(cfg, OPT_LOG_CONSOLE);
	s->events = cfg_str(cfg, OPT_EVENTS);
	s->log_dir = cfg_str(cfg, OPT_LOG_DIR);
	s->metrics = cfg_str(cfg, OPT_METRICS);
	s->timeline = cfg_str(cfg, OPT_TIMELINE);
	s->otlp = cfg_str(cfg, OPT_OTLP);
	s->reports = cfg_list(cfg, OPT_REPORT);
	s->thresholds = cfg_list(cfg, OPT_WARN);
	if (!strcmp(progress, "json")) {
		if (*s->events && strcmp(s->events, "-") != 0)
			return err_set(err, "--progress json prints the events that --events would"
					    " write; give one of the two");
		s->events = "-";
	}
	if (!strcmp(s->events, "-") && s->output != OUTPUT_RAW)
		s->output = OUTPUT_NONE;
	return 0;
}

/* The contract has verbs ignore each other's flags; the user may have meant
 * another verb. */
static void tell_ignored(const struct cfg *cfg, const struct args *args, struct settings *s)
{
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option *o = option_get((enum opt)id);

		if (!o->verbs || (o->verbs & args->chain) || !cfg_given_by_flag(cfg, (enum opt)id))
			continue;
		strvec_pushf(&s->warnings, "--%s has no effect on %s", o->flag,
			     verb_get(args->verb)->name);
	}
}

int settings_resolve(const struct cfg *cfg, const struct args *args, struct settings *ret,
		     struct err *err)
{
	*ret = (struct settings){
		.chain = args->chain,
		.lists = usage_lists(args, cfg),
		.operands = &args->operands,
		.by_word = args->by_word,
		.line = args->line,
		.from_yaml = cfg_bool(cfg, OPT_FROM_YAML),
		.strict = cfg_bool(cfg, OPT_STRICT),
		.dry_run = cfg_bool(cfg, OPT_DRY_RUN),
		.if_missing = cfg_bool(cfg, OPT_IF_MISSING) && !cfg_bool(cfg, OPT_FORCE),
		.resume = cfg_bool(cfg, OPT_RESUME),
		.retry_failed = cfg_bool(cfg, OPT_RETRY_FAILED),
		.journal = cfg_str(cfg, OPT_JOURNAL),
		.failed_list = cfg_str(cfg, OPT_FAILED_LIST),
		.priority_high = cfg_list(cfg, OPT_PRIORITY_HIGH),
		.priority_low = cfg_list(cfg, OPT_PRIORITY_LOW),
		.history = cfg_bool(cfg, OPT_HISTORY),
	};
	tell_ignored(cfg, args, ret);
	resolve_places(cfg, ret);
	resolve_modes(cfg, ret);
	resolve_times(cfg, ret);
	cfg_proxy_env(cfg, &ret->proxies);
	if (resolve_sight(cfg, ret, err))
		return -1;
	resolve_workers(cfg, ret);
	if (ret->checksums && ret->check == CHECK_NEVER && (ret->chain & VERB_BIT(VERB_SAVE)))
		return err_set(err, "--checksums is for archives that are checked; leave out"
				    " --no-verify");
	return 0;
}

void settings_release(struct settings *s)
{
	strvec_release(&s->warnings);
	strvec_release(&s->proxies);
}

bool settings_are_chatty(const struct settings *s)
{
	return !s->dry_run && !s->quiet;
}

bool settings_are_insecure(const struct settings *s, const char *host)
{
	const struct reg_value *v =
		s->registries ? registry_find(s->registries, host, REG_INSECURE) : NULL;

	if (v && v->num)
		return true;
	for (char *const *h = s->insecure_hosts; h && *h; h++)
		if (!strcmp(*h, host))
			return true;
	return false;
}

uint32_t settings_most_failures(const struct settings *s, uint32_t n)
{
	if (s->fail_fast)
		return 1;
	if (s->max_failures < 0)
		return (uint32_t)((-s->max_failures * n + 99) / 100);
	return (uint32_t)s->max_failures;
}
