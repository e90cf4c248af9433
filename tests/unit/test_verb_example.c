/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new verb is planned, printed and carried out with nothing else changed. */
#include "verb_example.h"
#include "workbed.h"

static void build(const char *line)
{
	ck_assert_str_eq(plan_settle(line, ""), "");
	plan_init(&plan, &plan_set);
	plan_add_stage(&plan, &verb_keep);
	plan.rt = plan_rt = plan_runtime("docker");
	ck_assert_int_eq(build_items(&plan, &plan_console, &bed_err), 0);
	plan.call.versions = &plan.versions;
	plan_place();
}

START_TEST(a_new_verb_is_planned_and_printed)
{
	build("pull quay.io/a/b:1 nginx x/nginx");
	ck_assert_str_eq(plan.verbs, "keep");
	ck_assert_uint_eq(plan_steps(&plan), 2);
	ck_assert_str_eq(plan.lane[plan.item[0].lane[0]].host, "quay.io");
	ck_assert_ptr_nonnull(plan.item[2].bad);
	ck_assert_str_eq(plan_print(1), "docker pull quay.io/a/b:1\n"
					"docker tag quay.io/a/b:1 registry.k8s.local/b:1\n"
					"docker pull nginx\n"
					"docker tag nginx registry.k8s.local/nginx:latest\n");
}
END_TEST

START_TEST(a_new_verb_is_carried_out)
{
	build("pull nginx:1");
	work_begin();
	ck_assert_int_eq(work_ask(0, 0), PREPARED_RUN);
	ck_assert_str_eq(work_command(), "docker pull nginx:1");
	work_exited(0, 0, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_STEP);
	ck_assert_int_eq(work_verdict.class, WORK_CPU);
	ck_assert_int_eq(work_ask(0, 1), PREPARED_RUN);
	work_exited(0, 1, 0, "");
	ck_assert_int_eq(work_verdict.next, POOL_DONE);
	ck_assert_str_eq(work_verdict.note, "Kept: registry.k8s.local/nginx:1");
	work_end();
}
END_TEST

PLAN_MAIN("verb example", a_new_verb_is_planned_and_printed, a_new_verb_is_carried_out)
