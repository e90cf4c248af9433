/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --timeline and OpenTelemetry: events that are kept for the end of the run.
 *
 * The events, without what children wrote, go to a file without a name; at the
 * end hpn-timeline and hpn-otlp get it as their standard input. What goes wrong
 * with that causes a warning, and never the run's failure.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "output/events.h"
#include "output/store.h"
#include "query/ask.h"
#include "query/libexec.h"
#include "watch/watcher.h"

#define DRAW_NS (60 * NS_PER_S)
#define SPARE_NS NS_PER_S /* hpn-otlp ends by itself before */
#define HASTE_NS (2 * NS_PER_S)

struct recording {
	int fd;
	struct sink *sink;
	struct events *events;
};

static int check(const struct settings *set, void **state, struct err *err)
{
	(void)state;
	if (*set->timeline && !set->dry_run && watch_check_file("--timeline", set->timeline, err))
		return -1;
	return *set->otlp && !set->dry_run ? watch_check_file("--otlp", set->otlp, err) : 0;
}

static void *open_recording(const struct watch_at *at, void *state)
{
	struct recording *r;
	int fd;

	(void)state;
	if (!at->trace->on && !*at->plan->set->timeline)
		return NULL;
	fd = store_nameless_file();
	if (fd < 0) {
		console_warn("Warning: the run is not recorded: no temporary file: %s\n",
			     strerror(errno));
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	r->fd = fd;
	r->sink = sink_new_fd(fd);
	r->events = events_new(r->sink, at->info, at->ledger);
	return r;
}

static void event(void *state, const struct event *ev)
{
	struct recording *r = state;

	if (ev->kind != EVENT_OUTPUT && ev->kind != EVENT_PROGRESS)
		events_event(r->events, ev);
}

/* ---- at the end ---- */

struct teller {
	const struct recording *r;
	const struct settings *set;
	const struct trace *trace;
	const char *what;
	int64_t within_ns;
};

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	const struct teller *t = ctx;

	(void)i;
	libexec_push(argv, strcmp(t->what, "--timeline") != 0 ? "hpn-otlp" : "hpn-timeline");
	if (!strcmp(t->what, "--timeline")) {
		strvec_push(argv, "--out");
		strvec_push(argv, t->set->timeline);
		strvec_push(argv, "-");
		return;
	}
	if (*t->set->otlp) {
		strvec_push(argv, "--out");
		strvec_push(argv, t->set->otlp);
	}
	if (t->trace->posts)
		strvec_pushf(argv, "--post=%d", (int)(t->within_ns / NS_PER_MS));
}

/* Its own words, a line each. */
static void answer(void *ctx, uint32_t i, int status, const struct buf *out, const char *err_text)
{
	const struct teller *t = ctx;
	struct buf shown = BUF_INIT;

	(void)i, (void)out;
	if (status && !*err_text)
		err_text = status < 0 ? "took too long, and was ended" : "failed";
	while (*err_text) {
		size_t len = strcspn(err_text, "\n");
		size_t skip = strncmp(err_text, "Error: ", 7) ? 0 : 7;

		skip = strncmp(err_text, "Warning: ", 9) ? skip : 9;
		buf_reset(&shown);
		utf8_show(&shown, err_text + skip, len - skip, SIZE_MAX);
		console_warn("Warning: %s: %s\n", t->what, buf_str(&shown));
		err_text += len + (err_text[len] == '\n');
	}
	buf_release(&shown);
}

static void tell(const struct teller *t, struct console *s, const char *what, int64_t timeout_ns)
{
	struct teller one = *t;
	struct ask q = { .n = 1,
			 .workers = 1,
			 .timeout_ns = timeout_ns,
			 .in_fd = t->r->fd,
			 .at_the_end = true,
			 .ctx = &one,
			 .command = command,
			 .answer = answer };

	one.what = what;
	if (lseek(t->r->fd, 0, SEEK_SET) == 0)
		ask_all(s, &q);
}

static int close_recording(void *state, const struct watch_end *end)
{
	struct recording *r = state;
	struct teller t = {
		.r = r, .set = end->set, .trace = end->trace, .within_ns = trace_timeout_ns()
	};
	int signal = end->console->ended_by, rc;
	struct err err;

	if (signal && t.within_ns > HASTE_NS)
		t.within_ns = HASTE_NS;
	events_end(r->events, watch_exit(end), signal, clock_now_ns());
	events_free(r->events);
	sink_drain(r->sink);
	rc = sink_close(r->sink, &err);
	if (rc)
		console_warn("Warning: the run is not recorded: %s\n", err.text);
	if (!rc && *end->set->timeline)
		tell(&t, end->console, "--timeline", DRAW_NS);
	if (!rc && end->trace->on)
		tell(&t, end->console, *end->set->otlp ? "--otlp" : "OTLP", t.within_ns + SPARE_NS);
	close(r->fd);
	free(r);
	return end->status;
}

const struct watcher watch_recording = {
	.check = check, .open = open_recording, .event = event, .close = close_recording
};
