/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/say.h"

#include <unistd.h>

#include "base/clock.h"
#include "output/recap.h"

#define STATUS_LATE 124 /* as timeout(1) has it */

/* ---- before ---- */

static void add_lists(const struct plan *p, struct buf *line)
{
	const struct settings *set = p->set;
	size_t n = set->operands->n;

	if (!*set->lists)
		buf_addf(line, "%zu image%s", n, n == 1 ? "" : "s");
	else
		buf_adds(line, "file: ");
	for (size_t i = 0; set->lists[i]; i++)
		buf_addf(line, "%s%s", i ? ", " : "", set->lists[i]);
}

static void add_part(struct buf *line, bool *first, const char *text)
{
	if (*text)
		buf_addf(line, "%s%s", *first ? "" : ", ", text);
	*first &= !*text;
}

/* "mode: 1"; where several stages have one, "save mode: 1, push mode: 2". */
static void add_stages(const struct plan *p, bool *first, struct buf *line)
{
	struct buf part = BUF_INIT;
	unsigned modes = 0;

	for (unsigned i = 0; i < p->n_stages; i++)
		modes += p->stage[i].verb->has_mode;
	for (unsigned i = 0; i < p->n_stages; i++) {
		const struct stage *st = &p->stage[i];

		if (!st->verb->has_mode)
			continue;
		buf_reset(&part);
		buf_addf(&part, "%s%smode: %d", modes > 1 ? st->verb->words.verb : "",
			 modes > 1 ? " " : "", st->mode);
		add_part(line, first, buf_str(&part));
	}
	for (unsigned i = 0; i < p->n_stages; i++) {
		buf_reset(&part);
		if (p->stage[i].verb->heading)
			p->stage[i].verb->heading(p, &p->stage[i], &part);
		add_part(line, first, buf_str(&part));
	}
	buf_release(&part);
}

void say_first(const struct plan *p, struct console *c)
{
	const struct verb_def *verb = p->stage[0].verb;
	struct buf line = BUF_INIT;
	bool first = true;
	size_t n = p->set->operands->n;

	if (p->set->push_mode_raised && p->stage[p->n_stages - 1].verb->to_target)
		buf_addf(&line, "Auto-adjusted to push mode 2 for project '%s'\n", p->set->project);
	buf_addf(&line, "Executing %s action with ", p->verbs);
	if (verb->no_runtime) {
		buf_addf(&line, "%zu path%s", n, n == 1 ? "" : "s");
	} else {
		if (!verb->takes_files)
			add_lists(p, &line);
		first = verb->takes_files;
		add_stages(p, &first, &line);
	}
	buf_addc(&line, '\n');
	console_write(c, buf_str(&line), line.len);
	buf_release(&line);
}

void say_found(const struct plan *p, struct console *c)
{
	console_say(c, "Found %u %s to %s\n", p->n,
		    p->stage[0].verb->takes_files ? "tar files" : "images", p->verbs);
}

/* ---- after ---- */

static void say_summary(const struct plan *p, struct console *c, const struct outcome *out,
			const struct ledger *ledger)
{
	struct buf failed = BUF_INIT;

	console_say(c, "\nSummary: %u successful, %u failed\n", out->ok, out->failed);
	if (out->cancelled)
		console_say(c, "Cancelled: %u not done\n", out->cancelled);
	recap_failed(ledger, p->stage[0].verb->plural, isatty(STDOUT_FILENO), &failed);
	console_write(c, buf_str(&failed), failed.len);
	buf_release(&failed);
}

/* For people; a program that reads a pipe gets the contract. */
static void say_recap(struct console *c, const struct ledger *ledger)
{
	struct buf text = BUF_INIT;

	if (!isatty(STDOUT_FILENO) || c->ended_by)
		return;
	recap_text(ledger, clock_now_ns(), &text);
	console_write(c, buf_str(&text), text.len);
	buf_release(&text);
}

/* The numbers are those of the summary: failed, and not done. */
static int say_errors(const struct plan *p, const struct console *c, const struct outcome *out)
{
	const char *plural = p->stage[0].verb->plural;
	const char *done = p->n_stages == 1 ? p->stage[0].verb->words.done : "done";
	uint32_t left = out->failed + out->cancelled;

	if (c->ended_by) {
		console_warn("Error: interrupted; %u of %u %s were not %s\n", left, p->n, plural,
			     done);
	} else if (out->late && out->cancelled) {
		console_warn("Error: the deadline of %.6g s has passed; %u of %u %s were not %s\n",
			     (double)p->set->deadline_ns / NS_PER_S, left, p->n, plural, done);
		return STATUS_LATE;
	} else if (out->failed) {
		console_warn("Error: failed to %s %u %s\n", p->verbs, out->failed, plural);
	} else if (out->cancelled) {
		console_warn("Error: %u of %u %s were not %s\n", out->cancelled, p->n, plural,
			     done);
	}
	return left != 0;
}

/* How to go on with what is left; for people, since scripts compare what is on
 * standard error with the contract. */
static void say_how(const struct outcome *out)
{
	if (out->cancelled)
		console_warn("To go on with the rest: hpn --resume\n");
	else if (out->failed)
		console_warn("To try only what failed again: hpn --retry-failed\n");
}

int say_last(const struct plan *p, struct console *c, const struct outcome *out,
	     const struct ledger *ledger, bool resumes)
{
	int status;

	if (!p->set->quiet) {
		say_summary(p, c, out, ledger);
		say_recap(c, ledger);
	}
	if (c->out_error)
		return 1; /* main says so */
	status = say_errors(p, c, out);
	if (resumes && !p->set->quiet && isatty(STDERR_FILENO))
		say_how(out);
	return status;
}
