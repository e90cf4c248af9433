/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <string.h>

#include "runtime/choose.h"

#define DOCKER 0
#define PODMAN 1
#define NERDCTL 2
#define CTR 3

/* docker, podman, nerdctl and ctr; `is` has a letter for the state of each:
 * . not run, ~ running, + there, - absent. */
struct world {
	struct candidate c[4];
	struct choice ch;
};

static void make(struct world *w, const char *is, const char *wanted, const char *preferred,
		 bool auto_fallback)
{
	static const char *const names[] = { "docker", "podman", "nerdctl", "ctr" };

	for (size_t i = 0; i < 4; i++) {
		w->c[i] = (struct candidate){ .name = names[i], .automatic = i != CTR };
		w->c[i].state = is[i] == '.'   ? PROBE_NOT_RUN
				: is[i] == '~' ? PROBE_RUNNING
				: is[i] == '+' ? PROBE_THERE
					       : PROBE_ABSENT;
	}
	w->ch = (struct choice){ wanted, preferred, auto_fallback, w->c, 4 };
}

/* What has to be started, as a text: "02" is docker and nerdctl. */
static const char *next(const struct world *w, bool hurry)
{
	static char text[8];
	size_t which[4], n = choice_next(&w->ch, hurry, which);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('0' + which[i]);
	text[n] = '\0';
	return text;
}

static const struct {
	const char *is, *wanted, *preferred;
	bool hurry;
	const char *next;
	bool ready;
} next_cases[] = {
	/* nobody named: the first has a head start, then all at once */
	{ "....", NULL, NULL, false, "0", false },
	{ "....", "", "", false, "0", false },
	{ "~...", NULL, NULL, false, "", false },
	{ "~...", NULL, NULL, true, "12", false },
	{ "....", NULL, NULL, true, "012", false },
	{ "-...", NULL, NULL, false, "1", false },
	{ "-...", NULL, NULL, true, "12", false },
	{ "--..", NULL, NULL, false, "2", false },
	{ "+...", NULL, NULL, true, "", true },
	{ "~+~.", NULL, NULL, true, "", false },
	{ "~+..", NULL, NULL, true, "", false },
	{ "-+~.", NULL, NULL, true, "", true },
	{ "---.", NULL, NULL, true, "", true },
	/* --runtime: that one, whatever happens */
	{ "....", "podman", NULL, false, "1", false },
	{ "....", "podman", "docker", true, "1", false },
	{ ".~..", "podman", NULL, true, "", false },
	{ ".-..", "podman", NULL, true, "", true },
	{ ".+..", "podman", NULL, true, "", true },
	{ "....", "ctr", NULL, true, "3", false },
	{ "....", "other", NULL, true, "", true },
	/* preferred: that one; the others at once if it is not there */
	{ "....", NULL, "podman", false, "1", false },
	{ ".~..", NULL, "podman", false, "", false },
	{ ".~..", NULL, "podman", true, "02", false },
	{ ".+..", NULL, "podman", true, "", true },
	{ ".-..", NULL, "podman", false, "02", false },
	{ "+-..", NULL, "podman", false, "", true },
	{ "~-+.", NULL, "podman", false, "", false },
	{ "...-", NULL, "ctr", false, "012", false },
	{ "+~..", NULL, "podman", false, "", false },
	{ "....", NULL, "other", false, "0", false },
};

START_TEST(next_is_only_what_is_needed)
{
	struct world w;

	for (size_t i = 0; i < sizeof(next_cases) / sizeof(next_cases[0]); i++) {
		make(&w, next_cases[i].is, next_cases[i].wanted, next_cases[i].preferred, false);
		ck_assert_msg(choice_is_ready(&w.ch) == next_cases[i].ready, "case %zu (%s): ready",
			      i, next_cases[i].is);
		ck_assert_msg(!strcmp(next(&w, next_cases[i].hurry), next_cases[i].next),
			      "case %zu (%s): starts '%s', not '%s'", i, next_cases[i].is,
			      next(&w, next_cases[i].hurry), next_cases[i].next);
	}
}
END_TEST

/* Start what is asked for; returns one of those that run, as `order` has it. */
static size_t turn(struct world *w, bool hurry, unsigned order)
{
	size_t which[4], n = choice_next(&w->ch, hurry, which), pick = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		ck_assert(w->c[which[i]].state == PROBE_NOT_RUN);
		w->c[which[i]].state = PROBE_RUNNING;
	}
	for (size_t i = 0; i < 4; i++)
		if (w->c[(i * 5 + order) % 4].state == PROBE_RUNNING)
			pick = (i * 5 + order) % 4;
	ck_assert(pick != SIZE_MAX);
	return pick;
}

/* One run in which `truth` has a bit for each that is there. */
static void play(unsigned truth, unsigned order, unsigned who, bool hurry)
{
	static const char *const names[] = { NULL, "docker", "podman", "nerdctl", "ctr" };
	size_t want = SIZE_MAX, turns = 0;
	struct chosen got;
	struct world w;

	make(&w, "....", NULL, names[who], true);
	while (!choice_is_ready(&w.ch)) {
		size_t i = turn(&w, hurry, order);

		ck_assert(turns++ < 4);
		w.c[i].state = truth & (1u << i) ? PROBE_THERE : PROBE_ABSENT;
	}
	for (size_t i = CTR; i-- > 0;)
		if (truth & (1u << i))
			want = i;
	if (who && truth & (1u << (who - 1)))
		want = who - 1;
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, want == SIZE_MAX ? CHOICE_FAIL : CHOICE_USE);
	if (want != SIZE_MAX)
		ck_assert_uint_eq(got.use, want);
	chosen_release(&got);
}

/* Whatever the probes say and in whatever order, it comes to an end, nothing is
 * started twice, and the outcome does not depend on the order. */
START_TEST(every_order_ends_the_same)
{
	for (unsigned truth = 0; truth < 16; truth++)
		for (unsigned order = 0; order < 4; order++)
			for (unsigned who = 0; who < 5; who++) {
				play(truth, order, who, false);
				play(truth, order, who, true);
			}
}
END_TEST

START_TEST(wanted_or_nothing)
{
	struct chosen got;
	struct world w;

	make(&w, "+-+.", "podman", "docker", true);
	w.c[PODMAN].reason = "not found in PATH";
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_FAIL);
	ck_assert_str_eq(buf_str(&got.err),
			 "container runtime selection failed: specified"
			 " runtime 'podman' is not available: not found in PATH");
	ck_assert_str_eq(buf_str(&got.out), "");
	chosen_release(&got);

	make(&w, ".+..", "podman", NULL, false);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_USE);
	ck_assert_uint_eq(got.use, PODMAN);
	ck_assert_str_eq(buf_str(&got.out), "");
	chosen_release(&got);

	make(&w, "....", "dokcer", NULL, false);
	choice_make(&w.ch, &got);
	ck_assert_str_eq(buf_str(&got.err),
			 "container runtime selection failed: specified"
			 " runtime 'dokcer' is not available: there is no descriptor of that"
			 " name; known: docker, podman, nerdctl, ctr");
	chosen_release(&got);
}
END_TEST

START_TEST(fallback_says_so)
{
	struct chosen got;
	struct world w;

	make(&w, "-+..", NULL, "docker", true);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_USE);
	ck_assert_uint_eq(got.use, PODMAN);
	ck_assert_str_eq(buf_str(&got.out), "Runtime 'docker' unavailable, using 'podman'\n");
	chosen_release(&got);

	make(&w, "+...", NULL, "docker", true);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_USE);
	ck_assert_str_eq(buf_str(&got.out), "");
	chosen_release(&got);
}
END_TEST

START_TEST(fallback_asks)
{
	struct chosen got;
	struct world w;

	make(&w, "--+.", NULL, "podman", false);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_ASK);
	ck_assert_uint_eq(got.use, NERDCTL);
	ck_assert_str_eq(buf_str(&got.out), "Runtime 'podman' is not available\n"
					    "Found available runtime: nerdctl\n"
					    "Use 'nerdctl' instead of 'podman'? (y/N): ");
	choice_answer(&w.ch, true, &got);
	ck_assert_int_eq(got.kind, CHOICE_USE);
	ck_assert_uint_eq(got.use, NERDCTL);
	ck_assert_str_eq(buf_str(&got.out), "Using 'nerdctl' runtime\n");
	chosen_release(&got);

	choice_make(&w.ch, &got);
	choice_answer(&w.ch, false, &got);
	ck_assert_int_eq(got.kind, CHOICE_FAIL);
	ck_assert_str_eq(buf_str(&got.out), "");
	ck_assert_str_eq(buf_str(&got.err),
			 "container runtime selection failed: user declined"
			 " runtime fallback. Please install 'podman' or update config");
	chosen_release(&got);
}
END_TEST

START_TEST(answers)
{
	static const char *const yes[] = { "y", "Y\n", "yes", "YES\n", " yEs please\n", "\ty\r\n" };
	static const char *const no[] = { "", "\n", "n", "no", "ye", "yess", "y.", "yes,", "no y" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(choice_is_yes(yes[i]), "'%s'", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!choice_is_yes(no[i]), "'%s'", no[i]);
	ck_assert(!choice_is_yes(NULL));
}
END_TEST

START_TEST(none_at_all)
{
	struct chosen got;
	struct world w;

	make(&w, "---.", NULL, NULL, false);
	w.c[DOCKER].reason = "found /usr/bin/docker, but it is not executable";
	w.c[PODMAN].install = "apt install podman";
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_FAIL);
	ck_assert_str_eq(buf_str(&got.err),
			 "container runtime selection failed: no container runtime found."
			 " Please install docker, podman, or nerdctl\n"
			 "  docker: found /usr/bin/docker, but it is not executable\n"
			 "  podman: not found in PATH\n"
			 "  nerdctl: not found in PATH\n"
			 "  to install podman: apt install podman");
	chosen_release(&got);

	make(&w, "----", NULL, "ctr", true);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_FAIL);
	ck_assert(strstr(buf_str(&got.err), "\n  ctr: not found in PATH") != NULL);
	chosen_release(&got);
}
END_TEST

/* ctr is there, but nobody asked for it. */
START_TEST(some_are_only_for_those_who_ask)
{
	struct chosen got;
	struct world w;

	make(&w, "---+", NULL, NULL, true);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_FAIL);
	chosen_release(&got);
	make(&w, "++++", NULL, "ctr", true);
	choice_make(&w.ch, &got);
	ck_assert_int_eq(got.kind, CHOICE_USE);
	ck_assert_uint_eq(got.use, CTR);
	chosen_release(&got);
}
END_TEST

UNIT_MAIN("rt_choose", next_is_only_what_is_needed, every_order_ends_the_same, wanted_or_nothing,
	  fallback_says_so, fallback_asks, answers, none_at_all, some_are_only_for_those_who_ask)
