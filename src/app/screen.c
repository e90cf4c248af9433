/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/screen.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/live.h"

/* A list that comes from standard input leaves no keys in it. */
static bool is_stdin(const char *list)
{
	struct stat of_list, of_stdin;

	if (!strcmp(list, "-"))
		return true;
	return !stat(list, &of_list) && !fstat(STDIN_FILENO, &of_stdin) &&
	       of_list.st_dev == of_stdin.st_dev && of_list.st_ino == of_stdin.st_ino;
}

static bool has_keys(const struct action *a)
{
	for (char *const *f = cfg_list(a->cfg, OPT_FILE); *f; f++)
		if (is_stdin(*f))
			return false;
	return isatty(STDIN_FILENO);
}

/* Others write to the terminal, too, and would tear it: the log, or what else
 * make runs. */
static bool has_terminal_for_itself(const struct action *a)
{
	bool logs = a->log && cfg_bool(a->cfg, OPT_LOG_CONSOLE) && isatty(STDERR_FILENO);

	return !logs && !a->shares_jobs;
}

struct live *screen_for(struct action *a)
{
	const char *how = cfg_str(a->cfg, OPT_PROGRESS);
	bool wanted = !strcmp(how, "tty");
	struct live *live = NULL;

	if (wanted ||
	    (!strcmp(how, "auto") && !cfg_bool(a->cfg, OPT_QUIET) && has_terminal_for_itself(a)))
		live = a->console->mute ? NULL : live_new(a->console, &a->info, has_keys(a));
	if (wanted && !live)
		console_warn("Warning: --progress tty: standard output is no terminal that can"
			     " show it\n");
	return live;
}
