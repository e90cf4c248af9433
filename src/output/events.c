/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/events.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "base/utf8.h"

#define FLUSH_NS (20 * NS_PER_MS)

/* The beginning of a character whose end has not come yet, of both streams. */
struct cut {
	char bytes[2][UTF8_MAX_LEN];
	unsigned char n[2];
};

struct events {
	struct sink *sink;
	const struct run_info *info;
	const struct ledger *ledger;
	struct buf line;
	struct buf text;
	struct cut *cuts; /* by slot */
	unsigned n_cuts;
};

/* ---- lines ---- */

static void begin(struct events *e, const char *event, int64_t at_ns)
{
	int64_t since_ns = at_ns - e->info->start_ns;

	if (since_ns < 0)
		since_ns = 0;
	buf_reset(&e->line);
	buf_adds(&e->line, "{\"event\":\"");
	buf_adds(&e->line, event);
	buf_adds(&e->line, "\",\"t\":");
	stamp_seconds(&e->line, since_ns);
	buf_adds(&e->line, ",\"time\":\"");
	stamp_utc(&e->line, e->info->start_wall_ns + since_ns);
	buf_addc(&e->line, '"');
}

static void end(struct events *e, bool minor)
{
	buf_adds(&e->line, "}\n");
	sink_add(e->sink, e->line.data, e->line.len, minor);
}

/* ---- the beginning ---- */

static void say_start(struct events *e)
{
	const struct run_info *r = e->info;

	begin(e, "run_start", r->start_ns);
	json_more_number(&e->line, "schema", 1);
	json_more(&e->line, "hpn", PACKAGE_VERSION);
	json_more(&e->line, "verb", r->verb);
	json_more(&e->line, "runtime", r->runtime);
	json_more_number(&e->line, "jobs", r->jobs);
	json_more_number(&e->line, "workers", r->workers);
	json_more_number(&e->line, "pid", getpid());
	json_more(&e->line, "traceparent", r->traceparent);
	end(e, false);
}

static void say_queued(struct events *e, uint32_t job)
{
	const struct run_info *r = e->info;

	begin(e, "queued", r->start_ns);
	json_more_number(&e->line, "job", job);
	json_more(&e->line, "image", r->name[job]);
	json_more(&e->line, "lane", r->lane_name[r->lane[job]]);
	end(e, false);
}

struct events *events_new(struct sink *sink, const struct run_info *info,
			  const struct ledger *ledger)
{
	struct events *e = mem_alloc(sizeof(*e));

	e->sink = sink;
	e->info = info;
	e->ledger = ledger;
	say_start(e);
	for (uint32_t i = 0; i < info->jobs; i++)
		say_queued(e, i);
	sink_flush(sink);
	return e;
}

void events_free(struct events *e)
{
	if (!e)
		return;
	buf_release(&e->line);
	buf_release(&e->text);
	free(e->cuts);
	free(e);
}

/* ---- what children write ---- */

static struct cut *cut_of(struct events *e, unsigned slot)
{
	if (slot >= e->n_cuts) {
		e->cuts = mem_grow(e->cuts, slot + 1, sizeof(*e->cuts));
		memset(e->cuts + e->n_cuts, 0, (slot + 1 - e->n_cuts) * sizeof(*e->cuts));
		e->n_cuts = slot + 1;
	}
	return &e->cuts[slot];
}

static void say_output(struct events *e, const struct event *ev, int stream, const char *text,
		       size_t len)
{
	if (!len)
		return;
	if (!sink_has_room(e->sink, true)) {
		sink_lose(e->sink);
		return;
	}
	begin(e, "output", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more(&e->line, "stream", stream ? "stderr" : "stdout");
	json_more_bytes(&e->line, "text", text, len);
	end(e, true);
}

/* How many bytes at the end are a character that is not complete yet. */
static size_t cut_bytes(const char *s, size_t len)
{
	for (size_t n = 1; n < UTF8_MAX_LEN && n <= len; n++)
		if (utf8_is_cut(s + len - n, n))
			return n;
	return 0;
}

static void on_output(struct events *e, const struct event *ev)
{
	struct cut *c = cut_of(e, ev->slot);
	const char *text = ev->data;
	size_t len = ev->len, rest;

	if (c->n[ev->stream]) {
		buf_reset(&e->text);
		buf_add(&e->text, c->bytes[ev->stream], c->n[ev->stream]);
		buf_add(&e->text, text, len);
		text = e->text.data;
		len = e->text.len;
	}
	rest = cut_bytes(text, len);
	c->n[ev->stream] = (unsigned char)rest;
	memcpy(c->bytes[ev->stream], text + len - rest, rest);
	say_output(e, ev, ev->stream, text, len - rest);
}

/* ---- events ---- */

static void on_attempt(struct events *e, const struct event *ev)
{
	begin(e, "attempt", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more(&e->line, "step", ev->step_name);
	json_more_number(&e->line, "attempt", ev->attempt);
	json_more_number(&e->line, "slot", ev->slot);
	json_more(&e->line, "lane", ev->lane_name);
	buf_adds(&e->line, ",\"argv\":[");
	for (char *const *word = ev->argv; *word; word++) {
		if (word != ev->argv)
			buf_addc(&e->line, ',');
		json_text(&e->line, *word, strlen(*word));
	}
	buf_addc(&e->line, ']');
	json_more(&e->line, "span", ev->span);
	end(e, false);
}

static void on_progress(struct events *e, const struct event *ev)
{
	begin(e, "progress", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more(&e->line, "step", ev->step_name);
	json_more_known(&e->line, "bytes", ev->bytes, -1);
	json_more_known(&e->line, "total", ev->total, -1);
	json_more_bytes(&e->line, "doing", ev->data, ev->len);
	end(e, true);
}

static void on_note(struct events *e, const struct event *ev)
{
	begin(e, "note", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more_bytes(&e->line, "text", ev->data, ev->len);
	end(e, false);
}

static void on_end(struct events *e, const struct event *ev)
{
	struct cut *c = cut_of(e, ev->slot);

	for (int i = 0; i < 2; i++)
		say_output(e, ev, i, c->bytes[i], c->n[i]);
	*c = (struct cut){ 0 };
	begin(e, "end", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more(&e->line, "step", ev->step_name);
	json_more_number(&e->line, "attempt", ev->attempt);
	json_more_number(&e->line, "slot", ev->slot);
	json_more(&e->line, "lane", ev->lane_name);
	json_more(&e->line, "result", event_end_word(ev->cause, ev->result));
	json_more_known(&e->line, "exit", event_exit(ev->cause, ev->status), -1);
	json_more_known(&e->line, "signal", event_signal(ev->cause, ev->status), -1);
	json_more(&e->line, "class", ev->class);
	json_more_seconds(&e->line, "seconds", ev->took_ns);
	end(e, false);
}

static void on_wait(struct events *e, const struct event *ev)
{
	begin(e, "wait", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more_seconds(&e->line, "seconds", ev->wait_ns);
	json_more(&e->line, "class", ev->class);
	json_more_bytes(&e->line, "reason", ev->data, ev->len);
	end(e, false);
}

static void on_finish(struct events *e, const struct event *ev)
{
	begin(e, "finish", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	json_more(&e->line, "image", ev->name);
	json_more(&e->line, "result", event_result_word(ev->result));
	json_more_bytes(&e->line, "reason", ev->data, ev->len);
	json_more_number(&e->line, "attempts", e->ledger->job[ev->job].attempts);
	json_more_seconds(&e->line, "seconds", ledger_took_ns(e->ledger, ev->job, ev->at_ns));
	end(e, false);
}

static void on_limit(struct events *e, const struct event *ev)
{
	begin(e, "limit", ev->at_ns);
	json_more(&e->line, "lane", ev->lane_name);
	json_more_known(&e->line, "workers", ev->workers, UINT_MAX);
	json_more_bytes(&e->line, "state", ev->data, ev->len);
	end(e, false);
}

static void on_start(struct events *e, const struct event *ev)
{
	begin(e, "start", ev->at_ns);
	json_more_number(&e->line, "job", ev->job);
	end(e, false);
}

void events_event(void *ctx, const struct event *ev)
{
	static void (*const on[])(struct events * e, const struct event *ev) = {
		[EVENT_START] = on_start,       [EVENT_ATTEMPT] = on_attempt,
		[EVENT_OUTPUT] = on_output,     [EVENT_NOTE] = on_note,
		[EVENT_PROGRESS] = on_progress, [EVENT_END] = on_end,
		[EVENT_WAIT] = on_wait,         [EVENT_FINISH] = on_finish,
		[EVENT_LIMIT] = on_limit,
	};

	/* what is not in the schema is for others */
	if ((size_t)ev->kind < sizeof(on) / sizeof(on[0]) && on[ev->kind])
		on[ev->kind](ctx, ev);
}

int64_t events_tick(void *ctx, int64_t now_ns)
{
	struct events *e = ctx;

	return sink_flush(e->sink) ? now_ns + FLUSH_NS : -1;
}

void events_end(struct events *e, int status, int signal, int64_t now_ns)
{
	const uint32_t *ended = e->ledger->ended;

	begin(e, "run_end", now_ns);
	json_more_number(&e->line, "ok", ended[RESULT_OK]);
	json_more_number(&e->line, "failed", ended[RESULT_FAILED]);
	json_more_number(&e->line, "cancelled", ended[RESULT_CANCELLED]);
	json_more_seconds(&e->line, "seconds", now_ns - e->info->start_ns);
	json_more_number(&e->line, "status", status);
	json_more_known(&e->line, "signal", signal, 0);
	end(e, false);
}
