/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ci.h"
#include "output/events.h"
#include "output/ledger.h"
#include "output/metrics.h"
#include "output/report.h"
#include "output/sink.h"
#include "output/warn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/stamp.h"
#include "unit.h"

/* ---- a run by hand, at times of its own ---- */

#define START_NS (100 * NS_PER_S)

static const char *const names[] = { "a", "b\"\\", "c" };
static const char *const lane_names[] = { "", "reg.example" };
static const uint32_t lanes[] = { 1, 1, 1 };

static const struct run_info info = {
	.jobs = 3,
	.workers = 2,
	.verb = "push",
	.runtime = "docker",
	.start_ns = START_NS,
	.start_wall_ns = INT64_C(1700000000) * NS_PER_S,
	.name = names,
	.lane = lanes,
	.lane_name = lane_names,
	.n_lanes = 2,
};

static struct event at(enum event_kind kind, uint32_t job, int64_t ms)
{
	return (struct event){ .kind = kind,
			       .job = job,
			       .lane = 1,
			       .attempt = 1,
			       .name = job == NO_JOB ? NULL : names[job],
			       .step_name = "tag",
			       .lane_name = "reg.example",
			       .at_ns = START_NS + ms * NS_PER_MS,
			       .data = "" };
}

static void tell_attempt(struct ledger *l, uint32_t job, unsigned attempt, int64_t ms)
{
	struct event ev = at(EVENT_ATTEMPT, job, ms);

	ev.attempt = attempt;
	ledger_event(l, &ev);
}

static void tell_end(struct ledger *l, uint32_t job, const char *class, int64_t ms, int64_t took_ms)
{
	struct event ev = at(EVENT_END, job, ms);

	ev.result = class ? RESULT_FAILED : RESULT_OK;
	ev.class = class;
	ev.took_ns = took_ms * NS_PER_MS;
	ledger_event(l, &ev);
}

static void tell_finish(struct ledger *l, uint32_t job, enum event_result result, int64_t ms)
{
	struct event ev = at(EVENT_FINISH, job, ms);

	ev.result = result;
	ev.data = result == RESULT_OK ? "" : "first line\nsecond";
	ev.len = strlen(ev.data);
	ledger_event(l, &ev);
}

static void tell(struct ledger *l, enum event_kind kind, uint32_t job, int64_t ms)
{
	struct event ev = at(kind, job, ms);

	ledger_event(l, &ev);
}

/* 0: one attempt; 1: fails, waits, fails; 2: has no turn */
static void whole_run(struct ledger *l)
{
	ledger_init(l, &info);
	tell(l, EVENT_START, 0, 0);
	tell_attempt(l, 0, 1, 0);
	tell(l, EVENT_START, 1, 100);
	tell_attempt(l, 1, 1, 100);
	tell_end(l, 1, "transient", 300, 200);
	tell(l, EVENT_WAIT, 1, 300);
	tell_attempt(l, 1, 2, 700);
	tell_end(l, 0, NULL, 1000, 1000);
	tell_finish(l, 0, RESULT_OK, 1000);
	tell_end(l, 1, "denied", 1000, 300);
	tell_finish(l, 1, RESULT_FAILED, 1000);
	tell_finish(l, 2, RESULT_CANCELLED, 1000);
}

START_TEST(ledger_counts)
{
	const struct ledger_attempt *a;
	struct ledger l;
	uint32_t n;
	int64_t *times;

	whole_run(&l);
	ck_assert_uint_eq(l.ended[RESULT_OK], 1);
	ck_assert_uint_eq(l.ended[RESULT_FAILED], 1);
	ck_assert_uint_eq(l.ended[RESULT_CANCELLED], 1);
	ck_assert_uint_eq(l.in[LEDGER_OVER], 3);
	ck_assert_uint_eq(l.retries, 1);
	ck_assert_str_eq(l.job[1].reason, "first line");
	ck_assert_str_eq(ledger_class(&l, l.job[1].class), "denied");
	ck_assert_uint_eq(ledger_failed(&l, l.job[1].class), 1);
	a = ledger_first(&l, 1);
	ck_assert_str_eq(ledger_class(&l, a->class), "transient");
	a = ledger_next(&l, a);
	ck_assert_str_eq(ledger_class(&l, a->class), "denied");
	ck_assert_ptr_null(ledger_next(&l, a));
	ck_assert_ptr_null(ledger_first(&l, 2));
	ck_assert_int_eq(ledger_took_ns(&l, 1, 0), 900 * NS_PER_MS);
	ck_assert_int_eq(ledger_took_ns(&l, 2, 0), 0);
	/* 1.5 s of children in two workers' one second each */
	ck_assert_double_eq_tol(ledger_utilisation(&l, START_NS + NS_PER_S), 0.75, 1e-9);
	times = ledger_times(&l, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(ledger_percentile(times, n, 50), 900 * NS_PER_MS);
	ck_assert_int_eq(ledger_percentile(times, n, 95), 1000 * NS_PER_MS);
	ck_assert_int_eq(ledger_percentile(times, 0, 95), 0);
	free(times);
	ledger_release(&l);
}
END_TEST

START_TEST(ledger_points_are_bounded_and_in_order)
{
	struct ledger l;

	ledger_init(&l, &info);
	for (int i = 0; i < 100000; i++) {
		tell_attempt(&l, 0, 1, 20 * i);
		tell_end(&l, 0, NULL, 20 * i + 10, 10);
	}
	ck_assert_uint_le(l.n_points, LEDGER_POINTS);
	ck_assert_uint_ge(l.n_points, LEDGER_POINTS / 4);
	for (unsigned i = 1; i < l.n_points; i++)
		ck_assert_int_lt(l.point[i - 1].at_ns, l.point[i].at_ns);
	ck_assert_int_eq(l.point[0].at_ns, START_NS);
	ledger_release(&l);
}
END_TEST

START_TEST(bytes_are_the_most_that_was_told)
{
	struct event ev = at(EVENT_PROGRESS, 0, 0);
	struct ledger l;

	ledger_init(&l, &info);
	ev.bytes = -1;
	ledger_event(&l, &ev);
	ck_assert_int_eq(l.job[0].bytes, -1);
	ev.bytes = 500;
	ledger_event(&l, &ev);
	ev.bytes = 300; /* a second attempt begins anew */
	ledger_event(&l, &ev);
	ev.job = 1;
	ledger_event(&l, &ev);
	ck_assert_int_eq(l.job[0].bytes, 500);
	ck_assert_int_eq(l.bytes, 800);
	ledger_release(&l);
}
END_TEST

static void read_file(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	while ((n = read(fd, buf_room(b, 65536), 65536)) > 0)
		b->len += (size_t)n;
	buf_add(b, "", 0);
	close(fd);
}

/* An archive with many images makes many steps of one job. */
START_TEST(steps_beyond_a_byte_keep_their_names)
{
	static const char *const steps[] = { "load", "tag", "push" };
	char path[] = "/tmp/hpn-sinks.XXXXXX";
	struct buf text = BUF_INIT;
	struct replace to;
	struct report r;
	struct ledger l;
	unsigned count[3] = { 0 };

	close(mkstemp(path));
	ledger_init(&l, &info);
	report_init(&r, &info, &l);
	for (unsigned step = 0; step <= 280; step++) {
		struct event ev = at(EVENT_END, 0, step);

		ev.step = step;
		ev.step_name = step ? steps[2 - step % 2] : "load";
		ledger_event(&l, &ev);
	}
	replace_begin(&to, path);
	report_json(&r, &to);
	ck_assert_int_eq(replace_end(&to, NULL), 0);
	read_file(path, &text);
	unlink(path);
	for (unsigned i = 0; i < 3; i++) {
		char want[32];

		snprintf(want, sizeof(want), "{\"step\":\"%s\"", steps[i]);
		for (const char *s = text.data; (s = strstr(s, want)); s++)
			count[i]++;
	}
	ck_assert_uint_eq(count[0], 1);
	ck_assert_uint_eq(count[1], 140);
	ck_assert_uint_eq(count[2], 140);
	buf_release(&text);
	report_release(&r);
	ledger_release(&l);
}
END_TEST

/* ---- lines ---- */

START_TEST(a_character_in_two_pieces_is_one)
{
	char path[] = "/tmp/hpn-sinks.XXXXXX";
	struct event ev = at(EVENT_OUTPUT, 1, 1500);
	struct buf text = BUF_INIT;
	struct events *e;
	struct ledger l;
	struct sink *s;

	close(mkstemp(path));
	ledger_init(&l, &info);
	s = sink_new(path, NULL);
	e = events_new(s, &info, &l);
	ev.data = "x\xe2\x82";
	ev.len = 3;
	events_event(e, &ev);
	ev.data = "\xac!\xe2";
	ev.len = 3;
	events_event(e, &ev);
	ev = at(EVENT_END, 1, 2000);
	events_event(e, &ev);
	events_free(e);
	sink_drain(s);
	ck_assert_int_eq(sink_close(s, NULL), 0);
	read_file(path, &text);
	unlink(path);
	ck_assert_ptr_nonnull(strstr(text.data, "\"image\":\"b\\\"\\\\\""));
	ck_assert_ptr_nonnull(strstr(text.data,
				     "{\"event\":\"output\",\"t\":1.500000,"
				     "\"time\":\"2023-11-14T22:13:21.500000Z\",\"job\":1,"
				     "\"stream\":\"stdout\",\"text\":\"x\"}\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "\"text\":\"\xe2\x82\xac!\"}\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "\"text\":\"\xef\xbf\xbd\"}\n"));
	buf_release(&text);
	ledger_release(&l);
}
END_TEST

START_TEST(a_pipe_that_is_full_loses_whole_lines_and_minor_ones_first)
{
	char dir[] = "/tmp/hpn-sinks.XXXXXX", path[64], line[1000];
	struct err err = { "" };
	struct sink *s;
	int fd;

	signal(SIGPIPE, SIG_IGN); /* as in hpn */
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	s = sink_new(path, &err);
	ck_assert_ptr_nonnull(s);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	while (sink_has_room(s, true))
		sink_add(s, line, sizeof(line), true);
	ck_assert(sink_has_room(s, false));
	sink_add(s, line, sizeof(line), true); /* lost */
	while (sink_has_room(s, false))
		sink_add(s, line, sizeof(line), false);
	ck_assert(sink_flush(s));
	close(fd); /* nobody will read it */
	ck_assert(!sink_flush(s));
	ck_assert_int_eq(sink_error(s), EPIPE);
	ck_assert_int_eq(sink_close(s, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot write to "));
	unlink(path);
	rmdir(dir);
}
END_TEST

/* ---- thresholds ---- */

static char said[400];

static void hear(void *ctx, const char *text)
{
	(void)ctx;
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", text);
}

static void warn_of(struct warn *w, const struct ledger *l, const char *text)
{
	struct threshold *list = NULL;
	size_t n = 0;

	said[0] = '\0';
	ck_assert_int_eq(threshold_add(text, &list, &n, NULL), 0);
	warn_init(w, list, n, &info, l, hear, NULL);
	free(list);
}

START_TEST(thresholds_are_crossed_once)
{
	struct event ev = at(EVENT_FINISH, 1, 1000);
	struct ledger l;
	struct warn w;

	whole_run(&l);
	warn_of(&w, &l, "failures=1,failures=33%,failures=2,p50=899ms,p40=899ms:fail,p30=901ms");
	warn_event(&w, &ev);
	warn_event(&w, &ev);
	ck_assert_str_eq(said, "1 of 3 have failed (--warn failures=1)\n"
			       "1 of 3 have failed (--warn failures=33%)\n"
			       "2 of 3 took longer than 0.899 s (--warn p50=899ms)\n"
			       "2 of 3 took longer than 0.899 s (--warn p40=899ms:fail)\n");
	ck_assert(w.failed);
	warn_release(&w);
	ledger_release(&l);
}
END_TEST

START_TEST(a_stall_is_known_to_the_nanosecond)
{
	struct event ev = at(EVENT_OUTPUT, 0, 1000);
	struct ledger l;
	struct warn w;

	ledger_init(&l, &info);
	warn_of(&w, &l, "stalled=2s");
	ck_assert_int_eq(warn_tick(&w, START_NS), START_NS + 2 * NS_PER_S);
	warn_event(&w, &ev);
	ck_assert_int_eq(warn_tick(&w, START_NS + 2 * NS_PER_S), START_NS + 3 * NS_PER_S);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(warn_tick(&w, START_NS + 3 * NS_PER_S), -1);
	ck_assert_str_eq(said, "nothing has happened for 2 s (--warn stalled=2s)\n");
	ck_assert(!w.failed);
	warn_release(&w);
	ledger_release(&l);
}
END_TEST

/* ---- metrics ---- */

START_TEST(metrics_know_lanes)
{
	struct event ev = at(EVENT_LIMIT, NO_JOB, 0);
	struct buf b = BUF_INIT;
	struct metrics m;
	struct ledger l;

	whole_run(&l);
	metrics_init(&m, "/nonexistent", &info, &l);
	ev.data = "broken";
	ev.len = strlen(ev.data);
	ev.workers = UINT_MAX;
	metrics_event(&m, &ev);
	metrics_text(&m, START_NS, &b);
	ck_assert_ptr_nonnull(strstr(b.data, "hpn_lane_broken{verb=\"push\",runtime=\"docker\","
					     "lane=\"reg.example\"} 1\n"));
	ck_assert_ptr_null(strstr(b.data, "hpn_lane_workers_limit{"));
	ck_assert_ptr_nonnull(strstr(b.data, "class=\"denied\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(b.data, "le=\"1\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(b.data, "_sum{verb=\"push\",runtime=\"docker\"} 1.900000\n"));
	ev.lane = NO_LANE;
	ev.workers = 7;
	metrics_event(&m, &ev);
	buf_reset(&b);
	metrics_text(&m, START_NS, &b);
	ck_assert_ptr_nonnull(
		strstr(b.data, "hpn_workers_limit{verb=\"push\",runtime=\"docker\"} 7\n"));
	metrics_release(&m);
	buf_release(&b);
	ledger_release(&l);
}
END_TEST

/* ---- the report ---- */

static void say(struct report *r, uint32_t job, const char *text)
{
	struct event ev = at(EVENT_ATTEMPT, job, 0);

	report_event(r, &ev);
	ev.kind = EVENT_OUTPUT;
	for (const char *p = text; *p; p++) { /* in the smallest pieces */
		ev.data = p;
		ev.len = 1;
		report_event(r, &ev);
	}
	ev = at(EVENT_END, job, 0);
	report_event(r, &ev);
}

#define SIXTY_FOUR "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(digests_are_found_where_runtimes_say_them)
{
	struct report r;
	struct ledger l;

	ledger_init(&l, &info);
	report_init(&r, &info, &l);
	say(&r, 0, "a: Pulling\nDigest: sha256:" SIXTY_FOUR "\nStatus: new\nx/a:1\n");
	ck_assert_str_eq(r.texts[0].digest, "sha256:" SIXTY_FOUR);
	ck_assert_ptr_null(r.texts[0].id);
	say(&r, 0, "latest: digest: sha256:" SIXTY_FOUR " size: 1234\n");
	ck_assert_str_eq(r.texts[0].digest, "sha256:" SIXTY_FOUR);
	say(&r, 1, "Copying config\n" SIXTY_FOUR "\n");
	ck_assert_str_eq(r.texts[1].id, "sha256:" SIXTY_FOUR);
	ck_assert_ptr_null(r.texts[1].digest);
	say(&r, 1, "Loaded image ID: sha256:" SIXTY_FOUR);
	ck_assert_str_eq(r.texts[1].id, "sha256:" SIXTY_FOUR);
	say(&r, 1, "Digest: sha256:" SIXTY_FOUR "0\n"); /* too long to be one */
	ck_assert_ptr_null(r.texts[1].digest);
	say(&r, 2, "1\n2\n3\n4\n5\n6\n");
	ck_assert_str_eq(r.texts[2].lines, "3\n4\n5\n6");
	report_release(&r);
	ledger_release(&l);
}
END_TEST

/* ---- words ---- */

START_TEST(stamps)
{
	struct buf b = BUF_INIT;

	stamp_utc(&b, 0);
	stamp_utc(&b, INT64_C(1709210096789012345));
	ck_assert_str_eq(b.data, "1970-01-01T00:00:00.000000Z2024-02-29T12:34:56.789012Z");
	buf_reset(&b);
	stamp_seconds(&b, 12 * NS_PER_S + 3456);
	stamp_seconds(&b, -5);
	ck_assert_str_eq(b.data, "12.0000030.000000");
	buf_reset(&b);
	buf_addn(&b, 0);
	buf_addn(&b, -17);
	buf_addn(&b, LLONG_MIN);
	ck_assert_str_eq(b.data, "0-17-9223372036854775808");
	buf_reset(&b);
	for (int i = 60; i < 70; i++) { /* around what is formatted only once */
		buf_reset(&b);
		buf_addf(&b, "%*d", i, 7);
		ck_assert_uint_eq(b.len, (size_t)i);
		ck_assert_uint_eq(strlen(b.data), (size_t)i);
	}
	buf_release(&b);
}
END_TEST

START_TEST(ci_escapes)
{
	struct ci_mark m = { CI_GITHUB, "word", 0, 0 };
	struct buf b = BUF_INIT;

	ci_error(&m, "a:b,c%\n", "x\r\n\033y", &b);
	ck_assert_str_eq(b.data, "::error title=a%3Ab%2Cc%25%0A::x%0D%0A?y\n");
	buf_reset(&b);
	m.ci = CI_GITLAB;
	ci_open(&m, "a\r\033[0K", &b);
	ck_assert_str_eq(b.data, "\033[0Ksection_start:0:hpn_1[collapsed=true]\r\033[0Ka??[0K\n");
	buf_release(&b);
}
END_TEST

UNIT_MAIN("sinks", ledger_counts, ledger_points_are_bounded_and_in_order,
	  bytes_are_the_most_that_was_told, steps_beyond_a_byte_keep_their_names,
	  a_character_in_two_pieces_is_one,
	  a_pipe_that_is_full_loses_whole_lines_and_minor_ones_first, thresholds_are_crossed_once,
	  a_stall_is_known_to_the_nanosecond, metrics_know_lanes,
	  digests_are_found_where_runtimes_say_them, stamps, ci_escapes)
