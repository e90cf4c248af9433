/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/recording.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "query/ask.h"
#include "query/libexec.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "output/store.h"

#define DRAW_NS (60 * NS_PER_S)
#define SPARE_NS NS_PER_S /* hpn-otlp ends by itself before */
#define HASTE_NS (2 * NS_PER_S)

void recording_open(struct recording *r, const struct cfg *cfg, const struct trace *trace,
		    const struct run_info *info, const struct ledger *ledger)
{
	if (!trace->on && !*cfg_str(cfg, OPT_TIMELINE))
		return;
	r->fd = store_nameless_file();
	if (r->fd < 0) {
		console_warn("Warning: the run is not recorded: no temporary file: %s\n",
			     strerror(errno));
		r->fd = 0;
		return;
	}
	r->sink = sink_new_fd(r->fd);
	r->events = events_new(r->sink, info, ledger);
}

void recording_event(void *ctx, const struct event *ev)
{
	struct recording *r = ctx;

	if (ev->kind != EVENT_OUTPUT && ev->kind != EVENT_PROGRESS)
		events_event(r->events, ev);
}

/* ---- at the end ---- */

struct teller {
	const struct recording *r;
	const struct cfg *cfg;
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
		strvec_push(argv, cfg_str(t->cfg, OPT_TIMELINE));
		strvec_push(argv, "-");
		return;
	}
	if (*cfg_str(t->cfg, OPT_OTLP)) {
		strvec_push(argv, "--out");
		strvec_push(argv, cfg_str(t->cfg, OPT_OTLP));
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

void recording_close(struct recording *r, struct console *s, const struct cfg *cfg,
		     const struct trace *trace, int status)
{
	struct teller t = { .r = r, .cfg = cfg, .trace = trace, .within_ns = trace_timeout_ns() };
	int signal = s->ended_by, rc;
	struct err err;

	if (!r->fd)
		return;
	if (signal && t.within_ns > HASTE_NS)
		t.within_ns = HASTE_NS;
	events_end(r->events, signal ? 128 + signal : status, signal, clock_now_ns());
	events_free(r->events);
	sink_drain(r->sink);
	rc = sink_close(r->sink, &err);
	if (rc)
		console_warn("Warning: the run is not recorded: %s\n", err.text);
	if (!rc && *cfg_str(cfg, OPT_TIMELINE))
		tell(&t, s, "--timeline", DRAW_NS);
	if (!rc && trace->on)
		tell(&t, s, *cfg_str(cfg, OPT_OTLP) ? "--otlp" : "OTLP", t.within_ns + SPARE_NS);
	close(r->fd);
	r->fd = 0;
}
