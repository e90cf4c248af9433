/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/headings.h"

#include <unistd.h>

#include "app/bundle.h"
#include "base/clock.h"
#include "output/recap.h"

#define STATUS_LATE 124 /* as timeout(1) has it */

static const char *plural(const struct action *a)
{
	return bundle_wanted(a) ? "bundles" : a->stage[0].ops->plural;
}

static void say_summary(struct action *a)
{
	struct console *s = a->console;

	console_say(s, "\nSummary: %u successful, %u failed\n", a->run.ok, a->run.failed);
	if (a->run.cancelled)
		console_say(s, "Cancelled: %u not done\n", a->run.cancelled);
	if (!a->run.failed)
		return;
	console_say(s, "\nFailed %s:\n", plural(a));
	for (uint32_t i = 0; i < a->n; i++)
		if (a->run.result[i] == RESULT_FAILED)
			console_say(s, "  - %s\n", action_name(a, i));
}

static int say_late(const struct action *a)
{
	const struct action_ops *ops = a->stage[0].ops;

	console_warn("Error: the deadline of %.6g s has passed; %u of %u %s were not %s\n",
		     (double)cfg_duration_ns(a->cfg, OPT_DEADLINE) / 1e9,
		     a->run.failed + a->run.cancelled, a->n, plural(a),
		     a->n_stages == 1 ? ops->words.done : "done");
	return STATUS_LATE;
}

/* For people; what reads a pipe gets the contract. */
static void say_recap(struct action *a)
{
	struct buf text = BUF_INIT;

	if (!isatty(STDOUT_FILENO) || a->console->ended_by)
		return;
	recap_text(&a->listeners.ledger, clock_now_ns(), &text);
	console_write(a->console, buf_str(&text), text.len);
	buf_release(&text);
}

int headings_finish(struct action *a)
{
	const struct action_ops *ops = a->stage[0].ops;

	if (!cfg_bool(a->cfg, OPT_QUIET)) {
		say_summary(a);
		say_recap(a);
	}
	if (a->console->out_error)
		return 1; /* main says so */
	if (a->console->ended_by)
		console_warn("Error: interrupted; %u of %u %s were not %s\n",
			     a->run.failed + a->run.cancelled, a->n, plural(a),
			     a->n_stages == 1 ? ops->words.done : "done");
	else if (a->run.late && a->run.cancelled)
		return say_late(a);
	else if (a->run.failed || a->run.cancelled)
		console_warn("Error: failed to %s %u %s\n", a->verbs,
			     a->run.failed + a->run.cancelled, plural(a));
	return a->run.failed || a->run.cancelled;
}

static void say_lists(const struct action *a, const struct args *args)
{
	struct console *s = a->console;
	char *const *lists = usage_lists(args, a->cfg);

	if (!*lists)
		console_say(s, "%zu image%s", args->operands.n, args->operands.n == 1 ? "" : "s");
	else
		console_say(s, "file: ");
	for (size_t i = 0; lists[i]; i++)
		console_say(s, "%s%s", i ? ", " : "", lists[i]);
}

/* "mode: 1"; where several stages have one, "save mode: 1, push mode: 2". */
static void say_modes(const struct action *a, const char *between)
{
	unsigned modes = 0;

	if (bundle_wanted(a)) {
		console_say(a->console, "%sbundle: %s", between, cfg_str(a->cfg, OPT_BUNDLE));
		return;
	}
	for (unsigned i = 0; i < a->n_stages; i++)
		modes += a->stage[i].ops != &action_pull;
	for (unsigned i = 0; i < a->n_stages; i++) {
		const struct action_ops *ops = a->stage[i].ops;

		if (ops == &action_pull)
			continue;
		console_say(a->console, "%s%s%smode: %d", between, modes > 1 ? ops->words.verb : "",
			    modes > 1 ? " " : "", a->stage[i].mode);
		between = ", ";
	}
	if (action_has(a, &action_push))
		console_say(a->console, ", registry: %s, project: %s",
			    cfg_str(a->cfg, OPT_REGISTRY), cfg_str(a->cfg, OPT_PROJECT));
}

void headings_say(const struct action *a, const struct args *args)
{
	struct console *s = a->console;

	console_say(s, "Executing %s action with ", a->verbs);
	if (a->stage[0].ops->no_runtime) {
		console_say(s, "%zu path%s\n", args->operands.n, args->operands.n == 1 ? "" : "s");
		return;
	}
	if (!a->stage[0].ops->takes_files)
		say_lists(a, args);
	say_modes(a, a->stage[0].ops->takes_files ? "" : ", ");
	console_say(s, "\n");
}
