/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn-doctor - what is there, and what will be slow or fail
 *
 *   hpn-doctor doctor [REGISTRY...] [OPTION...]
 *
 * `hpn doctor` becomes this program, with the arguments that it was given
 * itself. hpn has read them and the configuration before, and has said what is
 * wrong with them and what it warns about; so nothing is said twice.
 */
#include <stdio.h>

#include "config/args.h"
#include "console/console.h"
#include "doctor/doctor.h"
#include "proc/guard.h"
#include "proc/signals.h"

extern char **environ;

static int look(struct console *s, char *const *line)
{
	struct args args = ARGS_INIT;
	struct cfg *cfg = cfg_new();
	struct err err;
	int status = 1;

	if (args_parse(line, cfg, &args, &err) || cfg_load(cfg, environ, "/etc/hpn", &err) ||
	    usage_check(&args, cfg, &err))
		console_warn("Error: %s\n", err.text);
	else
		status = console_check_output(s, doctor_run(s, cfg, &args));
	args_release(&args);
	cfg_free(cfg);
	return status;
}

int main(int argc, char **argv)
{
	struct console s;
	struct err err;
	int status;

	if (guard_is_wanted(argv))
		return guard_main();
	if (console_open(&s, &err)) {
		console_warn("Error: %s\n", err.text);
		return 1;
	}
	status = look(&s, argv + (argc > 0));
	console_close(&s);
	if (s.ended_by)
		signals_die_of(s.ended_by);
	return status;
}
