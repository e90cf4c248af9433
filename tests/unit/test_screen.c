/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live screen without a terminal: widths, the view, its layout, and what
 * drawing does to a small terminal that is made here. */
#include "unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "output/draw.h"
#include "output/keys.h"
#include "output/layout.h"
#include "output/ledger.h"
#include "output/reason.h"
#include "output/recap.h"
#include "output/view.h"
#include "output/width.h"

#define START_NS (1000 * NS_PER_S)

/* ---- widths ---- */

START_TEST(wide_and_combining)
{
	ck_assert_uint_eq(width_char('a'), 1);
	ck_assert_uint_eq(width_char(0xe9), 1);
	ck_assert_uint_eq(width_char(0x301), 0);
	ck_assert_uint_eq(width_char(0x4e2d), 2);
	ck_assert_uint_eq(width_char(0xac00), 2);
	ck_assert_uint_eq(width_char(0x1f600), 2);
	ck_assert_uint_eq(width_char(0x2705), 2);
	ck_assert_uint_eq(width_char(0x2026), 1);
	ck_assert_uint_eq(width_text("a中b", strlen("a中b")), 4);
	ck_assert_uint_eq(width_text("\xff\xfe", 2), 2);
}
END_TEST

void __lsan_disable(void) __attribute__((weak));

/* Widths do not depend on the locale, nor on whether there is one. */
START_TEST(widths_without_a_locale)
{
	ck_assert_int_eq(setenv("LOCPATH", "/nowhere", 1), 0);
	ck_assert_int_eq(setenv("LC_ALL", "C", 1), 0);
	if (__lsan_disable) /* glibc does not free what it makes of LOCPATH */
		__lsan_disable();
	ck_assert_uint_eq(width_text("a\u4e2d\u0301b\u2705\u2026\U0001f600",
				     strlen("a\u4e2d\u0301b\u2705\u2026\U0001f600")),
			  9);
	ck_assert_uint_eq(width_char(0xac00), 2);
	ck_assert_uint_eq(width_char(0x200b), 0);
}
END_TEST

static void fits(const char *text, size_t columns, enum width_cut where, const char *want)
{
	struct buf b = BUF_INIT;

	width_fit(&b, text, columns, where, "~");
	ck_assert_str_eq(buf_str(&b), want);
	ck_assert_uint_le(width_text(buf_str(&b), b.len), columns);
	buf_release(&b);
}

START_TEST(texts_are_cut_to_fit)
{
	fits("abcdef", 6, CUT_END, "abcdef");
	fits("abcdef", 5, CUT_END, "abcd~");
	fits("abcdef", 5, CUT_MIDDLE, "ab~ef");
	fits("abcdef", 1, CUT_MIDDLE, "~");
	fits("abcdef", 0, CUT_END, "");
	fits("中文名字", 5, CUT_END, "中文~");
	fits("中文名字", 4, CUT_END, "中~");
	fits("中文名字", 6, CUT_MIDDLE, "中~字");
}
END_TEST

/* ---- views ---- */

static const char *names[300];

static struct run_info info;
static struct view view;
static struct rows rows;

static void begin(uint32_t jobs)
{
	info = (struct run_info){
		.jobs = jobs, .workers = 4, .verb = "push", .start_ns = START_NS, .name = names
	};
	for (uint32_t i = 0; i < 300; i++)
		names[i] = "registry.example:5000/team/image:v1";
	view_init(&view, &info);
}

static void end(void)
{
	view_release(&view);
	rows_release(&rows);
}

static struct event at(enum event_kind kind, uint32_t job, double seconds)
{
	return (struct event){ .kind = kind,
			       .job = job,
			       .lane = 0,
			       .attempt = 1,
			       .at_ns = START_NS + (int64_t)(seconds * 1e9),
			       .data = "",
			       .step_name = "tag",
			       .bytes = -1,
			       .total = -1 };
}

static void happens(enum event_kind kind, uint32_t job, double seconds)
{
	struct event ev = at(kind, job, seconds);

	view_event(&view, &ev);
}

static void starts(uint32_t job, double seconds)
{
	happens(EVENT_START, job, seconds);
	happens(EVENT_ATTEMPT, job, seconds);
}

static void ends(uint32_t job, double seconds, enum event_result result, const char *why)
{
	struct event ev = at(EVENT_FINISH, job, seconds);

	happens(EVENT_END, job, seconds);
	ev.result = result;
	ev.data = why;
	ev.len = strlen(why);
	view_event(&view, &ev);
}

static void progresses(uint32_t job, double seconds, int64_t bytes, int64_t total)
{
	struct event ev = at(EVENT_PROGRESS, job, seconds);

	ev.bytes = bytes;
	ev.total = total;
	view_event(&view, &ev);
}

static void has_layers(uint32_t job, double seconds, unsigned parts, unsigned of)
{
	struct event ev = at(EVENT_PROGRESS, job, seconds);

	ev.parts = parts;
	ev.of_parts = of;
	view_event(&view, &ev);
}

/* The row without its styles; it has to fit. */
static const char *row(unsigned i, unsigned columns)
{
	static char text[1024];
	size_t n = 0;

	ck_assert_uint_lt(i, rows.n);
	for (const char *s = buf_str(&rows.row[i]); *s; s++)
		if (*s == STYLE_MARK)
			s++;
		else
			text[n++] = *s;
	text[n] = '\0';
	ck_assert_msg(width_text(text, n) < columns, "'%s' in %u columns", text, columns);
	return text;
}

static void lay_out(unsigned columns, unsigned lines, double seconds)
{
	struct layout_size size = { columns, lines, true };
	int64_t now_ns = START_NS + (int64_t)(seconds * 1e9);

	view_settle(&view, now_ns);
	layout_rows(&view, &size, now_ns, &rows);
	for (unsigned i = 0; i < rows.n; i++)
		row(i, columns);
	ck_assert_uint_le(rows.n, (lines > 3 ? lines - 2 : 1));
}

static void some_run(void)
{
	begin(10);
	names[1] = "nginx:1.27";
	names[2] = "quay.io/somebody/something/with-a-rather-long-name:and-a-long-tag";
	view_release(&view); /* it has measured the names */
	view_init(&view, &info);
	starts(0, 0);
	starts(1, 0);
	starts(2, 1);
	starts(3, 1);
	progresses(0, 1, 1000000, 4000000);
	progresses(0, 2, 2000000, 4000000);
	has_layers(1, 2, 3, 7);
	ends(3, 9, RESULT_FAILED, "manifest unknown\nmore about it");
}

START_TEST(at_80_columns)
{
	some_run();
	lay_out(80, 24, 12);
	ck_assert_uint_eq(rows.n, 5);
	ck_assert_str_eq(row(0, 80), "registry.examp…/team/image:v1    tag [====>   ]"
				     "       2.0 MB   1.0 MB/s    0:12");
	ck_assert_str_eq(row(1, 80), "nginx:1.27                       tag [===>    ]"
				     "   3/7 layers               0:12");
	ck_assert_str_eq(row(2, 80), "quay.io/somebo…and-a-long-tag    tag           "
				     "                            0:11");
	ck_assert_str_eq(row(3, 80),
			 "failed: registry.example:5000/team/image:v1: manifest unknown");
	ck_assert_str_eq(row(4, 80), "0 done, 1 failed, 6 waiting | 3 of 4 workers | 2.0 MB | 0:12"
				     " | about 0:39 left");
	end();
}
END_TEST

START_TEST(at_40_columns)
{
	some_run();
	lay_out(40, 24, 12);
	ck_assert_uint_eq(rows.n, 5);
	ck_assert_str_eq(row(0, 40), "registry.ex…m/image:v1   2.0 MB    0:12");
	ck_assert_str_eq(row(1, 40), "nginx:1.27                  3/7    0:12");
	ck_assert_str_eq(row(3, 40), "failed: regist…age:v1: manifest unknown");
	ck_assert_str_eq(row(4, 40), "0/10 done, 1 failed | 0:12 | ~0:39");
	end();
}
END_TEST

START_TEST(at_200_columns)
{
	some_run();
	lay_out(200, 24, 12);
	ck_assert_str_eq(row(0, 200),
			 "registry.example:5000/team/image:v1                                   tag"
			 " [=========>        ]       2.0 MB   1.0 MB/s    0:12");
	ck_assert_str_eq(row(2, 200),
			 "quay.io/somebody/something/with-a-rather-long-name:and-a-long-tag     tag"
			 "                                                 0:11");
	end();
}
END_TEST

static void does(uint32_t job, const char *what)
{
	struct event ev = at(EVENT_PROGRESS, job, 1);

	ev.data = what;
	ev.len = strlen(what);
	view_event(&view, &ev);
}

START_TEST(blobs_are_counted_and_not_named)
{
	begin(1);
	starts(0, 0);
	does(0, "Getting image source signatures");
	lay_out(80, 24, 1);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "tag Getting image source"));
	does(0, "Copying blob sha256:382e910eb817c84d91f32567383c411de29a4904ded3");
	does(0, "Copying blob sha256:5128feff3c009458607233b837fe3ca338c78001c371");
	lay_out(80, 24, 1);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "tag Copying blob 2  "));
	does(0, "Copying config");
	lay_out(80, 24, 1);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "tag Copying config  "));
	end();
}
END_TEST

/* The size of an image is only about that of its archive. */
START_TEST(a_bar_is_full_at_most)
{
	begin(1);
	starts(0, 0);
	progresses(0, 1, 5000000, 4000000);
	lay_out(80, 24, 1);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "[========]       5.0 MB"));
	end();
}
END_TEST

START_TEST(too_narrow_for_rows)
{
	some_run();
	lay_out(12, 24, 12);
	ck_assert_uint_eq(rows.n, 1);
	lay_out(80, 2, 12);
	ck_assert_uint_eq(rows.n, 1);
	end();
}
END_TEST

START_TEST(three_hundred_images)
{
	begin(300);
	for (uint32_t i = 0; i < 300; i++)
		starts(i, 0);
	for (uint32_t i = 200; i < 250; i++)
		ends(i, 1, RESULT_FAILED, "no");
	lay_out(80, 24, 2);
	ck_assert_uint_eq(rows.n, 22);
	ck_assert_str_eq(row(13, 80), "… and 237 more started");
	ck_assert_str_eq(row(14, 80), "… and 44 more failed");
	ck_assert_ptr_nonnull(strstr(row(21, 80), "0 done, 50 failed, 0 waiting"));
	end();
}
END_TEST

START_TEST(the_newest_failures_are_shown)
{
	char why[32];

	begin(100);
	for (uint32_t i = 0; i < 100; i++) {
		snprintf(why, sizeof(why), "reason %u", i);
		starts(i, i);
		ends(i, i, RESULT_FAILED, why);
	}
	lay_out(80, 12, 100);
	ck_assert_str_eq(row(0, 80), "… and 98 more failed");
	ck_assert_ptr_nonnull(strstr(row(1, 80), ": reason 98"));
	ck_assert_ptr_nonnull(strstr(row(2, 80), ": reason 99"));
	lay_out(80, 250, 100);
	ck_assert_str_eq(row(0, 80), "… and 36 more failed");
	ck_assert_ptr_nonnull(strstr(row(1, 80), ": reason 36"));
	ck_assert_ptr_nonnull(strstr(row(64, 80), ": reason 99"));
	end();
}
END_TEST

START_TEST(a_failure_shows_the_end_of_its_reason)
{
	begin(2);
	names[0] = "127.0.0.1:17701/a03:v9";
	names[1] = "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.10.0-of-some-day";
	starts(0, 0);
	starts(1, 0);
	ends(0, 1, RESULT_FAILED,
	     "initializing source docker://127.0.0.1:17701/a03:v9: pinging container registry"
	     " 127.0.0.1:17701: dial tcp 127.0.0.1:17701: connect: connection refused");
	ends(1, 1, RESULT_FAILED, "manifest unknown");
	lay_out(80, 24, 2);
	ck_assert_str_eq(row(0, 80), "failed: 127.0.0.1:17701/a03:v9: …p"
				     " 127.0.0.1:17701: connect: connection refused");
	ck_assert_str_eq(
		row(1, 80),
		"failed: registry.k8s.io/sig-storag…istrar:v2.10.0-of-some-day: manifest unknown");
	lay_out(40, 24, 2);
	ck_assert_str_eq(row(0, 40), "failed: 127.0.…a03:v9: …nection refused");
	end();
}
END_TEST

START_TEST(wide_and_hostile_names)
{
	begin(3);
	names[0] = "images/中文名字中文名字中文名字中文名字中文名字中文名字.tar";
	names[1] = "a\033[2Jb\nc.tar";
	starts(0, 0);
	starts(1, 0);
	lay_out(80, 24, 1);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "…"));
	ck_assert_ptr_nonnull(strstr(row(1, 80), "a\\x1b[2Jb\\nc.tar"));
	lay_out(40, 24, 1);
	end();
}
END_TEST

START_TEST(only_ascii_where_the_locale_has_no_more)
{
	struct layout_size size = { 40, 24, false };

	begin(2);
	names[0] = "images/中.tar";
	names[1] = "registry.example:5000/with/a/long/name:v1";
	starts(0, 0);
	starts(1, 0);
	view_settle(&view, START_NS);
	layout_rows(&view, &size, START_NS, &rows);
	ck_assert_ptr_nonnull(strstr(row(0, 40), "images/???.tar"));
	for (unsigned i = 0; i < rows.n; i++)
		for (const char *s = row(i, 40); *s; s++)
			ck_assert(!(*s & 0x80));
	end();
}
END_TEST

START_TEST(a_retry_says_when_and_why)
{
	struct event ev;

	begin(2);
	names[0] = "a";
	starts(0, 0);
	happens(EVENT_END, 0, 1);
	ev = at(EVENT_WAIT, 0, 1);
	ev.wait_ns = 5 * NS_PER_S;
	ev.data = "connection reset\nby peer";
	ev.len = strlen(ev.data);
	view_event(&view, &ev);
	lay_out(80, 24, 3);
	ck_assert_ptr_nonnull(strstr(row(0, 80), "again in 0:03: connection reset"));
	ck_assert_ptr_nonnull(strstr(row(1, 80), "0 of 4 workers"));
	happens(EVENT_ATTEMPT, 0, 6);
	lay_out(80, 24, 7);
	ck_assert_ptr_null(strstr(row(0, 80), "again"));
	end();
}
END_TEST

static void writes(uint32_t job, const char *text)
{
	struct event ev = at(EVENT_OUTPUT, job, 1);

	ev.data = text;
	ev.len = strlen(text);
	view_event(&view, &ev);
}

START_TEST(details_show_the_last_lines)
{
	begin(2);
	starts(0, 0);
	starts(1, 0);
	lay_out(80, 24, 1);
	view.details = true;
	view_choose(&view, 1);
	writes(1, "one\ntwo\r\nth\033[31mree\nfour");
	lay_out(80, 24, 1);
	ck_assert_uint_eq(rows.n, 6);
	ck_assert_str_eq(row(3, 80), "  three");
	ck_assert_str_eq(row(4, 80), "  four");
	lay_out(80, 6, 1);
	ck_assert_uint_eq(rows.n, 4);
	ck_assert_str_eq(row(1, 80), "  three");
	for (int i = 0; i < 3000; i++)
		writes(1, "a line among many\n");
	ck_assert_uint_le(view.of_job[1]->output.len, 20000);
	end();
}
END_TEST

START_TEST(choosing_goes_round)
{
	begin(3);
	for (uint32_t i = 0; i < 3; i++)
		starts(i, 0);
	view_settle(&view, START_NS);
	ck_assert_uint_eq(view.chosen, 0);
	view_choose(&view, -1);
	ck_assert_uint_eq(view.chosen, 2);
	view_choose(&view, 1);
	view_choose(&view, 1);
	ck_assert_uint_eq(view.chosen, 1);
	ends(1, 1, RESULT_OK, "");
	view_settle(&view, START_NS);
	ck_assert_uint_eq(view.chosen, 0);
	end();
}
END_TEST

/* ---- estimates ---- */

START_TEST(estimates)
{
	struct estimate none = { .waiting = 3 }, nothing = { 0 }, counts = { .waiting = 4 };
	struct estimate bytes = { 0 }, known = { 0 }, usual = { 0 };

	estimate_open(&none, 10 * NS_PER_S, -1, -1, -1);
	ck_assert_int_eq(estimate_left_ns(&none), -1);
	ck_assert_int_eq(estimate_left_ns(&nothing), 0);
	/* four images of 10 s in the two places of others that began 5 s ago */
	for (int i = 0; i < 2; i++) {
		estimate_took(&counts, 10 * NS_PER_S);
		estimate_open(&counts, 5 * NS_PER_S, -1, -1, -1);
	}
	ck_assert_int_eq(estimate_left_ns(&counts), 25 * NS_PER_S);
	/* a quarter took 10 s: 30 s are left, though the other is nearly done */
	estimate_open(&bytes, 10 * NS_PER_S, 25, 100, -1);
	estimate_open(&bytes, 10 * NS_PER_S, 99, 100, -1);
	ck_assert_int_eq(estimate_left_ns(&bytes), 30 * NS_PER_S);
	estimate_open(&usual, 10 * NS_PER_S, 0, -1, 25 * NS_PER_S);
	ck_assert_int_eq(estimate_left_ns(&usual), 15 * NS_PER_S);
	/* the longest first: 30 after 30, and 20 after 40 */
	for (int i = 2; i < 5; i++)
		estimate_known(&known, i * 10 * NS_PER_S);
	estimate_open(&known, 0, 0, -1, 30 * NS_PER_S);
	estimate_open(&known, 0, 0, -1, 0);
	ck_assert_int_eq(estimate_left_ns(&known), 60 * NS_PER_S);
}
END_TEST

START_TEST(what_earlier_runs_took_counts)
{
	begin(4);
	view_release(&view);
	info.workers = 1;
	info.usual_ns = (const int64_t[]){ 30 * NS_PER_S, 30 * NS_PER_S, 30 * NS_PER_S, 0 };
	view_init(&view, &info);
	starts(0, 0);
	lay_out(80, 24, 10);
	/* of one nothing is known, and none is over that could tell */
	ck_assert_ptr_null(strstr(row(1, 80), "left"));
	ends(0, 30, RESULT_OK, "");
	starts(1, 30);
	lay_out(80, 24, 40);
	/* 20 s of this one, 30 s of the next, and the last as the first was */
	ck_assert_ptr_nonnull(strstr(row(1, 80), "about 1:20 left"));
	ends(3, 40, RESULT_CANCELLED, "");
	lay_out(80, 24, 40);
	ck_assert_ptr_nonnull(strstr(row(1, 80), "about 0:50 left"));
	view.finishing = true;
	lay_out(120, 24, 40);
	ck_assert_ptr_nonnull(strstr(row(1, 120), "about 0:20 left | finishing"));
	end();
}
END_TEST

/* ---- keys ---- */

static struct keys keys;
static int64_t typed_ns;

/* Type a text, with so long between its keys; what hpn obeyed is returned. */
static const char *type(const char *text, int64_t pause_ms)
{
	static char obeyed[64];
	size_t n = 0;

	for (; *text; text++) {
		char due, now;

		typed_ns += pause_ms * NS_PER_MS;
		due = keys_due(&keys, typed_ns);
		now = keys_take(&keys, *text, typed_ns);
		for (int i = 0; i < 2; i++)
			if (i ? now : due)
				obeyed[n++] = i ? now : due;
	}
	obeyed[n] = '\0';
	return obeyed;
}

/* The time is up for a key that waits; 0: none did. */
static char later(int64_t ms)
{
	typed_ns += ms * NS_PER_MS;
	return keys_due(&keys, typed_ns);
}

START_TEST(what_is_typed_ahead_does_not_end_a_run)
{
	keys = (struct keys){ 0 };
	typed_ns = START_NS;
	for (int64_t ms = 0; ms < 300; ms += 10) {
		ck_assert_ptr_null(strchr(type("echo quick; cp a b\n", ms), 'q'));
		ck_assert_ptr_null(strchr(type("quit\npq\nqp\nqqqqqqqqqq\n", ms), 'q'));
		ck_assert_ptr_null(strchr(type("pwd\n", ms), 'p'));
		ck_assert_int_eq(later(2000), 0);
	}
	ck_assert_str_eq(type("echo quick", 0), "e"); /* pasted; hpn has no key e */
}
END_TEST

START_TEST(a_second_q_ends_a_run)
{
	static const struct {
		int64_t ms;
		const char *want;
	} cases[] = { { 100, "" },  { 290, "" },   { 300, "q" },
		      { 500, "q" }, { 3000, "q" }, { 3001, "" } };

	typed_ns = START_NS;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		keys = (struct keys){ 0 };
		ck_assert_str_eq(type("q", 1000), "");
		ck_assert(!keys_wants_second(&keys, typed_ns));
		ck_assert_str_eq(type("q", cases[i].ms), cases[i].want);
	}
	keys = (struct keys){ 0 };
	ck_assert_str_eq(type("q", 1000), "");
	ck_assert_int_eq(later(300), 0);
	ck_assert(keys_wants_second(&keys, typed_ns));
	ck_assert(!keys_wants_second(&keys, typed_ns + 3 * NS_PER_S));
	ck_assert_str_eq(type("xq", 500), "x"); /* another key between them */
}
END_TEST

START_TEST(other_keys_act_at_once)
{
	keys = (struct keys){ 0 };
	typed_ns = START_NS;
	ck_assert_str_eq(type("++--", 1), "++-"); /* a burst of different keys */
	ck_assert_str_eq(type("jk ?", 200), "jk ?");
	ck_assert_str_eq(type("\033[A", 0), "");
	typed_ns += NS_PER_S;
	ck_assert_str_eq(type("\033[A\033[A\033OB", 0), "kk");
	ck_assert_str_eq(type("p", 1000), "");
	ck_assert_int_eq(later(299), 0);
	ck_assert_int_eq(later(1), 'p');
	ck_assert_int_eq(later(1), 0);
}
END_TEST

/* ---- the recap ---- */

static void recap_is(const struct ledger *l, double seconds, const char *want)
{
	struct buf b = BUF_INIT;

	recap_text(l, START_NS + (int64_t)(seconds * 1e9), &b);
	ck_assert_str_eq(buf_str(&b), want);
	buf_release(&b);
}

START_TEST(recaps)
{
	struct ledger_job jobs[6] = { { .ran_ns = 0 } };
	struct ledger_attempt attempt = { .class = 1 };
	struct ledger l = { .info = &info, .job = jobs, .workers = 4 };

	begin(2);
	info.runtime = "podman";
	names[0] = "one";
	recap_is(&l, 3, "");
	l.ran_ns = NS_PER_S;
	recap_is(&l, 3, "\nTook 3.0 s\n");
	l.ran_ns = 9 * NS_PER_S;
	recap_is(&l, 3, "\nTook 3.0 s; 3.0 at a time on average\n");
	view_release(&view);
	begin(6);
	info.runtime = "podman";
	l.workers = 2;
	for (int i = 0; i < 6; i++) {
		jobs[i].ran_ns = (i % 3 + 1) * NS_PER_S;
		names[i] = i % 3 ? "b\n" : "a";
	}
	l.ran_ns = 12 * NS_PER_S;
	recap_is(&l, 6.2,
		 "\nTook 6.2 s; 1.9 at a time on average\n"
		 "Slowest: b\\n 3.0 s, b\\n 3.0 s, b\\n 2.0 s\n"
		 "Try: -j 4, since all 2 workers were busy all the time; 'hpn doctor' says what"
		 " else may slow it down\n");
	info.verb = "pull";
	info.runtime = "docker";
	recap_is(&l, 6.2,
		 "\nTook 6.2 s; 1.9 at a time on average\n"
		 "Slowest: b\\n 3.0 s, b\\n 3.0 s, b\\n 2.0 s\n"
		 "Try: 'hpn doctor', which shows how many layers docker downloads at a time"
		 " (max-concurrent-downloads)\n");
	l.adjusted = true; /* hpn has looked for a better number */
	recap_is(&l, 6.2,
		 "\nTook 6.2 s; 1.9 at a time on average\n"
		 "Slowest: b\\n 3.0 s, b\\n 3.0 s, b\\n 2.0 s\n");
	strvec_push(&l.classes, "");
	strvec_push(&l.classes, "throttled");
	l.attempt = &attempt;
	l.n_attempts = 1;
	recap_is(&l, 6.2,
		 "\nTook 6.2 s; 1.9 at a time on average\n"
		 "Slowest: b\\n 3.0 s, b\\n 3.0 s, b\\n 2.0 s\n"
		 "Try: fewer workers (-j), or a login at the registry; it refused 1 time because"
		 " of too many requests\n");
	strvec_release(&l.classes);
	end();
}
END_TEST

/* A run that began with 2 workers and went up to 4 was not held back by 2. */
START_TEST(recaps_know_how_many_workers_there_were)
{
	struct event ev = { .kind = EVENT_LIMIT, .job = NO_JOB, .lane = NO_LANE, .data = "" };
	struct ledger l;

	begin(12);
	info.workers = 2;
	info.runtime = "podman";
	ledger_init(&l, &info);
	ev.workers = 4;
	ledger_event(&l, &ev);
	ck_assert_uint_eq(l.workers, 4);
	l.ran_ns = 24 * NS_PER_S;
	recap_is(&l, 6.1, "\nTook 6.1 s; 3.9 at a time on average\n");
	ledger_release(&l);
	end();
}
END_TEST

START_TEST(failures_are_listed_with_their_reasons)
{
	struct event ev = at(EVENT_FINISH, 1, 1);
	struct buf b = BUF_INIT;
	struct ledger l;

	begin(3);
	names[1] = "reg:5000/a:1";
	ledger_init(&l, &info);
	recap_failed(&l, "images", true, &b);
	ck_assert_str_eq(buf_str(&b), "");
	ev.result = RESULT_FAILED;
	ev.data = "initializing source docker://reg:5000/a:1: dial tcp: refused\nmore";
	ev.len = strlen(ev.data);
	ledger_event(&l, &ev);
	recap_failed(&l, "images", false, &b);
	recap_failed(&l, "images", true, &b);
	ck_assert_str_eq(buf_str(&b), "\nFailed images:\n  - reg:5000/a:1\n"
				      "\nFailed images:\n  - reg:5000/a:1: dial tcp: refused\n");
	buf_release(&b);
	ledger_release(&l);
	end();
}
END_TEST

static void reason_is(const char *text, const char *name, const char *want)
{
	size_t len;
	const char *got = reason_without_name(text, name, &len);

	ck_assert_uint_eq(len, strlen(want));
	ck_assert(!strncmp(got, want, len));
}

START_TEST(reasons_lose_the_name)
{
	reason_is("initializing source docker://r:1/a:v9: pinging r:1: refused", "r:1/a:v9",
		  "pinging r:1: refused");
	reason_is("manifest for a:1 not found: manifest unknown\na:1", "a:1",
		  "not found: manifest unknown");
	reason_is("initializing source docker://docker.io/library/nginx:latest: denied", "nginx",
		  "denied");
	reason_is("Error: no such image: \"a:1\"", "a:1", "Error: no such image");
	reason_is("timed out after 1 s", "a:1", "timed out after 1 s");
	reason_is("a:1", "a:1", "a:1");
	reason_is("", "a:1", "");
	reason_is("nothing", "", "nothing");
}
END_TEST

/* ---- drawing ---- */

#define COLUMNS 40
#define LINES 8

/* A terminal that knows what hpn uses; what scrolls out is gone. */
static char screen[LINES][COLUMNS + 1];
static unsigned line, column;

static void new_line(void)
{
	if (++line < LINES)
		return;
	memmove(screen[0], screen[1], sizeof(screen) - sizeof(screen[0]));
	memset(screen[LINES - 1], 0, sizeof(screen[0]));
	line = LINES - 1;
}

static void show(const char *s)
{
	for (; *s; s++) {
		if (!strncmp(s, "<up>", 4)) {
			ck_assert_uint_gt(line, 0);
			line--;
			s += 3;
		} else if (!strncmp(s, "<el>", 4)) {
			memset(screen[line] + column, 0, COLUMNS - column);
			s += 3;
		} else if (!strncmp(s, "<ed>", 4)) {
			memset(screen[line] + column, 0, COLUMNS - column);
			for (unsigned i = line + 1; i < LINES; i++)
				memset(screen[i], 0, sizeof(screen[i]));
			s += 3;
		} else if (*s == '\r') {
			column = 0;
		} else if (*s == '\n') {
			column = 0; /* as the kernel makes it */
			new_line();
		} else {
			ck_assert_uint_lt(column, COLUMNS);
			screen[line][column++] = *s;
		}
	}
}

static char up[] = "<up>", el[] = "<el>", ed[] = "<ed>";
static struct terminal term = {
	.up = up, .clear = el, .below = ed, .reflows = true, .size = { COLUMNS, LINES, true }
};

static void set_rows(unsigned n, ...)
{
	va_list ap;

	if (rows.cap < 8) {
		rows.row = mem_grow(rows.row, 8, sizeof(*rows.row));
		memset(rows.row + rows.cap, 0, (8 - rows.cap) * sizeof(*rows.row));
		rows.cap = 8;
	}
	va_start(ap, n);
	for (rows.n = 0; rows.n < n; rows.n++) {
		buf_reset(&rows.row[rows.n]);
		buf_adds(&rows.row[rows.n], va_arg(ap, const char *));
	}
	va_end(ap);
}

static void screen_is(const char *want)
{
	char got[LINES * (COLUMNS + 1) + 1] = "";
	size_t n = 0;

	for (unsigned i = 0; i < line; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s\n", screen[i]);
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(column, 0);
	for (unsigned i = line; i < LINES; i++)
		ck_assert_str_eq(screen[i], "");
}

static void reset_screen(void)
{
	memset(screen, 0, sizeof(screen));
	line = column = 0;
}

START_TEST(only_what_differs_is_written)
{
	struct draw d = { 0 };
	struct buf out = BUF_INIT;

	reset_screen();
	set_rows(3, "one", "two", "three");
	draw_rows(&d, &term, &rows, &out);
	show(buf_str(&out));
	screen_is("one\ntwo\nthree\n");
	buf_reset(&out);
	set_rows(3, "one", "2", "three");
	draw_rows(&d, &term, &rows, &out);
	show(buf_str(&out));
	screen_is("one\n2\nthree\n");
	ck_assert_ptr_null(strstr(buf_str(&out), "one"));
	ck_assert_ptr_null(strstr(buf_str(&out), "three"));
	buf_reset(&out);
	set_rows(3, "one", "2", "three");
	draw_rows(&d, &term, &rows, &out);
	ck_assert_uint_eq(out.len, 0);
	buf_release(&out);
	draw_release(&d);
	rows_release(&rows);
}
END_TEST

static void drawn(struct draw *d, const char *text, struct buf *out)
{
	buf_reset(out);
	if (*text)
		draw_erase(d, &term, out);
	buf_adds(out, text);
	draw_rows(d, &term, &rows, out);
	show(buf_str(out));
}

static void grow_and_shrink(void)
{
	struct draw d = { 0 };
	struct buf out = BUF_INIT;

	reset_screen();
	set_rows(2, "a", "b");
	drawn(&d, "", &out);
	set_rows(4, "a", "B", "c", "d");
	drawn(&d, "", &out);
	screen_is("a\nB\nc\nd\n");
	set_rows(1, "z");
	drawn(&d, "text\n", &out);
	screen_is("text\nz\n");
	set_rows(3, "z", "y", "x");
	drawn(&d, "more text\n", &out);
	screen_is("text\nmore text\nz\ny\nx\n");
	set_rows(2, "z", "y");
	drawn(&d, "", &out);
	screen_is("text\nmore text\nz\ny\n");
	/* the picture at the lower end: text scrolls above it */
	set_rows(4, "1", "2", "3", "4");
	drawn(&d, "third\nfourth\n", &out);
	screen_is("more text\nthird\nfourth\n1\n2\n3\n4\n");
	set_rows(0);
	drawn(&d, "", &out);
	screen_is("more text\nthird\nfourth\n");
	buf_release(&out);
	draw_release(&d);
	rows_release(&rows);
}

START_TEST(text_goes_above)
{
	grow_and_shrink();
	term.below = NULL; /* a terminal that clears line by line */
	grow_and_shrink();
	term.below = ed;
}
END_TEST

START_TEST(rows_that_the_terminal_has_broken)
{
	struct draw d = { 0 };
	struct buf out = BUF_INIT;

	reset_screen();
	set_rows(2, "123456789012345678901234567890", "short");
	drawn(&d, "text\n", &out);
	/* half as wide now: the first row takes two lines */
	term.size.columns = 20;
	reset_screen();
	show("text\n12345678901234567890\n1234567890\nshort\n");
	set_rows(1, "new");
	drawn(&d, "more\n", &out);
	screen_is("text\nmore\nnew\n");
	term.size.columns = COLUMNS;
	buf_release(&out);
	draw_release(&d);
	rows_release(&rows);
}
END_TEST

START_TEST(styles_only_where_there_are_some)
{
	struct draw d = { 0 };
	struct buf out = BUF_INIT;
	char red[] = "<red>", plain[] = "<plain>";

	set_rows(1, "\001rfailed\001p and \001dmore\001p");
	draw_rows(&d, &term, &rows, &out);
	ck_assert_str_eq(buf_str(&out), "\rfailed and more<el>\r\n");
	term.red = red;
	term.plain = plain;
	buf_reset(&out);
	d.shown.n = 0;
	set_rows(1, "\001rfailed\001p and \001dmore\001p");
	draw_rows(&d, &term, &rows, &out);
	ck_assert_str_eq(buf_str(&out), "\r<red>failed<plain> and more<el>\r\n");
	term.red = term.plain = NULL;
	buf_release(&out);
	draw_release(&d);
	rows_release(&rows);
}
END_TEST

UNIT_MAIN("screen", wide_and_combining, widths_without_a_locale, texts_are_cut_to_fit,
	  at_80_columns, at_40_columns, at_200_columns, blobs_are_counted_and_not_named,
	  a_bar_is_full_at_most, too_narrow_for_rows, three_hundred_images,
	  the_newest_failures_are_shown, a_failure_shows_the_end_of_its_reason,
	  wide_and_hostile_names, only_ascii_where_the_locale_has_no_more,
	  a_retry_says_when_and_why, details_show_the_last_lines, choosing_goes_round, estimates,
	  what_earlier_runs_took_counts, what_is_typed_ahead_does_not_end_a_run,
	  a_second_q_ends_a_run, other_keys_act_at_once, recaps,
	  recaps_know_how_many_workers_there_were, failures_are_listed_with_their_reasons,
	  reasons_lose_the_name, only_what_differs_is_written, text_goes_above,
	  rows_that_the_terminal_has_broken, styles_only_where_there_are_some)
