/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans: items, paths, targets and lanes. */
#include "planbed.h"

static void check_item(uint32_t i, const char *name, const char *bad, const char *path0)
{
	const struct item *it = &plan.item[i];

	ck_assert_uint_lt(i, plan.n);
	ck_assert_str_eq(it->name, name);
	ck_assert_pstr_eq(it->bad, bad);
	ck_assert_pstr_eq(it->path[0], path0);
}

/* ---- items ---- */

START_TEST(items_are_those_of_the_lists_and_arguments)
{
	bed_write("l", "# of the cluster\nnginx:1.25\n\nquay.io/a/b\nnginx:1.25\n");
	bed_write("m", "-q\n");
	plan_build("pull -f l -f m redis");
	ck_assert_uint_eq(plan.n, 4);
	check_item(0, "nginx:1.25", NULL, NULL);
	check_item(1, "quay.io/a/b", NULL, NULL);
	ck_assert_str_eq(plan.item[2].name, "-q");
	ck_assert_ptr_nonnull(plan.item[2].bad);
	check_item(3, "redis", NULL, NULL);
	ck_assert_str_eq(plan.verbs, "pull");
	ck_assert_uint_eq(plan_steps(&plan), 1);
	ck_assert_ptr_nonnull(strstr(plan_warnings(), "m:1: "));
}
END_TEST

START_TEST(strict_refuses_the_first_bad_line)
{
	bed_write("l", "nginx\nA B\nC D\n");
	ck_assert_str_eq(plan_begin_for("docker", "pull -f l --strict", ""), "");
	ck_assert_int_eq(items_tell_bad(&plan, &bed_err), -1);
	ck_assert_str_eq(bed_err.text,
			 "failed to read image list: l:2: invalid reference format: white space"
			 " inside the name; write one image per line");
	ck_assert_uint_eq(plan.warnings.n, 0);
}
END_TEST

START_TEST(thousands_of_bad_lines_are_counted)
{
	struct buf list = BUF_INIT;

	for (int i = 0; i < 1003; i++)
		buf_adds(&list, "A B\n");
	bed_write_n("l", list.data, list.len);
	bed_write("m", "A B\n");
	plan_build("pull -f l -f m");
	ck_assert_uint_eq(plan.n, 1004);
	ck_assert_uint_eq(plan.warnings.n, 1002);
	ck_assert_str_eq(plan.warnings.v[1000], "l: 3 more bad lines");
	ck_assert_str_eq(plan.warnings.v[1001], "m: 1 more bad line");
	buf_release(&list);
}
END_TEST

START_TEST(a_list_that_is_not_there)
{
	ck_assert_str_eq(
		plan_begin_for("docker", "pull -f none", ""),
		"failed to read image list: failed to open file none: No such file or directory");
}
END_TEST

START_TEST(a_file_is_shown_in_one_line)
{
	bed_write("a\nb\033[31m.tar", "x");
	bed_write("z.tar", "x");
	plan_build("load");
	ck_assert_uint_eq(plan.n, 2);
	ck_assert_str_eq(plan.item[0].file, "a\nb\033[31m.tar");
	ck_assert_ptr_null(strpbrk(plan.item[0].name, "\n\033"));
	ck_assert_ptr_eq(plan.item[1].name, plan.item[1].file);
	ck_assert_str_eq(item_key(&plan.item[1]), "z.tar");
}
END_TEST

START_TEST(archives_have_the_sums_that_are_listed)
{
	static const char zeroes[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	char sums[256];

	snprintf(sums, sizeof(sums), "%s  a.tar\n%s  gone.tar\n", zeroes, zeroes);
	bed_write("SHA256SUMS", sums);
	bed_write("a.tar", "x");
	bed_write("b.tar", "x");
	plan_build("load");
	ck_assert_uint_eq(plan.n, 2);
	ck_assert_str_eq(plan.item[0].sum, zeroes);
	ck_assert_ptr_null(plan.item[1].sum);
	ck_assert_str_eq(plan_warnings(), "SHA256SUMS lists what is not there: gone.tar\n");
	plan_build("load --no-verify");
	ck_assert_ptr_null(plan.item[0].sum);
	ck_assert_str_eq(plan_warnings(), "");
	plan_build("verify");
	ck_assert_uint_eq(plan.n, 3);
	ck_assert_str_eq(plan.item[2].file, "gone.tar");
	ck_assert_str_eq(plan.item[2].sum, zeroes);
}
END_TEST

START_TEST(no_archives_to_be_found)
{
	ck_assert_str_eq(plan_begin_for("docker", "load --load-mode 2", ""),
			 "failed to find tar files in images directory: open images: No such file"
			 " or directory");
	ck_assert_str_eq(plan_begin_for("docker", "verify", ""),
			 "no archives here; name files or a directory");
}
END_TEST

/* ---- paths and targets ---- */

START_TEST(two_images_for_one_file_get_two_files)
{
	bed_write("l", "a/b:1\na_b:1\n");
	plan_build("save -f l");
	ck_assert_str_eq(plan.item[0].path[0], "./a_b_1.tar");
	ck_assert(!strncmp(plan.item[1].path[0], "./a_b_1~", 8));
	ck_assert_ptr_nonnull(
		strstr(plan_warnings(),
		       "l:2: a_b:1 would be saved to the same file as a/b:1; it goes to ./a_b_1~"));
}
END_TEST

START_TEST(a_push_has_one_image_for_each_target)
{
	plan_build("pull,push nginx:1 x/nginx:1 y/nginx:2 -r reg:5000/base");
	check_item(0, "nginx:1", NULL, NULL);
	ck_assert_str_eq(plan.item[0].path[1], "reg:5000/base/nginx:1");
	ck_assert_ptr_null(plan.item[1].path[1]);
	ck_assert_str_eq(plan.item[1].bad,
			 "reg:5000/base/nginx:1 is the target of nginx:1 already; give it a tag of"
			 " its own, or push it with another project");
	ck_assert_str_eq(plan.item[2].path[1], "reg:5000/base/nginx:2");
}
END_TEST

START_TEST(a_project_raises_push_mode_1)
{
	plan_build("push x/nginx:1 -r reg -p team");
	ck_assert(plan_set.push_mode_raised);
	ck_assert_int_eq(plan.stage[0].mode, 2);
	ck_assert_str_eq(plan.item[0].path[0], "reg/team/nginx:1");
	plan_build("push x/nginx:1 -r reg -p team --push-mode 2");
	ck_assert(!plan_set.push_mode_raised);
	plan_build("push x/nginx:1 -r reg");
	ck_assert_int_eq(plan.stage[0].mode, 1);
	ck_assert_str_eq(plan.item[0].path[0], "reg/nginx:1");
}
END_TEST

START_TEST(a_bundle_is_one_item)
{
	bed_write("l", "nginx:1.25\nquay.io/a/b\nr@sha256:" ID_A "\n");
	plan_build("save -f l --bundle d/all.tar --dry-run");
	ck_assert_uint_eq(plan.n, 1);
	check_item(0, "d/all.tar", NULL, "d/all.tar");
	ck_assert_str_eq(plan.dir, "d");
	ck_assert_uint_eq(plan.members.n, 3);
	ck_assert_uint_eq(plan.tags.n, 2);
	ck_assert_str_eq(plan.tags.v[0], "nginx:1.25");
	ck_assert_str_eq(plan.tags.v[1], "b:latest");
}
END_TEST

START_TEST(a_bundle_is_made_of_all_images_or_not_at_all)
{
	bed_write("l", "nginx:1.25\nquay.io/a/b\n");
	ck_assert_str_eq(plan_begin_for("docker", "save -f l --bundle all.tar", ""), "");
	plan_knows("nginx:1.25", ID_A, 1);
	ck_assert_int_eq(plan.stage[0].verb->gather(&plan, &plan_console, &bed_err), -1);
	ck_assert_str_eq(plan_warnings(), "l:2: docker has no image quay.io/a/b\n");
	ck_assert_str_eq(bed_err.text,
			 "1 of 2 images cannot be in the bundle all.tar, and nothing was saved;"
			 " pull them, or take them off the list");
	ck_assert_str_eq(plan_begin_for("docker", "save -f l --bundle all.tar", ""), "");
	plan_rt->verb[RT_SAVE_BUNDLE].given = false;
	ck_assert_int_eq(plan.stage[0].verb->gather(&plan, &plan_console, &bed_err), -1);
	ck_assert_str_eq(bed_err.text,
			 "docker is not known to save several images into one archive: its"
			 " descriptor (compiled in) has no [save-bundle]; leave out --bundle");
}
END_TEST

/* ---- lanes ---- */

static const struct lane_plan *lane(uint32_t item, unsigned stage)
{
	return &plan.lane[plan.item[item].lane[stage]];
}

START_TEST(an_item_waits_for_the_registry_of_its_stage)
{
	plan_build("pull,save,push nginx quay.io/a/b redis -r reg:5000");
	ck_assert_str_eq(lane(0, 0)->host, "docker.io");
	ck_assert_str_eq(lane(1, 0)->host, "quay.io");
	ck_assert_ptr_eq(lane(2, 0), lane(0, 0));
	ck_assert_str_eq(lane(0, 1)->host, "");
	ck_assert_str_eq(lane(0, 1)->name, "docker");
	ck_assert_str_eq(lane(0, 2)->host, "reg:5000");
	ck_assert_uint_eq(plan.n_lanes, 4);
	bed_write("a.tar", "x");
	plan_build("load,push a.tar -r reg:5000");
	ck_assert_str_eq(lane(0, 0)->host, "");
	ck_assert_str_eq(lane(0, 1)->host, "reg:5000");
	plan_build("verify a.tar");
	ck_assert_str_eq(lane(0, 0)->name, "verify");
}
END_TEST

static const char sections[] = "[registry \"docker.io\"]\n"
			       "max_attempts = 7\n"
			       "delay = 3s\n"
			       "max_delay = 9s\n"
			       "max_workers = 2\n"
			       "rate = 10/m\n"
			       "breaker = 4\n";

START_TEST(a_section_has_rules_for_its_lane)
{
	const struct lane_plan *l;

	bed_write("hpn.conf", sections);
	plan_build("pull nginx quay.io/a/b -c hpn.conf");
	l = lane(0, 0);
	ck_assert_uint_eq(l->attempts, 7);
	ck_assert_int_eq(l->delay_ns, 3 * INT64_C(1000000000));
	ck_assert_int_eq(l->max_delay_ns, 9 * INT64_C(1000000000));
	ck_assert_uint_eq(l->rules.workers, 2);
	ck_assert_uint_eq(l->rules.failures, 4);
	ck_assert_uint_eq(l->rules.starts, 10);
	ck_assert_int_eq(l->rules.per_ns, 60 * INT64_C(1000000000));
	l = lane(1, 0);
	ck_assert_uint_eq(l->attempts, plan_set.attempts);
	ck_assert_uint_eq(l->rules.workers, 0);
	ck_assert_uint_eq(l->rules.starts, 0);
}
END_TEST

START_TEST(what_is_said_for_all_wins_over_sections)
{
	bed_write("hpn.conf", sections);
	ck_assert_str_eq(
		plan_begin_for("docker", "pull nginx -c hpn.conf --retries 2",
			       "HPN_RUNTIME_RETRY_DELAY=1s\nHPN_RUNTIME_RETRY_MAX_DELAY=2s"),
		"");
	plan_place();
	ck_assert_uint_eq(lane(0, 0)->attempts, 2);
	ck_assert_int_eq(lane(0, 0)->delay_ns, INT64_C(1000000000));
	ck_assert_int_eq(lane(0, 0)->max_delay_ns, 2 * INT64_C(1000000000));
	ck_assert_uint_eq(lane(0, 0)->rules.workers, 2);
	plan_build("pull nginx -c hpn.conf --serial");
	ck_assert_uint_eq(lane(0, 0)->attempts, 7);
	ck_assert_uint_eq(lane(0, 0)->rules.workers, 0);
	ck_assert_uint_eq(lane(0, 0)->rules.failures, 0);
}
END_TEST

START_TEST(an_option_that_is_lost_is_told)
{
	plan_build_for("docker", "pull nginx --insecure-registry docker.io");
	ck_assert_str_eq(plan_warnings(),
			 "docker does not take --insecure-registry; its own configuration says"
			 " which registries are insecure\n");
	plan_build_for("podman", "pull nginx --insecure-registry docker.io --platform linux/arm64");
	ck_assert_str_eq(plan_warnings(), "");
	plan_build_for("docker", "save nginx --insecure-registry docker.io");
	ck_assert_str_eq(plan_warnings(), "");
}
END_TEST

PLAN_MAIN("plan", items_are_those_of_the_lists_and_arguments, strict_refuses_the_first_bad_line,
	  thousands_of_bad_lines_are_counted, a_list_that_is_not_there, a_file_is_shown_in_one_line,
	  archives_have_the_sums_that_are_listed, no_archives_to_be_found,
	  two_images_for_one_file_get_two_files, a_push_has_one_image_for_each_target,
	  a_project_raises_push_mode_1, a_bundle_is_one_item,
	  a_bundle_is_made_of_all_images_or_not_at_all, an_item_waits_for_the_registry_of_its_stage,
	  a_section_has_rules_for_its_lane, what_is_said_for_all_wins_over_sections,
	  an_option_that_is_lost_is_told)
