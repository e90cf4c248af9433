/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/command.h"

#include "run/step.h"

int command_of(const struct plan *p, const struct step *st, struct strvec *argv, struct err *err)
{
	const struct verb_def *verb = st->stage->verb;
	struct buf host = BUF_INIT, room = BUF_INIT;
	struct rt_call call = p->call;
	int rc = COMMAND_RUNTIME;

	if (!verb->takes_files)
		call.image = st->name;
	plan_host(st->stage, st->name, st->path, &host);
	if (host.len && settings_are_insecure(p->set, buf_str(&host)))
		call.insecure_host = buf_str(&host);
	strvec_clear(argv);
	if (verb->command)
		rc = verb->command(p, st, &call, &room, argv, err);
	if (rc == COMMAND_RUNTIME)
		rc = runtime_argv(p->rt, st->does, &call, argv, err) ? -1 : COMMAND_READY;
	buf_release(&host);
	buf_release(&room);
	return rc;
}

static void print_step(struct plan *p, const struct step *st, struct buf *lines)
{
	struct strvec argv = STRVEC_INIT;
	struct err err;
	int rc = command_of(p, st, &argv, &err);

	if (rc < 0) {
		plan_spoil(p, st->job, err.text);
	} else if (rc == COMMAND_READY) {
		strvec_quote(argv.v, lines);
		buf_addc(lines, '\n');
	}
	strvec_release(&argv);
}

static void print_item(struct plan *p, uint32_t job, struct buf *lines)
{
	for (unsigned nth = 0; nth < plan_steps(p) && !p->item[job].bad; nth++) {
		struct step st = step_at(p, NULL, job, nth);

		if (plan_is_done(p, st.stage, job))
			continue;
		if (plan_unpacks(p) && st.stage->nth) {
			buf_addf(lines, "# then tag and push what is in %s\n", st.name);
			return;
		}
		print_step(p, &st, lines);
	}
}

uint32_t command_print_all(struct plan *p, struct buf *lines)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		print_item(p, i, lines);
		bad += p->item[i].bad != NULL;
	}
	return bad;
}
