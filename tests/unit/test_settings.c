/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From flags, environment, file and machine to the numbers that a run sees. */
#include "planbed.h"

#include <limits.h>
#include <sched.h>
#include <sys/resource.h>

#include "config/cores.h"

#define S INT64_C(1000000000)

/* The test is a process of its own, so that this ends with it. */
static void on_one_cpu(void)
{
	cpu_set_t all, one;
	size_t cpu = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
}

START_TEST(cores_are_those_that_may_be_used)
{
	on_one_cpu();
	ck_assert_uint_eq(cores_usable(""), 1);
	ck_assert_str_eq(plan_settle("pull a -j 100%", ""), "");
	ck_assert_uint_eq(plan_set.cores, 1);
	ck_assert_uint_eq(plan_set.workers, 1);
	ck_assert_str_eq(plan_settle("pull a -j +3", ""), "");
	ck_assert_uint_eq(plan_set.workers, 4);
}
END_TEST

/* Control groups below the working directory. */
static unsigned cores_with(const char *cgroup, const char *file, const char *text)
{
	bed_write_in(".", "proc/self/cgroup", cgroup);
	bed_write_in(".", file, text);
	return cores_usable(".");
}

START_TEST(a_quota_pays_for_so_many_cores)
{
	static const char v2[] = "0::/kubepods/pod7\n";
	static const char v1[] = "4:memory:/x\n3:cpu,cpuacct:/lxc/c1\n0::/\n";
	unsigned all = cores_usable("");

	ck_assert_uint_eq(cores_usable("./nowhere"), all);
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/kubepods/pod7/cpu.max", "max 100000\n"),
			  all);
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/kubepods/pod7/cpu.max", "50000 100000\n"),
			  1);
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/kubepods/pod7/cpu.max", "9900000 100000\n"),
			  all < 99 ? all : 99);
	/* a group above it has less */
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/cpu.max", "100000 100000\n"), 1);
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/cpu.max", "a few\n"), all);
	ck_assert_uint_eq(cores_with(v1, "sys/fs/cgroup/cpu/lxc/c1/cpu.cfs_quota_us", "70000\n"),
			  all); /* no period */
	ck_assert_uint_eq(cores_with(v1, "sys/fs/cgroup/cpu/lxc/c1/cpu.cfs_period_us", "100000\n"),
			  1);
	ck_assert_uint_eq(cores_with(v1, "sys/fs/cgroup/cpu/lxc/c1/cpu.cfs_quota_us", "-1\n"), all);
	ck_assert_uint_eq(cores_with("garbage\n1:cpu\n::\n", "x", ""), all);
}
END_TEST

START_TEST(a_quota_is_rounded_up)
{
	static const char v2[] = "0::/\n";

	if (cores_usable("") < 2)
		return;
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/cpu.max", "100001 100000\n"), 2);
	ck_assert_uint_eq(cores_with(v2, "sys/fs/cgroup/cpu.max", "100000 100000\n"), 1);
}
END_TEST

START_TEST(workers_are_as_many_as_wanted)
{
	ck_assert_str_eq(plan_settle("pull a", ""), "");
	ck_assert_uint_eq(plan_set.workers, 4);
	ck_assert(plan_set.finds_level);
	ck_assert(!plan_set.workers_are_fixed);
	ck_assert_uint_eq(plan_set.ceiling[WORK_NETWORK], 16);
	ck_assert_uint_eq(plan_set.ceiling[WORK_CPU], plan_set.cores < 2 ? 4 : 2 * plan_set.cores);
	ck_assert_uint_eq(plan_set.class_workers[WORK_NETWORK], UINT_MAX);
	ck_assert_str_eq(plan_settle("pull a -j 7", ""), "");
	ck_assert_uint_eq(plan_set.workers, 7);
	ck_assert(!plan_set.finds_level);
	ck_assert(plan_set.workers_are_fixed);
	/* In the configuration it is as far as hpn may go. */
	ck_assert_str_eq(plan_settle("pull a", "HPN_PARALLEL_MAX_WORKERS=3"), "");
	ck_assert_uint_eq(plan_set.workers, 3);
	ck_assert_uint_eq(plan_set.ceiling[WORK_NETWORK], 3);
	ck_assert(plan_set.finds_level);
	ck_assert(!plan_set.workers_are_fixed);
	ck_assert_str_eq(plan_settle("pull a -j 9 --serial", ""), "");
	ck_assert(plan_set.serial && plan_set.serial_given);
	ck_assert_uint_eq(plan_set.workers, 1);
	ck_assert_uint_eq(plan_set.most_workers, 1);
	bed_write("jobs", " 3\n");
	ck_assert_str_eq(plan_settle("pull a -j ./jobs", ""), "");
	ck_assert_uint_eq(plan_set.workers, 3);
	ck_assert_str_eq(plan_set.jobs_file, "./jobs");
}
END_TEST

START_TEST(open_files_limit_the_workers)
{
	struct rlimit lim;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &lim), 0);
	lim.rlim_cur = 42;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	ck_assert_str_eq(plan_settle("pull a -j 20", ""), "");
	ck_assert_uint_eq(plan_set.workers, 10);
	ck_assert_uint_eq(plan_set.most_workers, 10);
	ck_assert_uint_eq(plan_set.warnings.n, 1);
	ck_assert_str_eq(plan_set.warnings.v[0],
			 "only 10 of 20 images at once, since this process may open only 42 files;"
			 " raise it with 'ulimit -n'");
	ck_assert_str_eq(plan_settle("pull a -j 10 --log-dir logs", ""), "");
	ck_assert_uint_eq(plan_set.workers, 6);
}
END_TEST

START_TEST(times)
{
	ck_assert_str_eq(plan_settle("pull a --timeout 90s --stall-timeout 5s --deadline 1h", ""),
			 "");
	ck_assert_int_eq(plan_set.timeout_ns, 90 * S);
	ck_assert_uint_eq(plan_set.timeout_percent, 0);
	ck_assert_int_eq(plan_set.stall_ns, 5 * S);
	ck_assert_int_eq(plan_set.deadline_ns, 3600 * S);
	/* A share of the median; until there is one, the time is the default. */
	ck_assert_str_eq(plan_settle("pull a", ""), "");
	ck_assert_int_gt(plan_set.timeout_ns, 0);
	int64_t usual_ns = plan_set.timeout_ns;
	ck_assert_str_eq(plan_settle("pull a --timeout 250%", ""), "");
	ck_assert_uint_eq(plan_set.timeout_percent, 250);
	ck_assert_int_eq(plan_set.timeout_ns, usual_ns);
}
END_TEST

START_TEST(failures_that_end_the_run)
{
	ck_assert_str_eq(plan_settle("pull a", ""), "");
	ck_assert_uint_eq(settings_most_failures(&plan_set, 10), 0);
	ck_assert_str_eq(plan_settle("pull a --fail-fast", ""), "");
	ck_assert_uint_eq(settings_most_failures(&plan_set, 10), 1);
	ck_assert_str_eq(plan_settle("pull a --max-failures 3", ""), "");
	ck_assert_uint_eq(settings_most_failures(&plan_set, 10), 3);
	ck_assert_str_eq(plan_settle("pull a --max-failures 25%", ""), "");
	ck_assert_uint_eq(settings_most_failures(&plan_set, 10), 3);
	ck_assert_uint_eq(settings_most_failures(&plan_set, 1), 1);
}
END_TEST

static const struct {
	const char *line;
	enum output_mode output;
	enum screen_mode screen;
	const char *events;
} sights[] = {
	{ "pull a", OUTPUT_ORDERED, SCREEN_AUTO, "" },
	{ "pull a --output grouped", OUTPUT_GROUPED, SCREEN_AUTO, "" },
	{ "pull a --output lines", OUTPUT_LINES, SCREEN_AUTO, "" },
	{ "pull a --output none", OUTPUT_NONE, SCREEN_AUTO, "" },
	{ "pull a --progress tty", OUTPUT_ORDERED, SCREEN_WANTED, "" },
	{ "pull a --progress plain", OUTPUT_ORDERED, SCREEN_NONE, "" },
	{ "pull a --progress none", OUTPUT_NONE, SCREEN_NONE, "" },
	{ "pull a --progress none --output lines", OUTPUT_NONE, SCREEN_NONE, "" },
	{ "pull a --progress json", OUTPUT_NONE, SCREEN_NONE, "-" },
	{ "pull a --progress json --events -", OUTPUT_NONE, SCREEN_NONE, "-" },
	{ "pull a --events -", OUTPUT_NONE, SCREEN_AUTO, "-" },
	{ "pull a --events f", OUTPUT_ORDERED, SCREEN_AUTO, "f" },
	{ "verify --json", OUTPUT_RAW, SCREEN_AUTO, "" },
};

START_TEST(what_is_seen_of_it)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout)); /* no terminal */
	for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
		ck_assert_str_eq(plan_settle(sights[i].line, ""), "");
		ck_assert_msg(plan_set.output == sights[i].output, "%s", sights[i].line);
		ck_assert_msg(plan_set.screen == sights[i].screen, "%s", sights[i].line);
		ck_assert_str_eq(plan_set.events, sights[i].events);
	}
	ck_assert_str_eq(plan_settle("pull a --progress json --events f", ""),
			 "--progress json prints the events that --events would write; give one of"
			 " the two");
}
END_TEST

START_TEST(checks_of_archives)
{
	ck_assert_str_eq(plan_settle("save a", ""), "");
	ck_assert_int_eq(plan_set.check, CHECK_AUTO);
	ck_assert_str_eq(plan_settle("save a --verify always", ""), "");
	ck_assert_int_eq(plan_set.check, CHECK_ALWAYS);
	ck_assert_str_eq(plan_settle("save a --no-verify", ""), "");
	ck_assert_int_eq(plan_set.check, CHECK_NEVER);
	ck_assert_str_eq(plan_settle("save a --checksums --no-verify", ""),
			 "--checksums is for archives that are checked; leave out --no-verify");
}
END_TEST

START_TEST(insecure_registries)
{
	bed_write("hpn.conf", "[registry \"quay.io\"]\ninsecure = true\n");
	ck_assert_str_eq(plan_settle("pull a -c hpn.conf --insecure-registry reg:5000", ""), "");
	ck_assert(settings_are_insecure(&plan_set, "quay.io"));
	ck_assert(settings_are_insecure(&plan_set, "reg:5000"));
	ck_assert(!settings_are_insecure(&plan_set, "reg"));
	ck_assert(settings_are_chatty(&plan_set));
	ck_assert_str_eq(plan_settle("pull a -q", ""), "");
	ck_assert(!settings_are_chatty(&plan_set));
	ck_assert_str_eq(plan_settle("pull a --dry-run", ""), "");
	ck_assert(!settings_are_chatty(&plan_set));
}
END_TEST

PLAN_MAIN("settings", cores_are_those_that_may_be_used, a_quota_pays_for_so_many_cores,
	  a_quota_is_rounded_up, workers_are_as_many_as_wanted, open_files_limit_the_workers, times,
	  failures_that_end_the_run, what_is_seen_of_it, checks_of_archives, insecure_registries)
