/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/clean.h"
#include "output/mux.h"
#include "output/plain.h"
#include "output/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

/* ---- clean ---- */

static void check_clean(const char *in, size_t len, const char *want)
{
	struct buf whole = BUF_INIT, bytes = BUF_INIT;
	struct clean c = { 0 };

	clean_add(&c, in, len, &whole);
	clean_end(&c, &whole);
	ck_assert_str_eq(buf_str(&whole), want);
	c = (struct clean){ 0 };
	for (size_t i = 0; i < len; i++)
		clean_add(&c, in + i, 1, &bytes);
	clean_end(&c, &bytes);
	ck_assert_str_eq(buf_str(&bytes), want);
	buf_release(&whole);
	buf_release(&bytes);
}

#define CLEAN(in, want) check_clean(in, sizeof(in) - 1, want)

START_TEST(clean_takes_out_sequences)
{
	CLEAN("plain text\n", "plain text\n");
	CLEAN("\033[1;31mred\033[0m\n", "red\n");
	CLEAN("\033]0;title\007after", "after");
	CLEAN("\033]8;;http://x\033\\link\033]8;;\033\\", "link");
	CLEAN("\033(Bx\0337y", "xy");
	CLEAN("\033P1$r\033\\z", "z");
	CLEAN("10%\r20%\r\nend", "10%\n20%\nend");
	CLEAN("a\0b\a", "a\\x00b\\x07");
	CLEAN("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
	CLEAN("\xff\xc3(", "\\xff\\xc3(");
	CLEAN("\xc2\x9b"
	      "31m",
	      "\\xc2\\x9b"
	      "31m"); /* CSI as one C1 character */
	CLEAN("\xc0\xaf\xe0\x80\x80\xed\xa0\x80", "\\xc0\\xaf\\xe0\\x80\\x80\\xed\\xa0\\x80");
	/* marks of direction, and what is not seen */
	CLEAN("a\xe2\x80\xae"
	      "b\xe2\x81\xa6"
	      "c\xe2\x80\x8b",
	      "a\\u{202e}b\\u{2066}c\\u{200b}");
	CLEAN("cut \xe2\x82", "cut \\xe2\\x82");
	CLEAN("cut \033[12", "cut ");
}
END_TEST

START_TEST(clean_lets_long_text_pass)
{
	char text[1000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 77 == 76 ? '\n' : (char)(' ' + i % 90);
	text[sizeof(text) - 1] = '\0';
	check_clean(text, sizeof(text) - 1, text);
}
END_TEST

/* ---- store ---- */

static void drain(struct store *s, struct chain *c, struct buf *to, size_t step)
{
	size_t len;
	const char *data;

	while ((data = store_peek(s, c, &len))) {
		len = len < step ? len : step;
		buf_add(to, data, len);
		store_eat(s, c, len);
	}
}

START_TEST(store_keeps_bytes_in_order_in_memory_and_file)
{
	struct buf want = BUF_INIT, got = BUF_INIT;
	struct chain a = { 0 }, b = { 0 };
	struct store s;

	store_init(&s, 500, 800);
	for (int i = 0; i < 3000; i++) {
		char text[16];
		int n = snprintf(text, sizeof(text), "%d,", i);

		store_add(&s, i % 3 ? &a : &b, text, (size_t)n, false);
		if (i % 3)
			buf_add(&want, text, (size_t)n);
	}
	ck_assert_uint_le(s.mem_bytes, 800);
	ck_assert_uint_le(a.mem_bytes, 500);
	ck_assert_uint_gt(s.file_bytes, 0);
	drain(&s, &a, &got, 7);
	ck_assert_uint_eq(got.len, want.len);
	ck_assert_str_eq(buf_str(&got), buf_str(&want));
	store_drop(&s, &b);
	ck_assert_uint_eq(s.mem_bytes, 0);
	ck_assert_uint_eq(s.file_bytes, 0);
	ck_assert_int_eq(s.file_end, 0);
	store_release(&s);
	buf_release(&want);
	buf_release(&got);
}
END_TEST

START_TEST(store_without_a_file_stays_in_memory)
{
	struct buf got = BUF_INIT;
	struct chain c = { 0 };
	struct store s;

	setenv("TMPDIR", "/nonexistent", 1);
	store_init(&s, 4, 8);
	store_add(&s, &c, "0123456789", 10, false);
	store_add(&s, &c, "abcdef", 6, false);
	drain(&s, &c, &got, 3);
	ck_assert_str_eq(buf_str(&got), "0123456789abcdef");
	store_release(&s);
	buf_release(&got);
}
END_TEST

START_TEST(store_splices)
{
	struct buf got = BUF_INIT;
	struct chain a = { 0 }, b = { 0 };
	struct store s;

	store_init(&s, 100, 100);
	store_add(&s, &a, "one ", 4, false);
	store_add(&s, &b, "two ", 4, false);
	store_splice(&a, &b);
	store_splice(&a, &b);
	ck_assert(store_is_empty(&b));
	store_add(&s, &a, "three", 5, false);
	drain(&s, &a, &got, 100);
	ck_assert_str_eq(buf_str(&got), "one two three");
	store_release(&s);
	buf_release(&got);
}
END_TEST

/* ---- mux ---- */

static char *flushed(struct mux *m)
{
	static char text[4096];
	struct writer w;
	ssize_t n;
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	writer_init(&w, fd[1]);
	while (mux_pending(m))
		ck_assert_int_eq(mux_flush(m, &w), 0);
	writer_release(&w);
	close(fd[1]);
	n = read(fd[0], text, sizeof(text) - 1);
	close(fd[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void say(struct mux *m, uint32_t item, const char *text)
{
	mux_add(m, item, text, strlen(text));
}

START_TEST(ordered_is_in_list_order_and_live)
{
	struct mux *m = mux_new(MUX_ORDERED, 3, NULL);

	say(m, 2, "c1 ");
	say(m, 1, "b1 ");
	ck_assert_str_eq(flushed(m), "");
	say(m, 0, "a1 ");
	ck_assert_str_eq(flushed(m), "a1 ");
	mux_close(m, 1);
	ck_assert_str_eq(flushed(m), "");
	say(m, 0, "a2 ");
	mux_close(m, 0);
	ck_assert_str_eq(flushed(m), "a2 b1 c1 ");
	say(m, 2, "c2 ");
	ck_assert_str_eq(flushed(m), "c2 ");
	mux_close(m, 2);
	mux_say(m, "end", 3);
	ck_assert_str_eq(flushed(m), "end");
	mux_free(m);
}
END_TEST

START_TEST(grouped_is_whole_as_it_ends)
{
	struct mux *m = mux_new(MUX_GROUPED, 2, NULL);

	say(m, 0, "a1 ");
	say(m, 1, "b1 ");
	ck_assert_str_eq(flushed(m), "");
	mux_close(m, 1);
	ck_assert_str_eq(flushed(m), "b1 ");
	say(m, 0, "a2 ");
	mux_close(m, 0);
	ck_assert_str_eq(flushed(m), "a1 a2 ");
	mux_free(m);
}
END_TEST

START_TEST(lines_come_at_once)
{
	struct mux *m = mux_new(MUX_LINES, 2, NULL);

	say(m, 1, "b\n");
	say(m, 0, "a\n");
	ck_assert_str_eq(flushed(m), "b\na\n");
	mux_free(m);
}
END_TEST

/* Nobody reads: the mux never waits, and what it holds stays under its cap. */
START_TEST(a_stuck_reader_costs_no_time)
{
	struct mux_limits limits = { .each_bytes = 1000, .all_bytes = 100000 };
	struct mux *m = mux_new(MUX_ORDERED, 1, &limits);
	char block[5000], *text = mem_alloc(4 * 1024 * 1024);
	struct writer w;
	size_t sent = 0, got = 0;
	int fd[2];

	memset(block, 'x', sizeof(block));
	ck_assert_int_eq(pipe(fd), 0);
	writer_init(&w, fd[1]);
	for (int i = 0; i < 400; i++) {
		mux_add(m, 0, block, sizeof(block));
		sent += sizeof(block);
		ck_assert_int_eq(mux_flush(m, &w), 0);
	}
	ck_assert(mux_pending(m));
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	while (got < sent) {
		ssize_t n = read(fd[0], text, 65536);

		got += n > 0 ? (size_t)n : 0;
		ck_assert_int_eq(mux_flush(m, &w), 0);
	}
	ck_assert(!mux_pending(m));
	writer_release(&w);
	close(fd[0]);
	close(fd[1]);
	free(text);
	mux_free(m);
}
END_TEST

START_TEST(a_reader_that_is_gone_is_an_error)
{
	struct mux *m = mux_new(MUX_LINES, 1, NULL);
	struct writer w;
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(fd), 0);
	writer_init(&w, fd[1]);
	close(fd[0]);
	say(m, 0, "x\n");
	ck_assert_int_eq(mux_flush(m, &w), -EPIPE);
	writer_release(&w);
	writer_init(&w, open("/dev/full", O_WRONLY));
	ck_assert_int_eq(mux_flush(m, &w), -ENOSPC);
	close(w.fd);
	close(fd[1]);
	mux_free(m);
}
END_TEST

/* ---- plain ---- */

static const char *names[] = { "alpine:3", "nginx" };

static const struct verb_forms forms[] = { { "Pulling", "pulled", "pull" },
					   { "Saving", "saved", "save" } };

static void hear(struct plain *p, struct event *ev)
{
	ev->name = ev->subject = names[ev->job];
	ev->words = &forms[ev->step];
	plain_event(p, ev);
}

static struct plain *plain_for(struct mux *m, bool chatter, bool quiet, bool prefixed)
{
	struct plain_options o = {
		.total = 2,
		.chatter = chatter,
		.quiet = quiet,
		.prefixed = prefixed,
	};

	return plain_new(m, &o);
}

static struct plain *plain_numbered(struct mux *m, bool brief)
{
	struct plain_options o = { .total = 2, .numbered = true, .brief = brief };

	return plain_new(m, &o);
}

static void tell(struct plain *p, enum event_kind kind, uint32_t job, int stream, const char *text,
		 enum event_result result)
{
	struct event ev = { .kind = kind,
			    .job = job,
			    .stream = stream,
			    .data = text,
			    .len = strlen(text),
			    .result = result };

	hear(p, &ev);
}

static void two_jobs(struct plain *p)
{
	tell(p, EVENT_START, 1, 0, "", RESULT_OK);
	tell(p, EVENT_START, 0, 0, "", RESULT_OK);
	tell(p, EVENT_OUTPUT, 0, 0, "l", RESULT_OK);
	tell(p, EVENT_OUTPUT, 0, 0, "ay", RESULT_OK);
	tell(p, EVENT_OUTPUT, 1, 1, "Error: no\nmore", RESULT_OK);
	tell(p, EVENT_OUTPUT, 0, 0, "er 1\n\nlayer 2", RESULT_OK);
	tell(p, EVENT_OUTPUT, 0, 1, "warn\n", RESULT_OK);
	tell(p, EVENT_NOTE, 0, 0, "Pushed: x", RESULT_OK);
	tell(p, EVENT_FINISH, 1, 0, "not there\nlook at it\n", RESULT_FAILED);
	tell(p, EVENT_FINISH, 0, 0, "", RESULT_OK);
}

START_TEST(plain_is_the_contract)
{
	struct mux *m = mux_new(MUX_ORDERED, 2, NULL);
	struct plain *p = plain_for(m, false, false, false);

	two_jobs(p);
	ck_assert_str_eq(flushed(m), "[1/2] Pulling alpine:3...\n"
				     "  Pushed: x\n"
				     "✅ Successfully pulled alpine:3\n"
				     "[2/2] Pulling nginx...\n"
				     "❌ Failed to pull nginx: not there\n"
				     "  look at it\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

START_TEST(plain_shows_what_children_say)
{
	struct mux *m = mux_new(MUX_ORDERED, 2, NULL);
	struct plain *p = plain_for(m, true, false, false);

	two_jobs(p);
	ck_assert_str_eq(flushed(m), "[1/2] Pulling alpine:3...\n"
				     "  layer 1\n"
				     "\n"
				     "  layer 2\n"
				     "  warn\n"
				     "  Pushed: x\n"
				     "✅ Successfully pulled alpine:3\n"
				     "[2/2] Pulling nginx...\n"
				     "  Error: no\n"
				     "  more\n"
				     "❌ Failed to pull nginx: not there\n"
				     "  look at it\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

START_TEST(plain_prefixes_whole_lines)
{
	struct mux *m = mux_new(MUX_LINES, 2, NULL);
	struct plain *p = plain_for(m, true, false, true);

	two_jobs(p);
	ck_assert_str_eq(flushed(m), "nginx | [2/2] Pulling nginx...\n"
				     "alpine:3 | [1/2] Pulling alpine:3...\n"
				     "nginx | Error: no\n"
				     "alpine:3 | layer 1\n"
				     "alpine:3 | \n"
				     "alpine:3 | warn\n"
				     "alpine:3 | layer 2\n"
				     "alpine:3 |   Pushed: x\n"
				     "nginx | more\n"
				     "nginx | ❌ Failed to pull nginx: not there\n"
				     "nginx |   look at it\n"
				     "alpine:3 | ✅ Successfully pulled alpine:3\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

START_TEST(numbered_shows_what_is_done_when_it_is)
{
	struct mux *m = mux_new(MUX_LINES, 2, NULL);
	struct plain *p = plain_numbered(m, false);

	two_jobs(p);
	ck_assert_str_eq(flushed(m), "[2/2] Pulling nginx...\n"
				     "[1/2] Pulling alpine:3...\n"
				     "❌ [2/2] Failed to pull nginx: not there\n"
				     "  look at it\n"
				     "✅ [1/2] pulled alpine:3\n"
				     "  Pushed: x\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

START_TEST(brief_has_a_line_an_image)
{
	struct mux *m = mux_new(MUX_LINES, 2, NULL);
	struct plain *p = plain_numbered(m, true);
	struct event ev = { .kind = EVENT_STAGE_END, .data = "" };

	tell(p, EVENT_START, 0, 0, "", RESULT_OK);
	tell(p, EVENT_START, 1, 0, "", RESULT_OK);
	hear(p, &ev);
	ev.kind = EVENT_STAGE_START;
	ev.step = 1;
	hear(p, &ev);
	tell(p, EVENT_NOTE, 0, 0, "Saved: ./x.tar", RESULT_OK);
	ev.kind = EVENT_FINISH;
	hear(p, &ev);
	ev = (struct event){ .kind = EVENT_FINISH, .job = 1, .cause = CAUSE_SKIPPED, .data = "" };
	hear(p, &ev);
	ck_assert_str_eq(flushed(m), "✅ [1/2] saved alpine:3\n"
				     "  Saved: ./x.tar\n"
				     "✅ [2/2] already pulled nginx\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

/* In pieces of a byte, for a line may come in any. */
START_TEST(github_gets_no_command_from_a_child)
{
	static const char text[] = "::error::a\n \t::set-env x\nx::y [::1]:2\n#[a ##[b ###[c\n:";
	struct mux *m = mux_new(MUX_ORDERED, 2, NULL);
	struct plain_options o = { .total = 2, .chatter = true, .guarded = true };
	struct plain *p = plain_new(m, &o);
	struct event ev = { .kind = EVENT_OUTPUT, .len = 1 };

	for (ev.data = text; *ev.data; ev.data++)
		hear(p, &ev);
	tell(p, EVENT_FINISH, 0, 0, "no\n::debug::x", RESULT_FAILED);
	ck_assert_str_eq(flushed(m), "  :\\x3aerror::a\n"
				     "   \t:\\x3aset-env x\n"
				     "  x::y [::1]:2\n"
				     "  #[a ##\\x5bb ###\\x5bc\n"
				     "  :\n"
				     "❌ Failed to pull alpine:3: no\n"
				     "  :\\x3adebug::x\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

START_TEST(quiet_shows_failures_only)
{
	struct mux *m = mux_new(MUX_ORDERED, 2, NULL);
	struct plain *p = plain_for(m, false, true, false);

	two_jobs(p);
	ck_assert_str_eq(flushed(m), "❌ Failed to pull nginx: not there\n  look at it\n");
	plain_free(p);
	mux_free(m);
}
END_TEST

UNIT_MAIN("output", clean_takes_out_sequences, clean_lets_long_text_pass,
	  store_keeps_bytes_in_order_in_memory_and_file, store_without_a_file_stays_in_memory,
	  store_splices, ordered_is_in_list_order_and_live, grouped_is_whole_as_it_ends,
	  lines_come_at_once, a_stuck_reader_costs_no_time, a_reader_that_is_gone_is_an_error,
	  plain_is_the_contract, plain_shows_what_children_say, plain_prefixes_whole_lines,
	  github_gets_no_command_from_a_child, quiet_shows_failures_only,
	  numbered_shows_what_is_done_when_it_is, brief_has_a_line_an_image)
