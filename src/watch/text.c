/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/text.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "output/ci.h"

/* A word that no image and no registry can know, to keep what a child says from
 * being taken for a command of the CI system. */
static void make_secret(char *ret_word, size_t size)
{
	unsigned char random[16];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, random, sizeof(random)) != (ssize_t)sizeof(random))
		memcpy(random, (int64_t[]){ clock_now_ns(), clock_wall_ns() }, sizeof(random));
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < sizeof(random) && 2 * i + 2 < size; i++)
		snprintf(ret_word + 2 * i, 3, "%02x", random[i]);
}

void text_init(struct text *t, const struct plan *plan, struct console *c, struct live *live)
{
	static const enum mux_mode modes[] = {
		[OUTPUT_ORDERED] = MUX_ORDERED, [OUTPUT_GROUPED] = MUX_GROUPED,
		[OUTPUT_LINES] = MUX_LINES,     [OUTPUT_NONE] = MUX_LINES,
		[OUTPUT_DONE] = MUX_LINES,      [OUTPUT_RAW] = MUX_ORDERED
	};
	const struct settings *set = plan->set;
	enum output_mode mode = set->output;
	bool at_once = mode == OUTPUT_GROUPED || mode == OUTPUT_LINES;
	struct plain_options options = {
		.total = plan->n,
		.chatter = !set->quiet && (set->verbose || at_once),
		.answers = !plan->rt && !set->quiet,
		.raw = mode == OUTPUT_RAW,
		.quiet = set->quiet,
		.prefixed = mode == OUTPUT_LINES,
		.numbered = mode == OUTPUT_DONE,
		.brief = mode == OUTPUT_DONE && live,
		.ci = mode == OUTPUT_GROUPED ? ci_find() : CI_NONE,
		.guarded = mode != OUTPUT_GROUPED && ci_find() == CI_GITHUB,
		.ci_secret = t->secret,
	};

	*t = (struct text){ .console = c, .live = live };
	if (options.ci == CI_GITHUB)
		make_secret(t->secret, sizeof(t->secret));
	t->mux = mux_new(modes[mode], plan->n, NULL);
	if (mode != OUTPUT_NONE)
		t->plain = plain_new(t->mux, &options);
	if (live)
		live_attach(live, t->mux);
}

void text_release(struct text *t)
{
	plain_free(t->plain);
	mux_free(t->mux);
}

static void warn(struct text *t, const char *name, const char *line)
{
	if (t->live)
		live_step_aside(t->live);
	console_warn("Warning: %s%s%s\n", name, *name ? ": " : "", line);
}

void text_event(void *text, const struct event *ev)
{
	struct text *t = text;

	if (ev->kind == EVENT_WARNING)
		warn(t, "", ev->data);
	else if (ev->kind == EVENT_NOTE && ev->class && isatty(STDERR_FILENO) &&
		 !isatty(STDOUT_FILENO))
		warn(t, ev->name, ev->data); /* somebody watches that, and not the run */
	if (t->plain && !t->console->out_error)
		plain_event(t->plain, ev);
}

bool text_wants(const struct text *t)
{
	if (t->console->out_error)
		return false;
	return t->live ? live_wants(t->live) : mux_pending(t->mux);
}

bool text_is_said(const struct text *t)
{
	if (t->console->out_error)
		return true;
	return t->live ? !live_pending(t->live) : !mux_pending(t->mux);
}

bool text_is_taken(const struct text *t)
{
	struct pollfd out = { .fd = t->console->out.fd, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && out.revents == POLLOUT;
}

void text_flush(struct text *t)
{
	int rc = t->live ? live_flush(t->live) : mux_flush(t->mux, &t->console->out);

	if (rc && !t->console->out_error)
		t->console->out_error = -rc;
}
