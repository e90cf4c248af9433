/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known before a run, and what a plan makes of it: --resume and
 * --retry-failed, --if-missing, room on the disk, priorities and earlier times.
 */
#include "planbed.h"

#include <fcntl.h>

#include "base/slurp.h"
#include "plan/admission.h"
#include "plan/order.h"
#include "plan/resume.h"
#include "plan/uptodate.h"
#include "state/archive_cache.h"

#define S INT64_C(1000000000)
#define MIB (INT64_C(1) << 20)

/* ---- --resume and --retry-failed ---- */

/* A journal in format 1, as journal.h has it, of `save,push -f "cluster list" -r
 * reg:5000`: nginx was saved and pushed, redis saved, quay.io/a/b failed. */
static void take_journal(const char *name)
{
	struct buf path = BUF_INIT, text = BUF_INIT;

	buf_addf(&path, "%s/tests/unit/data/journal-1", getenv("HPN_SRCDIR"));
	ck_assert_int_eq(slurp(buf_str(&path), 1 << 16, &text, &bed_err), 0);
	bed_write_n(name, text.data, text.len);
	buf_release(&path);
	buf_release(&text);
}

static void put_archive(const char *path, const char *text, int64_t mtime_s)
{
	struct timespec times[2] = { { .tv_sec = mtime_s }, { .tv_sec = mtime_s } };

	bed_write(path, text);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static const char rest[] = "save,push nginx:1.25 quay.io/a/b redis -r reg:5000 --journal j";

/* "" or the error. */
static const char *resume(const char *line, struct resume *r)
{
	ck_assert_str_eq(plan_begin_for("docker", line, ""), "");
	resume_open(r, &plan, &bed_err);
	return bed_err.text;
}

static void mark(struct resume *r)
{
	build_places(&plan);
	resume_mark(r, &plan, &plan_console);
	resume_release(r);
}

START_TEST(what_is_still_there_is_not_done_again)
{
	struct resume r;
	char line[128];

	take_journal("j");
	put_archive("nginx_1.25.tar", "12345", 1700000000);
	put_archive("redis.tar", "1234567", 1700000001); /* another time */
	snprintf(line, sizeof(line), "%s --resume", rest);
	ck_assert_str_eq(resume(line, &r), "");
	plan_knows("nginx:1.25", ID_A, 5);
	mark(&r);
	ck_assert_uint_eq(plan.n, 3);
	ck_assert_uint_eq(plan.item[0].resumed, 2);
	ck_assert_uint_eq(plan.item[1].resumed, 0);
	ck_assert_uint_eq(plan.item[2].resumed, 0);
	ck_assert_str_eq(plan_warnings(), "");
	put_archive("redis.tar", "1234567", 1700000000);
	ck_assert_str_eq(resume(line, &r), "");
	plan_knows("nginx:1.25", ID_B, 5); /* the image is another one by now */
	mark(&r);
	ck_assert_uint_eq(plan.item[0].resumed, 1);
	ck_assert_uint_eq(plan.item[2].resumed, 1);
}
END_TEST

START_TEST(retry_failed_is_about_what_failed_last)
{
	struct resume r;
	char line[128];

	take_journal("j");
	snprintf(line, sizeof(line), "%s --retry-failed", rest);
	ck_assert_str_eq(resume(line, &r), "");
	plan_knows(NULL, NULL, 0);
	mark(&r);
	ck_assert_uint_eq(plan.n, 2);
	ck_assert_str_eq(plan.item[0].name, "quay.io/a/b");
	ck_assert_str_eq(plan.item[1].name, "redis");
	ck_assert_str_eq(plan.item[1].path[0], "./redis.tar");
}
END_TEST

START_TEST(a_journal_of_another_run_is_refused)
{
	static const struct {
		const char *line, *error;
	} wrong[] = {
		{ "save nginx --journal j --resume",
		  "cannot resume (without --resume everything is done again): j:1: this is the"
		  " journal of a save,push, not of a save" },
		{ "save,push nginx -r reg --platform linux/arm64 --journal j --resume",
		  "cannot resume (without --resume everything is done again): j:1: that run had"
		  " --platform '', this one has 'linux/arm64'" },
		{ "save,push nginx -r reg --journal none --resume",
		  "no journal to resume from; name one with --journal FILE" },
		{ "save,push nginx -r reg --journal other --retry-failed",
		  "there is no journal of such a run, so nothing is known to have failed" },
	};
	struct resume r;

	take_journal("j");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_str_eq(resume(wrong[i].line, &r), wrong[i].error);
		resume_release(&r);
	}
	ck_assert_str_eq(
		plan_begin_for("podman", "save,push nginx -r reg --journal j --resume", ""), "");
	ck_assert_int_eq(resume_open(&r, &plan, &bed_err), -1);
	ck_assert_str_eq(bed_err.text,
			 "cannot resume (without --resume everything is done again): j:1: that run"
			 " used docker, this one podman; give --runtime docker");
	resume_release(&r);
}
END_TEST

START_TEST(without_a_journal_everything_is_done)
{
	struct resume r;

	ck_assert_str_eq(resume("pull nginx --resume", &r), "");
	plan_knows("nginx", ID_A, 5);
	mark(&r);
	ck_assert_str_eq(plan_warnings(),
			 "there is no journal of such a run to resume; everything is done\n");
	ck_assert_uint_eq(plan.item[0].resumed, 0);
	/* A run that does not resume reads none. */
	take_journal("j");
	ck_assert_str_eq(resume("save,push nginx:1.25 -r reg:5000 --journal j", &r), "");
	plan_knows("nginx:1.25", ID_A, 5);
	mark(&r);
	ck_assert_uint_eq(plan.item[0].resumed, 0);
}
END_TEST

START_TEST(a_run_leaves_a_journal_that_the_next_one_finds)
{
	static const struct journal_entry pulled = { "pull", "nginx", "", -1, 0, "" };
	struct strvec words = STRVEC_INIT, line = STRVEC_INIT;
	struct resume r;

	bed_split(&line, "pull nginx quay.io/a/b");
	ck_assert_int_eq(resume_last(&words, &bed_err), -1);
	ck_assert_str_eq(bed_err.text, "nothing to resume: no run that was begun in this folder has"
				       " left a journal");
	ck_assert_str_eq(resume("pull nginx quay.io/a/b", &r), "");
	plan_knows(NULL, NULL, 0);
	plan_set.line = line.v;
	ck_assert_int_eq(resume_begin(&r, &plan, &bed_err), 0);
	ck_assert_int_ge(r.journal.fd, 0);
	journal_ok(&r.journal, &pulled);
	mark(&r);
	ck_assert_int_eq(resume_last(&words, &bed_err), 0);
	ck_assert_uint_eq(words.n, 3);
	ck_assert_str_eq(words.v[2], "quay.io/a/b");
	strvec_release(&words);
	strvec_release(&line);
	ck_assert_str_eq(resume("pull nginx quay.io/a/b --resume", &r), "");
	plan_knows("nginx", ID_A, 5);
	plan_knows("quay.io/a/b", ID_B, 5); /* there, but nobody says who pulled it */
	mark(&r);
	ck_assert_uint_eq(plan.item[0].resumed, 1);
	ck_assert_uint_eq(plan.item[1].resumed, 0);
}
END_TEST

START_TEST(ids_are_noted_of_pushes_of_what_was_there)
{
	plan_build("push nginx -r reg");
	ck_assert(resume_notes_ids(&plan));
	plan_build("save,push nginx -r reg");
	ck_assert(resume_notes_ids(&plan));
	plan_build("pull,push nginx -r reg");
	ck_assert(!resume_notes_ids(&plan));
	plan_build("save nginx");
	ck_assert(!resume_notes_ids(&plan));
}
END_TEST

START_TEST(loaded_images_have_to_be_there)
{
	struct journal_entry e = { "load", "a.tar", "nginx:1,redis:7", 0, 0, "" };

	bed_write("a.tar", "x");
	plan_build("load a.tar");
	resume_stat("a.tar", &e);
	ck_assert_int_eq(e.bytes, 1);
	plan_knows("nginx:1", ID_A, 1);
	ck_assert(!verb_load.is_still_done(&plan, &plan.stage[0], 0, &e, &plan.images));
	plan_knows("redis:7", ID_B, 1);
	ck_assert(verb_load.is_still_done(&plan, &plan.stage[0], 0, &e, &plan.images));
	e.target = ""; /* it is not known what was in it */
	ck_assert(!verb_load.is_still_done(&plan, &plan.stage[0], 0, &e, &plan.images));
	e.target = "redis:7";
	bed_write("a.tar", "xy");
	ck_assert(!verb_load.is_still_done(&plan, &plan.stage[0], 0, &e, &plan.images));
	resume_stat("none", &e);
	ck_assert_int_eq(e.bytes, -1);
}
END_TEST

/* ---- --if-missing ---- */

START_TEST(images_that_are_there_are_not_pulled)
{
	struct archive_cache none = { 0 };

	plan_build("pull nginx quay.io/a/b A --if-missing");
	plan_knows("nginx", ID_A, 5);
	uptodate_mark(&plan, &plan_console, &none);
	ck_assert_uint_eq(plan.item[0].uptodate, 1);
	ck_assert_uint_eq(plan.item[1].uptodate, 0);
	plan_build("pull nginx --if-missing --platform linux/arm64");
	plan_knows("nginx", ID_A, 5); /* of linux/amd64 */
	uptodate_mark(&plan, &plan_console, &none);
	ck_assert_uint_eq(plan.item[0].uptodate, 0);
	plan_build("pull nginx --if-missing --force");
	plan_knows("nginx", ID_A, 5);
	uptodate_mark(&plan, &plan_console, &none);
	ck_assert_uint_eq(plan.item[0].uptodate, 0);
}
END_TEST

START_TEST(an_archive_that_is_remembered_is_not_saved)
{
	struct archive_cache archives = { 0 };

	bed_write("nginx.tar", "x");
	bed_write("redis.tar", "x");
	archive_cache_note(&archives, "nginx.tar", ID_A);
	archive_cache_note(&archives, "redis.tar", ID_A);
	plan_build("pull,save nginx redis quay.io/a/b --if-missing");
	plan_knows("nginx", ID_A, 5);
	plan_knows("redis", ID_B, 5); /* newer than its archive */
	plan_knows("quay.io/a/b", ID_B, 5);
	uptodate_mark(&plan, &plan_console, &archives);
	ck_assert_uint_eq(plan.item[0].uptodate, 3);
	ck_assert_uint_eq(plan.item[1].uptodate, 1);
	ck_assert_uint_eq(plan.item[2].uptodate, 1);
	ck_assert(plan_is_done(&plan, &plan.stage[1], 0));
	ck_assert(!plan_is_done(&plan, &plan.stage[1], 1));
	archive_cache_release(&archives);
}
END_TEST

START_TEST(a_runtime_that_cannot_be_asked)
{
	struct archive_cache none = { 0 };

	plan_build("pull nginx --if-missing");
	plan_rt->verb[RT_INSPECT].given = false;
	uptodate_mark(&plan, &plan_console, &none);
	ck_assert_str_eq(plan_warnings(),
			 "--if-missing: docker cannot be asked which images it has: its descriptor"
			 " (compiled in) has no [inspect]; everything is done\n");
	ck_assert_ptr_null(plan_ask_images(&plan, &plan_console, &bed_err));
	ck_assert_str_eq(bed_err.text, "docker cannot be asked which images it has");
}
END_TEST

static const struct local_image image_a = { .id = ID_A };

START_TEST(what_a_registry_says_of_a_push)
{
	struct strvec argv = STRVEC_INIT;
	struct buf line = BUF_INIT;

	plan_build("push nginx -r reg:5000 --insecure-registry reg:5000");
	ck_assert_int_eq(verb_push.is_done(&plan, &plan.stage[0], 0, &image_a, NULL), DONE_ASK);
	verb_push.question(&plan, &plan.stage[0], 0, &argv);
	strvec_quote(argv.v, &line);
	ck_assert_str_eq(buf_str(&line),
			 "docker manifest inspect --insecure --verbose reg:5000/nginx:latest");
	plan_rt->verb[RT_MANIFEST].given = false;
	ck_assert_int_eq(verb_push.is_done(&plan, &plan.stage[0], 0, &image_a, NULL), DONE_NO);
	ck_assert_int_eq(verb_push.answer("{\"digest\": \"sha256:" ID_A "\"}", &image_a), DONE_YES);
	ck_assert_int_eq(verb_push.answer("{\"digest\": \"sha256:" ID_B "\"}", &image_a), DONE_NO);
	ck_assert_int_eq(verb_push.answer("[{\"digest\": \"sha256:" ID_A "\"}]", &image_a),
			 DONE_NO);
	ck_assert_int_eq(verb_push.answer("{\"manifests\": null}", &image_a), DONE_ASK);
	strvec_release(&argv);
	buf_release(&line);
}
END_TEST

START_TEST(what_hpn_pipe_says_of_an_archive)
{
	static const struct {
		const char *json;
		enum is_done is;
	} said[] = {
		{ "{\"id\":\"sha256:" ID_A "\"}", DONE_YES },
		{ "{\"id\":\"sha256:" ID_B "\"}", DONE_NO },
		{ "{\"id\":\"sha256:" ID_B "\",\"digest\":\"sha256:" ID_A "\"}", DONE_YES },
		{ "{\"id\":\"sha256:" ID_A "\"},{\"id\":\"sha256:" ID_B "\"}", DONE_NO },
		{ "{\"index\":\"sha256:" ID_A "\"},{\"id\":\"1\"},{\"id\":\"2\"}", DONE_YES },
		{ "", DONE_NO },
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		ck_assert_int_eq(verb_save.answer(said[i].json, &image_a), said[i].is);
}
END_TEST

/* ---- room ---- */

START_TEST(what_does_not_fit_fails_in_its_place)
{
	plan_build("save nginx quay.io/a/b --keep-free 900T");
	plan_knows("nginx", ID_A, 100 * MIB);
	admission_check(&plan, &plan_console);
	ck_assert_ptr_null(plan.item[1].bad); /* its size is not known */
	ck_assert_str_eq(plan.item[0].bad,
			 "not enough space: the archive needs about 106.0 MB; 0 B are free beside"
			 " the images before it and the 989.6 TB of --keep-free");
	ck_assert(!strncmp(plan_warnings(), "argument 1: not enough space", 28));
}
END_TEST

START_TEST(what_is_not_saved_needs_no_room)
{
	plan_build("pull nginx");
	plan_knows("nginx", ID_A, 100 * MIB);
	plan_set.keep_free_bytes = INT64_C(900) << 40;
	admission_check(&plan, &plan_console);
	ck_assert_ptr_null(plan.item[0].bad);
	plan_build("pull,save nginx --keep-free 900T");
	plan_knows("nginx", ID_A, 100 * MIB);
	plan.item[0].uptodate = 3;
	admission_check(&plan, &plan_console);
	ck_assert_ptr_null(plan.item[0].bad);
	plan_build("save nginx --keep-free 900T");
	plan_rt->verb[RT_INSPECT].given = false;
	admission_check(&plan, &plan_console);
	ck_assert_ptr_null(plan.item[0].bad);
}
END_TEST

/* ---- order ---- */

static void check_order(const char *want)
{
	struct buf b = BUF_INIT;

	for (uint32_t i = 0; i < plan.n; i++)
		buf_addf(&b, "%s%s%s", i ? " " : "",
			 i && (i == plan.order.high_end || i == plan.order.low_begin) ? "| " : "",
			 plan.item[plan.order.job[i]].name);
	ck_assert_str_eq(buf_str(&b), want);
	buf_release(&b);
}

START_TEST(priorities_come_first)
{
	bed_write("hpn.conf", "[priority]\nhigh = nginx:*\nlow = quay.io/*\n");
	plan_build("pull a b quay.io/c nginx:1 -c hpn.conf");
	order_items(&plan, NULL);
	check_order("nginx:1 | a b | quay.io/c");
	plan_build("pull a nginx:1 -c hpn.conf --serial");
	order_items(&plan, NULL);
	ck_assert_ptr_null(plan.order.job);
	bed_write("hpn.conf", "[priority]\nhigh = docker.io/library/nginx:*\n");
	plan_build("pull a b nginx:1 -c hpn.conf");
	plan.item[1].priority = 1;
	order_items(&plan, NULL);
	check_order("b nginx:1 | a");
}
END_TEST

static bool read_history(struct history *h)
{
	struct buf path = BUF_INIT;
	bool read = order_read_history(&plan, h, &path);

	order_items(&plan, read ? h : NULL);
	buf_release(&path);
	return read;
}

START_TEST(what_took_longest_comes_first)
{
	struct history h = { 0 };

	bed_write_in(bed_home, "hpn/history",
		     "pull docker 2 2026-11-21T10:00:00Z docker.io/library/a:latest\n"
		     "pull docker 90 2026-11-21T10:00:00Z docker.io/library/c:latest\n"
		     "save+zstd docker 500 2026-11-21T10:00:00Z docker.io/library/b:latest\n");
	plan_build("pull a b c -j 2");
	ck_assert(read_history(&h));
	check_order("b c a"); /* of b only another verb is known */
	ck_assert_int_eq(plan.usual_ns[2], 90 * S);
	ck_assert_int_eq(plan.usual_ns[1], 0);
	history_release(&h);
	plan_build("save b a --compress=zstd -j 2");
	ck_assert(read_history(&h));
	ck_assert_int_eq(plan.usual_ns[0], 500 * S);
	history_release(&h);
	plan_build("pull a b c -j 1");
	ck_assert(read_history(&h));
	check_order("a b c");
	history_release(&h);
	plan_build("pull a b c --serial");
	ck_assert(!read_history(&h));
	plan_build("pull a b c");
	plan_set.history = false;
	ck_assert(!read_history(&h));
}
END_TEST

START_TEST(the_largest_archive_comes_first)
{
	struct buf big = BUF_INIT;

	for (int i = 0; i < 1000; i++)
		buf_adds(&big, "0123456789");
	bed_write("a.tar", "x");
	bed_write_n("b.tar", big.data, big.len);
	plan_build("load a.tar b.tar -j 2");
	order_items(&plan, NULL);
	check_order("b.tar a.tar");
	buf_release(&big);
}
END_TEST

PLAN_MAIN("known", what_is_still_there_is_not_done_again, retry_failed_is_about_what_failed_last,
	  a_journal_of_another_run_is_refused, without_a_journal_everything_is_done,
	  a_run_leaves_a_journal_that_the_next_one_finds, ids_are_noted_of_pushes_of_what_was_there,
	  loaded_images_have_to_be_there, images_that_are_there_are_not_pulled,
	  an_archive_that_is_remembered_is_not_saved, a_runtime_that_cannot_be_asked,
	  what_a_registry_says_of_a_push, what_hpn_pipe_says_of_an_archive,
	  what_does_not_fit_fails_in_its_place, what_is_not_saved_needs_no_room,
	  priorities_come_first, what_took_longest_comes_first, the_largest_archive_comes_first)
