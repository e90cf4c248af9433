/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/metrics.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/replace.h"
#include "base/stamp.h"
#include "base/utf8.h"

#define EVERY_NS (10 * NS_PER_S)

void metrics_init(struct metrics *m, const char *path, const struct run_info *info,
		  const struct ledger *ledger)
{
	*m = (struct metrics){
		.path = path, .info = info, .ledger = ledger, .workers = info->workers, .status = -1
	};
}

void metrics_release(struct metrics *m)
{
	free(m->lane);
	*m = (struct metrics){ 0 };
}

/* ---- the format ---- */

static void add_label(struct buf *b, const char *name, const char *value)
{
	size_t len = strlen(value);
	uint32_t c;

	buf_addf(b, "%s=\"", name);
	while (len) {
		size_t n = utf8_decode(value, len, &c);

		if (!n)
			buf_adds(b, "\xef\xbf\xbd");
		else if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", (int)c);
		else
			buf_add(b, value, n);
		value += n ? n : 1;
		len -= n ? n : 1;
	}
	buf_addc(b, '"');
}

static void family(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* `NAME{verb="...",runtime="..."` and one label more, if there is one */
static void begin(const struct metrics *m, struct buf *b, const char *name, const char *label,
		  const char *value)
{
	buf_addf(b, "%s{", name);
	add_label(b, "verb", m->info->verb);
	buf_addc(b, ',');
	add_label(b, "runtime", m->info->runtime);
	if (value) {
		buf_addc(b, ',');
		add_label(b, label, value);
	}
	buf_adds(b, "} ");
}

static void number(const struct metrics *m, struct buf *b, const char *name, const char *label,
		   const char *value, int64_t n)
{
	begin(m, b, name, label, value);
	buf_addf(b, "%lld\n", (long long)n);
}

static void seconds(const struct metrics *m, struct buf *b, const char *name, int64_t ns)
{
	begin(m, b, name, NULL, NULL);
	stamp_seconds(b, ns);
	buf_addc(b, '\n');
}

static void one(const struct metrics *m, struct buf *b, const char *name, const char *type,
		const char *help, int64_t n)
{
	family(b, name, type, help);
	number(m, b, name, NULL, NULL, n);
}

/* ---- the families ---- */

static void add_jobs(const struct metrics *m, struct buf *b)
{
	const struct ledger *l = m->ledger;

	one(m, b, "hpn_jobs", "gauge", "Images of this run.", m->info->jobs);
	one(m, b, "hpn_jobs_queued", "gauge", "Images that wait for a worker.",
	    l->in[LEDGER_QUEUED]);
	one(m, b, "hpn_jobs_waiting", "gauge", "Images that wait for another attempt.",
	    l->in[LEDGER_PAUSED]);
	family(b, "hpn_jobs_done_total", "counter", "Images that are over, by result.");
	for (int i = 0; i < 3; i++)
		number(m, b, "hpn_jobs_done_total", "result",
		       event_result_word((enum event_result)i), l->ended[i]);
	family(b, "hpn_jobs_failed_total", "counter", "Images that failed, by class.");
	for (size_t c = 0; c < l->classes.n; c++)
		number(m, b, "hpn_jobs_failed_total", "class", c ? l->classes.v[c] : "none",
		       ledger_failed(l, (uint8_t)c));
	one(m, b, "hpn_retries_total", "counter", "Attempts after one that failed.", l->retries);
	one(m, b, "hpn_bytes_total", "counter", "Bytes of images, as far as it is known.",
	    l->bytes);
}

static void add_durations(const struct metrics *m, struct buf *b)
{
	static const struct {
		const char *le;
		int64_t ms;
	} bounds[] = { { "0.1", 100 },     { "0.5", 500 },    { "1", 1000 },
		       { "2.5", 2500 },    { "5", 5000 },     { "10", 10000 },
		       { "30", 30000 },    { "60", 60000 },   { "120", 120000 },
		       { "300", 300000 },  { "600", 600000 }, { "1800", 1800000 },
		       { "3600", 3600000 } };
	uint32_t n, below = 0;
	int64_t *times = ledger_times(m->ledger, &n), sum_ns = 0;

	family(b, "hpn_job_duration_seconds", "histogram", "Time from an image's turn to its end.");
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		while (below < n && times[below] <= bounds[i].ms * NS_PER_MS)
			below++;
		number(m, b, "hpn_job_duration_seconds_bucket", "le", bounds[i].le, below);
	}
	for (uint32_t i = 0; i < n; i++)
		sum_ns += times[i];
	number(m, b, "hpn_job_duration_seconds_bucket", "le", "+Inf", n);
	seconds(m, b, "hpn_job_duration_seconds_sum", sum_ns);
	number(m, b, "hpn_job_duration_seconds_count", NULL, NULL, n);
	free(times);
}

static void add_lanes(const struct metrics *m, struct buf *b)
{
	const struct run_info *r = m->info;

	family(b, "hpn_lane_workers_limit", "gauge",
	       "How many may run at once for a registry; none where it has no limit of its own.");
	for (uint32_t i = 0; i < m->n_lanes; i++)
		if (m->lane[i].workers != UINT_MAX)
			number(m, b, "hpn_lane_workers_limit", "lane", r->lane_name[i],
			       m->lane[i].workers);
	family(b, "hpn_lane_broken", "gauge",
	       "1 while nothing is started for a registry that cannot be reached.");
	for (uint32_t i = 0; i < m->n_lanes; i++)
		number(m, b, "hpn_lane_broken", "lane", r->lane_name[i],
		       !strcmp(m->lane[i].state, "broken") ||
			       !strcmp(m->lane[i].state, "half-open"));
}

void metrics_text(const struct metrics *m, int64_t now_ns, struct buf *b)
{
	const struct run_info *r = m->info;
	int64_t wall_ns = r->start_wall_ns + (now_ns - r->start_ns);

	one(m, b, "hpn_workers_active", "gauge", "Children that run.",
	    m->ledger->in[LEDGER_RUNNING]);
	one(m, b, "hpn_workers_limit", "gauge", "How many may run at once.", m->workers);
	add_jobs(m, b);
	add_durations(m, b);
	add_lanes(m, b);
	family(b, "hpn_run_start_time_seconds", "gauge", "When the run began.");
	seconds(m, b, "hpn_run_start_time_seconds", r->start_wall_ns);
	family(b, "hpn_run_update_time_seconds", "gauge", "When this was written.");
	seconds(m, b, "hpn_run_update_time_seconds", wall_ns);
	one(m, b, "hpn_run_finished", "gauge", "1 when the run is over.", m->status >= 0);
	if (m->status >= 0)
		one(m, b, "hpn_run_exit_status", "gauge", "What the run exited with.", m->status);
}

/* ---- events ---- */

static void write_file(struct metrics *m, int64_t now_ns)
{
	struct buf text = BUF_INIT;
	struct replace to;

	metrics_text(m, now_ns, &text);
	replace_begin(&to, m->path);
	replace_flush(&to, &text);
	m->failed = replace_end(&to, &m->trouble) < 0;
	buf_release(&text);
}

static void on_limit(struct metrics *m, const struct event *ev)
{
	struct metrics_lane *lane;

	if (ev->lane == NO_LANE) {
		m->workers = ev->workers;
		return;
	}
	if (ev->lane >= m->n_lanes) {
		m->lane = mem_grow(m->lane, ev->lane + 1, sizeof(*m->lane));
		while (m->n_lanes <= ev->lane)
			m->lane[m->n_lanes++] = (struct metrics_lane){ .workers = UINT_MAX };
	}
	lane = &m->lane[ev->lane];
	lane->workers = ev->workers;
	if (ev->len < sizeof(lane->state)) {
		memcpy(lane->state, ev->data, ev->len);
		lane->state[ev->len] = '\0';
	}
}

void metrics_event(void *ctx, const struct event *ev)
{
	if (ev->kind == EVENT_LIMIT)
		on_limit(ctx, ev);
}

int64_t metrics_tick(void *ctx, int64_t now_ns)
{
	struct metrics *m = ctx;

	if (now_ns >= m->due_ns) {
		write_file(m, now_ns);
		m->due_ns = now_ns + EVERY_NS;
	}
	return m->due_ns;
}

int metrics_end(struct metrics *m, int status, int64_t now_ns, struct err *err)
{
	m->status = status;
	write_file(m, now_ns);
	return m->failed ? err_set(err, "%s", m->trouble.text) : 0;
}
