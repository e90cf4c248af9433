/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/perform.h"
#include "query/libexec.h"
#include "query/select.h"
#include "state/artefact.h"
#include "query/timeline.h"
#include "config/complete.h"
#include "config/print.h"
#include "plan/resume.h"
#include "pool/jobserver.h"

extern char **environ;

static void say_error(const struct err *err)
{
	console_warn("Error: %s\n", err->text);
}

static void say_buf(struct console *s, struct buf *b)
{
	console_write(s, buf_str(b), b->len);
	buf_release(b);
}

static int say_help(struct console *s, const struct args *args, const struct cfg *cfg)
{
	struct buf b = BUF_INIT;
	unsigned verbs;
	struct err err;

	if (args_help_topic(args, cfg, &verbs, &err)) {
		say_error(&err);
		return 1;
	}
	config_help(&b, verbs, 80);
	say_buf(s, &b);
	return 0;
}

static int say_version(struct console *s)
{
	console_say(s, "hpn %s\n", PACKAGE_VERSION);
	return 0;
}

static int say_config(struct console *s, const struct cfg *cfg)
{
	struct buf b = BUF_INIT;

	if (cfg_bool(cfg, OPT_OPTIONS))
		config_options(&b);
	else if (cfg_bool(cfg, OPT_DEFAULTS))
		config_defaults(&b);
	else
		config_print(cfg, &b);
	say_buf(s, &b);
	return 0;
}

static int say_completion(struct console *s, const char *shell)
{
	struct buf b = BUF_INIT;
	struct err err;

	if (config_completion(shell, &b, &err)) {
		say_error(&err);
		return 1;
	}
	say_buf(s, &b);
	return 0;
}

/* hpn-doctor reads the same line and the same configuration; what is wrong with
 * them has been said by now. */
static int doctor_become(const struct args *args, struct err *err)
{
	struct strvec argv = STRVEC_INIT;

	libexec_push(&argv, "hpn-doctor");
	for (char *const *word = args->line; *word; word++)
		strvec_push(&argv, *word);
	return libexec_become(&argv, err);
}

/* The log, when one is asked for; its own troubles are told and do no harm. */
static int open_log(const struct cfg *cfg, struct log **ret_log, struct err *err)
{
	struct log_setup setup;

	*ret_log = NULL;
	if (!cfg_log_setup(cfg, &setup))
		return 0;
	*ret_log = log_new(&setup, err);
	return *ret_log ? 0 : -1;
}

static void close_log(struct log *log)
{
	struct err err;

	if (!log)
		return;
	log_flush(log);
	if (log_trouble(log, &err))
		console_warn("Warning: %s\n", err.text);
	log_free(log);
}

/* Who has copied hpn alone can work all the same, but for the check. */
static void do_without_pipe(struct cfg *cfg, const struct args *args)
{
	unsigned checked = VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_LOAD);
	struct err err;

	if (!(args->chain & checked) || strcmp(cfg_str(cfg, OPT_VERIFY), "auto") != 0 ||
	    cfg_bool(cfg, OPT_NO_VERIFY) || cfg_bool(cfg, OPT_DRY_RUN) || libexec_has("hpn-pipe"))
		return;
	console_warn("Warning: archives are not checked: hpn-pipe is neither beside hpn nor in"
		     " %s\n",
		     HPN_PKGLIBEXECDIR);
	cfg_put(cfg, OPT_VERIFY, LAYER_FLAG, "never", "no hpn-pipe", &err);
}

static int run_action(struct console *s, struct cfg *cfg, const struct args *args)
{
	struct log *log;
	struct err err;
	int status;

	if (select_check_preferred(cfg, &err) || open_log(cfg, &log, &err)) {
		say_error(&err);
		return 1;
	}
	do_without_pipe(cfg, args);
	status = perform(s, cfg, args, log);
	close_log(log);
	return status;
}

static int dispatch(struct console *s, struct cfg *cfg, struct args *args)
{
	struct err err;

	if (args_wants_help(args, cfg))
		return say_help(s, args, cfg);
	if (args_wants_version(args, cfg))
		return say_version(s);
	if (jobserver_is_dry(getenv("MAKEFLAGS")))
		cfg_put(cfg, OPT_DRY_RUN, LAYER_FLAG, "true", "make -n", &err);
	/* A shell asks for its completions wherever it starts; what stands in a
	 * configuration there must not come in between. */
	if ((args->verb != VERB_COMPLETION && cfg_load(cfg, environ, "/etc/hpn", &err)) ||
	    usage_check(args, cfg, &err)) {
		say_error(&err);
		return 1;
	}
	if (args->verb == VERB_COMPLETION)
		return say_completion(s, args->operands.v[0]);
	for (size_t i = 0; i < cfg_warnings(cfg)->n; i++)
		console_warn("Warning: %s\n", cfg_warnings(cfg)->v[i]);
	if (cfg_bool(cfg, OPT_VERBOSE) && *cfg_file(cfg))
		console_warn("Configuration: %s\n", cfg_file(cfg));
	if (args->verb == VERB_CONFIG)
		return say_config(s, cfg);
	if (args->verb == VERB_RUNTIMES)
		return select_list(s, cfg);
	if ((args->verb == VERB_DOCTOR && doctor_become(args, &err)) ||
	    (args->verb == VERB_TIMELINE && timeline_become(args, cfg, &err))) {
		say_error(&err);
		return 1;
	}
	if (cfg_bool(cfg, OPT_JSON))
		cfg_put(cfg, OPT_QUIET, LAYER_FLAG, "true", "--json", &err);
	return run_action(s, cfg, args);
}

/* `hpn --resume` alone, apart from further options. */
static bool is_resume_alone(const struct args *args, const struct cfg *cfg)
{
	return !args->by_word && !*cfg_str(cfg, OPT_ACTION) && !args_wants_help(args, cfg) &&
	       !args_wants_version(args, cfg) &&
	       (cfg_bool(cfg, OPT_RESUME) || cfg_bool(cfg, OPT_RETRY_FAILED));
}

/* Is it the last run that is meant? Then its words come first. */
static int find_last(char *const *argv, struct strvec *last, struct err *err)
{
	struct args args = ARGS_INIT;
	struct cfg *cfg = cfg_new();
	int rc = args_parse(argv, cfg, &args, err);

	if (!rc && is_resume_alone(&args, cfg))
		rc = resume_last(last, err);
	args_release(&args);
	cfg_free(cfg);
	return rc;
}

/* Of options that are given twice the later counts: those given now. */
static int parse(char *const *argv, struct cfg *cfg, struct args *args, struct strvec *last,
		 struct err *err)
{
	if (find_last(argv, last, err) || (last->n && args_parse(last->v, cfg, args, err)) ||
	    args_parse(argv, cfg, args, err))
		return -1;
	if (last->n)
		args->line = last->v;
	return 0;
}

/* hpn as its own child: see libexec_publish(). */
static int publish(const char *temporary, const char *final)
{
	struct err err;

	if (!artefact_publish(temporary, final, &err))
		return 0;
	console_warn("%s\n", err.text);
	return 1;
}

int app_main(char *const *argv, int *ret_signal)
{
	struct args args = ARGS_INIT;
	struct strvec last = STRVEC_INIT;
	struct cfg *cfg = cfg_new();
	struct console s;
	struct err err;
	int status = 1;

	if (argv[0] && argv[1] && !strcmp(argv[1], LIBEXEC_PUBLISH) && argv[2] && argv[3]) {
		cfg_free(cfg);
		return publish(argv[2], argv[3]);
	}
	if (console_open(&s, &err)) {
		say_error(&err);
		cfg_free(cfg);
		return 1;
	}
	if (parse(argv[0] ? argv + 1 : argv, cfg, &args, &last, &err))
		say_error(&err);
	else
		status = console_check_output(&s, dispatch(&s, cfg, &args));
	*ret_signal = s.ended_by;
	console_close(&s);
	args_release(&args);
	strvec_release(&last);
	cfg_free(cfg);
	return status;
}
