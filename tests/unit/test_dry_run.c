/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --dry-run prints the commands of the plan: for each verb and each chain, with the
 * options that change a command, and without what need not or cannot be done.
 */
#include "planbed.h"

#include "state/artefact.h"

#define LIST "nginx:1.25\nquay.io/a/b\n"

static const struct {
	const char *runtime, *line, *prints;
} commands[] = {
	{ "docker", "pull -f l",
	  "docker pull nginx:1.25\n"
	  "docker pull quay.io/a/b\n" },
	{ "docker", "pull -f l --platform linux/arm64",
	  "docker pull --platform=linux/arm64 nginx:1.25\n"
	  "docker pull --platform=linux/arm64 quay.io/a/b\n" },
	{ "podman", "pull -f l --insecure-registry quay.io",
	  "podman pull nginx:1.25\n"
	  "podman pull --tls-verify=false quay.io/a/b\n" },
	{ "docker", "save -f l",
	  "docker save -o ./nginx_1.25.tar nginx:1.25\n"
	  "docker save -o ./quay.io_a_b.tar quay.io/a/b\n" },
	{ "docker", "save -f l --save-mode 2",
	  "docker save -o ./images/nginx_1.25.tar nginx:1.25\n"
	  "docker save -o ./images/quay.io_a_b.tar quay.io/a/b\n" },
	{ "docker", "save -f l --save-mode 3",
	  "docker save -o ./images/library/nginx_1.25.tar nginx:1.25\n"
	  "docker save -o ./images/a/quay.io_a_b.tar quay.io/a/b\n" },
	{ "docker", "save -f l --compress=zstd:3 --serial",
	  "hpn-pipe save --out ./nginx_1.25.tar.zst --compress zstd:3 --threads 2 -- docker"
	  " save nginx:1.25\n"
	  "hpn-pipe save --out ./quay.io_a_b.tar.zst --compress zstd:3 --threads 2 -- docker"
	  " save quay.io/a/b\n" },
	{ "docker", "save -f l --compress=gzip --no-verify -j 2",
	  "hpn-pipe save --out ./nginx_1.25.tar.gz --compress gzip --no-check -- docker"
	  " save nginx:1.25\n"
	  "hpn-pipe save --out ./quay.io_a_b.tar.gz --compress gzip --no-check -- docker"
	  " save quay.io/a/b\n" },
	/* An archive is listed when it is there, which is nothing for a shell. */
	{ "docker", "save -f l --checksums",
	  "docker save -o ./nginx_1.25.tar nginx:1.25\n"
	  "docker save -o ./quay.io_a_b.tar quay.io/a/b\n" },
	{ "docker", "save -f l --bundle d/all.tar",
	  "docker save -o d/all.tar nginx:1.25 quay.io/a/b\n" },
	{ "docker", "save -f l --bundle all.tar.xz --compress=xz -j 1",
	  "hpn-pipe save --out all.tar.xz --compress xz --threads 2 -- docker save nginx:1.25"
	  " quay.io/a/b\n" },
	{ "docker", "push -f l -r reg:5000 --push-mode 1",
	  "docker tag nginx:1.25 reg:5000/nginx:1.25\n"
	  "docker push reg:5000/nginx:1.25\n"
	  "docker tag quay.io/a/b reg:5000/b:latest\n"
	  "docker push reg:5000/b:latest\n" },
	{ "docker", "push -f l -r reg:5000 --push-mode 2",
	  "docker tag nginx:1.25 reg:5000/library/nginx:1.25\n"
	  "docker push reg:5000/library/nginx:1.25\n"
	  "docker tag quay.io/a/b reg:5000/a/b:latest\n"
	  "docker push reg:5000/a/b:latest\n" },
	{ "docker", "push -f l -r reg:5000 -p team",
	  "docker tag nginx:1.25 reg:5000/team/nginx:1.25\n"
	  "docker push reg:5000/team/nginx:1.25\n"
	  "docker tag quay.io/a/b reg:5000/team/b:latest\n"
	  "docker push reg:5000/team/b:latest\n" },
	{ "podman", "push -f l -r reg:5000 --insecure-registry reg:5000",
	  "podman tag nginx:1.25 reg:5000/nginx:1.25\n"
	  "podman push --tls-verify=false reg:5000/nginx:1.25\n"
	  "podman tag quay.io/a/b reg:5000/b:latest\n"
	  "podman push --tls-verify=false reg:5000/b:latest\n" },
	{ "ctr", "pull,save -f l",
	  "ctr image pull docker.io/library/nginx:1.25\n"
	  "ctr image export ./nginx_1.25.tar docker.io/library/nginx:1.25\n"
	  "ctr image pull quay.io/a/b:latest\n"
	  "ctr image export ./quay.io_a_b.tar quay.io/a/b:latest\n" },
	{ "nerdctl", "pull,push -f l -r reg:5000",
	  "nerdctl pull nginx:1.25\n"
	  "nerdctl tag nginx:1.25 reg:5000/nginx:1.25\n"
	  "nerdctl push reg:5000/nginx:1.25\n"
	  "nerdctl pull quay.io/a/b\n"
	  "nerdctl tag quay.io/a/b reg:5000/b:latest\n"
	  "nerdctl push reg:5000/b:latest\n" },
	{ "docker", "save,push nginx:1.25 -r reg:5000",
	  "docker save -o ./nginx_1.25.tar nginx:1.25\n"
	  "docker tag nginx:1.25 reg:5000/nginx:1.25\n"
	  "docker push reg:5000/nginx:1.25\n" },
	{ "docker", "pull,save,push nginx:1.25 -r reg:5000 --save-mode 2 --push-mode 2",
	  "docker pull nginx:1.25\n"
	  "docker save -o ./images/nginx_1.25.tar nginx:1.25\n"
	  "docker tag nginx:1.25 reg:5000/library/nginx:1.25\n"
	  "docker push reg:5000/library/nginx:1.25\n" },
	{ "docker", "load a.tar -- -x.tar",
	  "docker load -i a.tar\n"
	  "docker load -i ./-x.tar\n" },
	{ "docker", "load a.tar packed.tar.gz",
	  "docker load -i a.tar\n"
	  "hpn-pipe load --in packed.tar.gz --foreign -- docker load\n" },
	{ "docker", "load,push a.tar b.tar -r reg:5000",
	  "docker load -i a.tar\n"
	  "# then tag and push what is in a.tar\n"
	  "docker load -i b.tar\n"
	  "# then tag and push what is in b.tar\n" },
	{ "docker", "verify a.tar b.tar",
	  "hpn-pipe verify --text a.tar\n"
	  "hpn-pipe verify --text b.tar\n" },
};

/* The option stands after the verb: what follows "--" is a file. */
static void build(const char *runtime, const char *line)
{
	size_t verb = strcspn(line, " ");
	char dry[256];

	snprintf(dry, sizeof(dry), "%.*s --dry-run%s", (int)verb, line, line + verb);
	plan_build_for(runtime, dry);
	plan_set.cores = 2;
}

START_TEST(each_verb_and_chain)
{
	bed_write("l", LIST);
	bed_write("a.tar", "not packed");
	bed_write("packed.tar.gz", "\x1f\x8b and so on");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		build(commands[i].runtime, commands[i].line);
		ck_assert_str_eq(plan_warnings(), "");
		ck_assert_str_eq(plan_print(0), commands[i].prints);
	}
}
END_TEST

START_TEST(index_names_the_lists_that_it_writes)
{
	struct buf want = BUF_INIT;

	bed_write("a.tar", "x");
	build("docker", "index .");
	buf_adds(&want, "hpn-pipe verify --text --prune --record . --scratch ");
	artefact_name("./x", artefact_machine(), 0, &want);
	buf_adds(&want, " -- a.tar\n");
	ck_assert_str_eq(plan_print(0), buf_str(&want));
	buf_release(&want);
}
END_TEST

START_TEST(what_an_earlier_run_did_is_left_out)
{
	bed_write("l", LIST);
	build("docker", "pull,save,push -f l -r reg:5000");
	plan.item[0].resumed = 2;
	plan.item[1].resumed = 1;
	ck_assert_str_eq(plan_print(0), "docker tag nginx:1.25 reg:5000/nginx:1.25\n"
					"docker push reg:5000/nginx:1.25\n"
					"docker save -o ./quay.io_a_b.tar quay.io/a/b\n"
					"docker tag quay.io/a/b reg:5000/b:latest\n"
					"docker push reg:5000/b:latest\n");
	plan.item[0].resumed = plan.item[1].resumed = 3;
	ck_assert_str_eq(plan_print(0), "");
	build("docker", "load,push a.tar -r reg:5000");
	plan.item[0].resumed = 1;
	ck_assert_str_eq(plan_print(0), "# then tag and push what is in a.tar\n");
}
END_TEST

START_TEST(a_stage_that_is_done_is_left_out_only_after_those_before_it)
{
	bed_write("l", LIST);
	build("docker", "pull,save -f l");
	plan.item[0].uptodate = 1 << 0;
	plan.item[1].uptodate = 1 << 1; /* saved, but perhaps from an older image */
	ck_assert_str_eq(plan_print(0), "docker save -o ./nginx_1.25.tar nginx:1.25\n"
					"docker pull quay.io/a/b\n"
					"docker save -o ./quay.io_a_b.tar quay.io/a/b\n");
	plan.item[1].uptodate = 3;
	plan.item[0].uptodate = 3;
	ck_assert_str_eq(plan_print(0), "");
}
END_TEST

START_TEST(bad_items_are_counted_and_warned_of)
{
	bed_write("l", "nginx:1.25\nA B\nlibrary/nginx:1.25\nx/nginx:1.25\n");
	build("docker", "push -f l -r reg:5000");
	ck_assert_str_eq(plan_warnings(),
			 "l:2: invalid reference format: white space inside the name; write one"
			 " image per line\n"
			 "l:4: reg:5000/nginx:1.25 is the target of nginx:1.25 already; give it a"
			 " tag of its own, or push it with another project\n");
	ck_assert_str_eq(plan_print(2), "docker tag nginx:1.25 reg:5000/nginx:1.25\n"
					"docker push reg:5000/nginx:1.25\n");
}
END_TEST

/* A command that the descriptor has no words for is found out when it is made. */
START_TEST(what_the_runtime_cannot_do_is_a_bad_item)
{
	build("docker", "pull nginx:1.25 quay.io/a/b");
	plan_rt->verb[RT_PULL].given = false;
	ck_assert_str_eq(plan_print(2), "");
	ck_assert_str_eq(plan_warnings(),
			 "argument 1: docker cannot pull: its descriptor (compiled in) has no"
			 " [pull]\n"
			 "argument 2: docker cannot pull: its descriptor (compiled in) has no"
			 " [pull]\n");
}
END_TEST

PLAN_MAIN("dry run", each_verb_and_chain, index_names_the_lists_that_it_writes,
	  what_an_earlier_run_did_is_left_out,
	  a_stage_that_is_done_is_left_out_only_after_those_before_it,
	  bad_items_are_counted_and_warned_of, what_the_runtime_cannot_do_is_a_bad_item)
