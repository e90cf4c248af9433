/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An attempt has failed: why, and is it tried again? */
#include "workbed.h"

#define S INT64_C(1000000000)

static void fails(unsigned attempt, int64_t took_ns, const char *text)
{
	work_ask(0, 0);
	work_judge(0, 0,
		   (struct pool_attempt){ .cause = CAUSE_EXITED,
					  .status = 1 << 8,
					  .attempt = attempt,
					  .took_ns = took_ns,
					  .text = text });
}

START_TEST(what_may_pass_is_tried_again)
{
	plan_build("pull nginx --retries 3");
	work_begin();
	fails(1, S, "read: connection reset by peer\n");
	ck_assert_int_eq(work_verdict.next, POOL_RETRY);
	ck_assert_str_eq(work_verdict.error_class, "transient");
	ck_assert_int_le(work_verdict.delay_ns, S);
	fails(3, S, "read: connection reset by peer\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_ptr_nonnull(strstr(work_verdict.reason, "\nGave up after 3 attempts"));
	fails(1, S, "pull access denied for nginx\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_str_eq(work_verdict.error_class, "denied");
	ck_assert_int_eq(work_verdict.reach, REACH_YES);
	fails(1, S, "what nobody knows\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	work_end();
}
END_TEST

/* The engine has retried by itself within it. */
START_TEST(a_long_attempt_counts_as_two)
{
	plan_build("pull nginx --retries 3");
	work_begin();
	fails(2, 59 * S, "unexpected EOF\n");
	ck_assert_int_eq(work_verdict.next, POOL_RETRY);
	fails(2, 61 * S, "unexpected EOF\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	work_end();
}
END_TEST

START_TEST(a_registry_that_asks_for_a_pause_gets_it)
{
	plan_build("pull nginx");
	work_begin();
	fails(1, S, "toomanyrequests: You have reached your pull rate limit\n");
	ck_assert_int_eq(work_verdict.next, POOL_RETRY);
	ck_assert(work_verdict.throttled);
	ck_assert_int_ge(work_verdict.delay_ns, plan_set.retry_delay_ns);
	ck_assert_int_eq(work_verdict.reach, REACH_YES);
	fails(1, S, "toomanyrequests: slow down, Retry-After: 77\n");
	ck_assert_int_ge(work_verdict.delay_ns, 77 * S);
	ck_assert_int_eq(work_verdict.hold_ns, 77 * S);
	work_end();
}
END_TEST

START_TEST(a_registry_that_is_not_reached_has_a_reason_for_its_lane)
{
	plan_build("pull quay.io/a/b --retries 2");
	work_begin();
	fails(1, S, "dial tcp 10.0.0.1:443: connect: connection refused\n");
	ck_assert_int_eq(work_verdict.next, POOL_RETRY);
	ck_assert_int_eq(work_verdict.reach, REACH_NOT_YET);
	ck_assert_ptr_nonnull(strstr(work_verdict.lane_reason,
				     "\nNot tried any more, since quay.io could not be reached"
				     " again and again"));
	fails(2, S, "dial tcp 10.0.0.1:443: connect: connection refused\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_int_eq(work_verdict.reach, REACH_NO);
	work_end();
}
END_TEST

START_TEST(an_engine_that_is_down_is_not_the_registrys_fault)
{
	plan_build("pull quay.io/a/b");
	work_begin();
	fails(1, S, "Cannot connect to the Docker daemon at unix:///run/docker.sock\n");
	ck_assert_str_eq(work_verdict.error_class, "daemon-down");
	ck_assert_int_eq(work_verdict.reach, REACH_NO_ENGINE);
	ck_assert_ptr_nonnull(work_verdict.lane_reason);
	work_end();
}
END_TEST

START_TEST(a_section_says_how_often)
{
	bed_write("hpn.conf", "[registry \"quay.io\"]\nmax_attempts = 1\n");
	plan_build("pull quay.io/a/b -c hpn.conf");
	work_begin();
	fails(1, S, "unexpected EOF\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	work_end();
}
END_TEST

START_TEST(what_hpn_stopped_has_its_own_reason)
{
	plan_build("pull nginx");
	work_begin();
	work_ask(0, 0);
	work_judge(0, 0, (struct pool_attempt){ .cause = CAUSE_STOPPED, .text = "bye\n" });
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_str_eq(work_verdict.reason, "interrupted");
	work_judge(0, 0,
		   (struct pool_attempt){ .cause = CAUSE_UNSTARTED, .text = "no such program" });
	ck_assert_str_eq(work_verdict.reason, "no such program");
	ck_assert_ptr_null(work_verdict.error_class);
	work_end();
}
END_TEST

START_TEST(another_tag_is_near)
{
	struct buf path = BUF_INIT;

	plan_build("pull nginx:1.52 nginx:1.25 redis:7");
	work_begin();
	fails(1, S, "manifest for nginx:1.52 not found: manifest unknown\n");
	ck_assert_str_eq(work_verdict.error_class, "missing");
	ck_assert_ptr_nonnull(strstr(work_verdict.reason, "\nThe nearest tag in the list and in"
							  " earlier runs is 1.25"));
	for (int i = 0; i < 20; i++)
		fails(1, S, "manifest unknown\n");
	ck_assert_ptr_null(strstr(work_verdict.reason, "nearest")); /* enough of that */
	work_end();
	bed_write_in(bed_home, "history",
		     "pull docker 2 2026-11-21T10:00:00Z docker.io/library/redis:7.2\n");
	plan_build("pull redis:7.3");
	work_begin();
	buf_addf(&path, "%s/history", bed_home);
	work.judge.history = buf_str(&path);
	fails(1, S, "manifest unknown\n");
	ck_assert_ptr_nonnull(strstr(work_verdict.reason, "earlier runs is 7.2"));
	work_end();
	buf_release(&path);
}
END_TEST

static void pipe_ends(int exit, const char *text)
{
	work_ask(0, 1);
	work_exited(0, 1, exit, text);
}

START_TEST(what_hpns_own_programs_say)
{
	plan_build("save nginx");
	plan_rt->verb[RT_SAVE_STREAM].given = false; /* a cut save cannot be piped */
	work_begin();
	pipe_ends(PIPE_NOT_WHOLE, "it is cut\nand more\n");
	ck_assert_str_eq(work_verdict.reason, "it is cut");
	ck_assert_str_eq(work_verdict.error_class, "invalid");
	pipe_ends(PIPE_CUT, "it is cut\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	pipe_ends(PIPE_HOLLOW, "it has no layers\nuse another one\n");
	ck_assert_str_eq(work_verdict.reason, "it has no layers\nuse another one\n");
	pipe_ends(PIPE_NO_SPACE, "disk full\n");
	ck_assert_str_eq(work_verdict.error_class, "no-space");
	pipe_ends(1, "");
	ck_assert_str_eq(work_verdict.reason, "the check of the archive ended without a word");
	ck_assert_ptr_null(work_verdict.error_class);
	work_judge(0, 1, (struct pool_attempt){ .cause = CAUSE_TIMED_OUT });
	ck_assert(!strncmp(work_verdict.reason, "timed out after ", 16));
	work_end();
}
END_TEST

PLAN_MAIN("judge", what_may_pass_is_tried_again, a_long_attempt_counts_as_two,
	  a_registry_that_asks_for_a_pause_gets_it,
	  a_registry_that_is_not_reached_has_a_reason_for_its_lane,
	  an_engine_that_is_down_is_not_the_registrys_fault, a_section_says_how_often,
	  what_hpn_stopped_has_its_own_reason, another_tag_is_near, what_hpns_own_programs_say)
