/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan being carried out: steps, commands, what is told, and what follows. */
#include "workbed.h"

#include "state/artefact.h"

#define S INT64_C(1000000000)

START_TEST(a_chain_goes_from_step_to_step)
{
	struct buf part = BUF_INIT, want = BUF_INIT;

	plan_build("pull,save nginx");
	work_begin();
	artefact_name("./x", plan.machine, 0, &part);
	ck_assert_int_eq(work_ask(0, 0), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker pull nginx");
	ck_assert_str_eq(work_task.path, "docker");
	ck_assert_int_gt(work_task.timeout_ns, 0);
	work_exited(0, 0, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_int_eq(work_verdict.class, WORK_DISK);
	ck_assert_int_eq(work_verdict.reach, REACH_YES);
	ck_assert(work_verdict.did);
	ck_assert_str_eq(plan.lane[work_verdict.lane].host, "");
	ck_assert_str_eq(work_told(), "end nginx/pull\n");

	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	buf_addf(&want, "docker save -o %s nginx", buf_str(&part));
	ck_assert_str_eq(work_command(), buf_str(&want));
	ck_assert_str_eq(work_told(), "start nginx/save\n");
	bed_write(buf_str(&part), "no tar");
	work_exited(0, 1, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_int_eq(work_verdict.class, WORK_CPU);
	ck_assert_str_eq(buf_str(&work.warning),
			 "./nginx.tar: what docker wrote is not an archive that hpn recognises; it"
			 " is not checked");
	ck_assert_str_eq(work_told(), "");

	ck_assert_int_eq(work_ask(0, 2), PREPARED_RUN);
	ck_assert_str_eq(work_task.argv.v[1], LIBEXEC_PUBLISH);
	ck_assert_str_eq(work_task.argv.v[3], "./nginx.tar");
	ck_assert_int_eq(artefact_publish(work_task.argv.v[2], "./nginx.tar", &bed_err), 0);
	work_exited(0, 2, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_DONE);
	ck_assert_str_eq(work_verdict.note, "Saved: ./nginx.tar");
	ck_assert_int_eq(work_verdict.bytes, 6);
	work_end();
	buf_release(&part);
	buf_release(&want);
}
END_TEST

/* What a runtime writes that looks like an archive is read by hpn-pipe. */
START_TEST(an_archive_is_checked_before_it_gets_its_name)
{
	struct buf part = BUF_INIT, want = BUF_INIT;

	plan_build("save nginx --checksums");
	work_begin();
	artefact_name("./x", plan.machine, 0, &part);
	ck_assert_int_eq(work_ask(0, 0), PREPARED_RUN);
	bed_write(buf_str(&part), "\x1f\x8b and so on");
	work_exited(0, 0, 0, "");
	ck_assert_str_eq(buf_str(&work.warning), "");
	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	buf_addf(&want,
		 "hpn-pipe verify --text --publish ./nginx.tar --record . --scratch %s --image"
		 " nginx %s",
		 buf_str(&part), buf_str(&part));
	ck_assert_str_eq(work_command(), buf_str(&want));
	work_exited(0, 1, PIPE_NOT_WHOLE, "layer 1 is cut short\nmore\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_str_eq(work_verdict.reason, "layer 1 is cut short");
	ck_assert_str_eq(work_verdict.error_class, "invalid");
	ck_assert_int_eq(access(buf_str(&part), F_OK), -1);
	work_end();
	buf_release(&part);
	buf_release(&want);
}
END_TEST

/* An engine that ends well before all is written: the save is tried again, through
 * hpn-pipe, which sees the end of the stream. */
START_TEST(a_cut_archive_is_saved_again_through_a_pipe)
{
	plan_build("save nginx");
	work_begin();
	work_ask(0, 0);
	work_exited(0, 0, 0, "");
	work_ask(0, 1);
	work_exited(0, 1, PIPE_CUT, "the archive is cut\n");
	ck_assert_int_eq(work_verdict.next, POOL_RETRY);
	ck_assert_str_eq(work_verdict.error_class, "transient");
	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	ck_assert(!strncmp(work_command(), "hpn-pipe save --out ./.hpn-", 26));
	ck_assert_ptr_nonnull(strstr(work_command(), " -- docker save nginx"));
	work_exited(0, 1, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_DONE);
	work_end();
}
END_TEST

START_TEST(what_need_not_be_done_is_skipped)
{
	plan_build("pull,save nginx redis");
	plan.item[0].uptodate = 3;
	plan.item[1].resumed = 1;
	work_begin();
	ck_assert_int_eq(work_ask(0, 0), PREPARED_SKIP);
	work_skipped(0, 0);
	ck_assert_int_eq(work_verdict.reach, REACH_UNKNOWN);
	ck_assert(!work_verdict.did);
	ck_assert_int_eq(work_ask(0, 1), PREPARED_SKIP);
	ck_assert_str_eq(work_told(), "end nginx/pull\nstart nginx/save\n"
				      "note nginx/save: Already saved: ./nginx.tar\n");
	ck_assert_int_eq(work_ask(1, 0), PREPARED_SKIP);
	work_skipped(1, 0);
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_int_eq(work_ask(1, 1), PREPARED_RUN);
	work_end();
}
END_TEST

START_TEST(a_bad_item_is_refused_in_its_place)
{
	plan_build("pull A nginx");
	work_begin();
	ck_assert_int_eq(work_ask(0, 0), PREPARED_REFUSE);
	ck_assert_str_eq(work_err.text, plan.item[0].bad);
	ck_assert_int_eq(work_ask(1, 0), PREPARED_RUN);
	plan_rt->verb[RT_PULL].given = false;
	ck_assert_int_eq(work_ask(1, 0), PREPARED_REFUSE);
	ck_assert_str_eq(work_err.text,
			 "docker cannot pull: its descriptor (compiled in) has no [pull]");
	work_end();
}
END_TEST

START_TEST(a_push_says_where_it_goes)
{
	plan_build("push x/nginx:1 -r reg -p team");
	work_begin();
	ck_assert_int_eq(work_ask(0, 0), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker tag x/nginx:1 reg/team/nginx:1");
	ck_assert_str_eq(work_told(), "note x/nginx:1/tag: Project: team\n"
				      "Tag: x/nginx:1 -> reg/team/nginx:1\n");
	work_exited(0, 0, 0, "");
	ck_assert_int_eq(work_verdict.reach, REACH_ENGINE); /* a tag asks no registry */
	ck_assert_ptr_null(work_verdict.note);
	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	ck_assert_str_eq(work_told(), "");
	work_exited(0, 1, 0, "");
	ck_assert_str_eq(work_verdict.note, "Pushed: reg/team/nginx:1");
	ck_assert_int_eq(work_verdict.next, POOL_DONE);
	work_end();
}
END_TEST

START_TEST(no_save_is_started_on_a_full_disk)
{
	plan_build("pull,save nginx redis");
	work_begin();
	work_ask(0, 1);
	work_exited(0, 1, 1, "write ./x: no space left on device\n");
	ck_assert_str_eq(work_verdict.error_class, "no-space");
	ck_assert_int_eq(work_ask(1, 0), PREPARED_RUN);
	ck_assert_int_eq(work_ask(1, 1), PREPARED_REFUSE);
	ck_assert_str_eq(work_err.text,
			 "not started, since the disk is full; make room, and run it again");
	work_end();
}
END_TEST

/* ---- images out of archives ---- */

static void load_says(const char *text)
{
	bed_write("a.tar", "% no archive, so that nothing is checked");
	plan_build("load,push a.tar -r reg");
	work_begin();
	ck_assert_int_eq(work_ask(0, 0), PREPARED_SKIP);
	work_skipped(0, 0);
	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker load -i a.tar");
	work_says(0, 1, text);
	work_exited(0, 1, 0, "");
	work_told();
}

START_TEST(each_image_of_an_archive_is_pushed)
{
	struct buf text = BUF_INIT, names = BUF_INIT;

	for (int i = 0; i < 140; i++)
		buf_addf(&text, "Loaded image: a/i%d:1\r\n", i);
	load_says(buf_str(&text));
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_uint_eq(work.images.file[0].n, 140);
	for (unsigned i = 0; i < 140; i++) {
		struct step st = work_step(0, 2 + 2 * i);

		ck_assert_uint_eq(st.round, i);
		ck_assert_uint_eq(st.step, 0);
		ck_assert_str_eq(step_word(&plan, &st), "tag");
		ck_assert_int_eq(step_class(&plan, &st), WORK_CPU);
		ck_assert(!step_is_last(&plan, &work.images, 0, 2 + 2 * i));
		ck_assert(step_is_last(&plan, &work.images, 0, 3 + 2 * i) == (i == 139));
	}
	ck_assert_int_eq(work_ask(0, 280), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker tag a/i139:1 reg/i139:1");
	ck_assert_str_eq(work_told(), "start a/i139:1/tag\n"
				      "note a/i139:1/tag: Tag: a/i139:1 -> reg/i139:1\n");
	work_exited(0, 279, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_str_eq(work_told(), "end a/i138:1/push\n");
	work_exited(0, 281, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_DONE);
	archive_images_names(&work.images, 0, &names);
	ck_assert(!strncmp(buf_str(&names), "a/i0:1,a/i1:1,", 14));
	work_end();
	buf_release(&text);
	buf_release(&names);
}
END_TEST

START_TEST(names_out_of_archives_are_not_trusted)
{
	struct archive_file *f;

	load_says("Loaded image: -rf\nLoaded image: ../../x:1\nLoaded image: a:1\n"
		  "Loaded image: \033[31mred:1\nLoaded image: a:1\nLoaded image: b/a:1\n"
		  "not a Loaded image: c:1\n");
	f = &work.images.file[0];
	ck_assert_uint_eq(f->n, 2);
	ck_assert_str_eq(f->image[0].name, "a:1");
	ck_assert_str_eq(f->image[0].path, "reg/a:1");
	ck_assert_str_eq(f->image[1].name, "b/a:1");
	ck_assert_int_eq(work_ask(0, 4), PREPARED_REFUSE);
	ck_assert_ptr_nonnull(strstr(work_err.text, "reg/a:1 is the target of a.tar already"));
	work_end();
}
END_TEST

START_TEST(an_archive_without_a_name_fails_at_its_push)
{
	load_says("Loaded image ID: sha256:" ID_A "\n");
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_int_eq(work_ask(0, 2), PREPARED_REFUSE);
	ck_assert_str_eq(work_err.text, "no image in it has a name that could be pushed");
	work_end();
}
END_TEST

START_TEST(a_load_that_ends_well_may_have_failed)
{
	load_says("Loading layer\nError unpacking image a:1: mismatched sum\nLoaded image: a:1\n");
	ck_assert_int_eq(work_verdict.next, POOL_FAIL);
	ck_assert_ptr_nonnull(strstr(work_verdict.reason, "Error unpacking image a:1"));
	work_end();
}
END_TEST

START_TEST(images_of_an_earlier_run)
{
	bed_write("a.tar", "x");
	plan_build("load,push a.tar -r reg");
	plan.item[0].resumed = 1;
	work_begin();
	archive_images_again(&work.images, 0, "a:1,b:2");
	ck_assert_int_eq(work_ask(0, 0), PREPARED_SKIP);
	work_skipped(0, 0);
	ck_assert_int_eq(work_ask(0, 1), PREPARED_SKIP);
	work_skipped(0, 1);
	ck_assert_int_eq(work_ask(0, 4), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker tag b:2 reg/b:2");
	work_end();
}
END_TEST

/* ---- time ---- */

START_TEST(silence_ends_what_writes_no_file)
{
	struct pool_look look = { .took_ns = 3 * S, .quiet_ns = 3 * S };
	struct step st;

	plan_build("pull,save nginx --stall-timeout 5s");
	work_begin();
	work_ask(0, 0);
	st = work_step(0, 0);
	ck_assert_int_gt(work_overdue(&work, &st, &look, &work_tell), 0);
	look.took_ns = look.quiet_ns = 6 * S;
	ck_assert_int_eq(work_overdue(&work, &st, &look, &work_tell), 0);
	work_judge(0, 0, (struct pool_attempt){ .cause = CAUSE_TIMED_OUT, .attempt = 3 });
	ck_assert_str_eq(work_verdict.reason,
			 "stalled: nothing for 5 s\n"
			 "it was silent for too long; give it more time with --stall-timeout\n"
			 "Gave up after 3 attempts");
	/* A save whose file has grown is not silent. */
	work_ask(0, 1);
	st = work_step(0, 1);
	bed_write(work_task.argv.v[3], "grown");
	ck_assert_int_gt(work_overdue(&work, &st, &look, &work_tell), 0);
	/* hpn's own programs are busy while they are silent. */
	work_ask(0, 2);
	st = work_step(0, 2);
	ck_assert_int_gt(work_overdue(&work, &st, &look, &work_tell), 0);
	work_end();
}
END_TEST

START_TEST(what_is_slow_is_told)
{
	struct pool_look look = { .job = 3, .took_ns = 100 * S };
	struct step st;

	plan_build("pull a b c d");
	work_begin();
	for (uint32_t i = 0; i < 3; i++) {
		work_ask(i, 0);
		work_exited(i, 0, 0, "");
	}
	work_ask(3, 0);
	st = work_step(3, 0);
	ck_assert_int_gt(work_overdue(&work, &st, &look, &work_tell), 0);
	ck_assert_str_eq(work_told(), "note d/pull: slow: 100 s so far, the median is 1 s\n");
	work_end();
}
END_TEST

/* ---- telling ---- */

static int64_t soon(void *ctx, int64_t now_ns)
{
	return now_ns + *(int64_t *)ctx;
}

START_TEST(listeners_hear_and_have_their_turn)
{
	int64_t later = 9, sooner = 4;

	plan_build("pull nginx");
	work_begin();
	tell_add(&work_tell, &(struct listener){ work_hear, soon, &later });
	tell_add(&work_tell, &(struct listener){ work_hear, soon, &sooner });
	ck_assert(!work_tell.heard);
	tell_warning(&work_tell, "hello");
	ck_assert(work_tell.heard);
	ck_assert_str_eq(work_told(), "warning: hello\nwarning: hello\nwarning: hello\n");
	ck_assert_int_eq(tell_tick(&work_tell, 100), 104);
	ck_assert(!work_tell.heard);
	tell_event(&work_tell, &(struct event){ .kind = EVENT_PROGRESS, .bytes = 5, .data = "" });
	ck_assert(work_tell.heard);
	ck_assert(!strncmp(work_told(), "bytes nginx/pull\n", 17));
	work_end();
}
END_TEST

PLAN_MAIN("work", a_chain_goes_from_step_to_step, an_archive_is_checked_before_it_gets_its_name,
	  a_cut_archive_is_saved_again_through_a_pipe, what_need_not_be_done_is_skipped,
	  a_bad_item_is_refused_in_its_place, a_push_says_where_it_goes,
	  no_save_is_started_on_a_full_disk, each_image_of_an_archive_is_pushed,
	  names_out_of_archives_are_not_trusted, an_archive_without_a_name_fails_at_its_push,
	  a_load_that_ends_well_may_have_failed, images_of_an_earlier_run,
	  silence_ends_what_writes_no_file, what_is_slow_is_told,
	  listeners_hear_and_have_their_turn)
