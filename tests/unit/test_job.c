/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/job.h"

#include <stdio.h>

#include "unit.h"

/*
 * The table once more, written as what must hold rather than as cells: each
 * row is a state, a column an event, and the letter the state that follows;
 * '.' stays, '!' cannot happen. A change to one cell has to be made twice.
 */
static const char *const letters = "QRSKDJWofc";
static const char *const expected[JOB_STATES] = {
	/* START REFUSED EXIT EXIT_SILENT SILENT DUE CANCEL KILL NEXT DONE FAIL RETRY GIVE_UP */
	[JOB_QUEUED] = "RJ!!!.cc!!f!!",   [JOB_RUNNING] = "!!DJ.SSK!!!!!",
	[JOB_STOPPING] = "!!DJ.K.K!!!!!", [JOB_KILLING] = "!!DJ....!!!!!",
	[JOB_DRAINING] = "!!.JJJ.J!!!!!", [JOB_JUDGING] = "!!!!!...QofWc",
	[JOB_WAITING] = "!!!!!Qcc!!f!!",  [JOB_DONE] = "!!!!!...!!!!!",
	[JOB_FAILED] = "!!!!!...!!!!!",   [JOB_CANCELLED] = "!!!!!...!!!!!",
};

START_TEST(every_cell)
{
	for (int s = 0; s < JOB_STATES; s++)
		for (int e = 0; e < JOB_EVENTS; e++) {
			struct job_move m = job_step((enum job_state)s, (enum job_event)e);
			char want = expected[s][e];
			char got = m.actions & JOB_NEVER         ? '!'
				   : m.next == (enum job_state)s ? '.'
								 : letters[m.next];

			ck_assert_msg(got == want, "state %d, event %d: %c, not %c", s, e, got,
				      want);
		}
}
END_TEST

/* Whatever the cell, its actions must fit the states on both sides of it. */
static void check_actions(enum job_state from, struct job_move m)
{
	int slot_before = job_has_child(from) || from == JOB_JUDGING;
	int slot_after = job_has_child(m.next) || m.next == JOB_JUDGING;
	unsigned a = m.actions;

	if (a & JOB_NEVER)
		return;
	ck_assert_int_eq(!!(a & JOB_RELEASE), slot_before && !slot_after);
	ck_assert_int_eq(!!(a & JOB_REAP), job_has_child(from) && !job_has_child(m.next));
	ck_assert_int_eq(!!(a & JOB_FINISH), !job_is_over(from) && job_is_over(m.next));
	ck_assert_int_eq(!!(a & JOB_JUDGE), from != JOB_JUDGING && m.next == JOB_JUDGING);
	ck_assert_int_eq(!!(a & JOB_QUEUE), from != JOB_QUEUED && m.next == JOB_QUEUED);
	if (m.next == JOB_WAITING && from != JOB_WAITING)
		ck_assert(a & JOB_ARM_RETRY);
	if (m.next == JOB_STOPPING && from != JOB_STOPPING)
		ck_assert(a & JOB_ARM_GRACE && a & JOB_SEND_TERM);
	if (m.next == JOB_KILLING && from != JOB_KILLING)
		ck_assert(a & JOB_ARM_GRACE && a & JOB_SEND_KILL);
	if (from == JOB_RUNNING && (m.next == JOB_STOPPING || m.next == JOB_KILLING))
		ck_assert(a & (JOB_BLAME_TIMEOUT | JOB_BLAME_CANCEL));
	if (a & (JOB_SEND_TERM | JOB_SEND_KILL | JOB_SWEEP))
		ck_assert(job_has_child(from));
}

START_TEST(actions_fit_states)
{
	for (int s = 0; s < JOB_STATES; s++)
		for (int e = 0; e < JOB_EVENTS; e++)
			check_actions((enum job_state)s,
				      job_step((enum job_state)s, (enum job_event)e));
}
END_TEST

/* A random schedule of possible events: a job always comes to an end, and its
 * slot, its child and its finish are each there exactly once. */
START_TEST(random_walks)
{
	unsigned seed = 7;

	for (int walk = 0; walk < 20000; walk++) {
		enum job_state s = JOB_QUEUED;
		int child = 0, slot = 0, finished = 0;

		for (int i = 0; i < 400 && !job_is_over(s); i++) {
			enum job_event e = (enum job_event)((seed = seed * 1103515245 + 12345) /
							    65536 % JOB_EVENTS);
			struct job_move m = job_step(s, e);

			if (m.actions & JOB_NEVER)
				continue;
			if (e == JOB_EV_START || e == JOB_EV_REFUSED)
				slot++;
			child += e == JOB_EV_START;
			child -= !!(m.actions & JOB_REAP);
			slot -= !!(m.actions & JOB_RELEASE);
			finished += !!(m.actions & JOB_FINISH);
			s = m.next;
			ck_assert_int_eq(child, job_has_child(s));
			ck_assert_int_eq(slot, job_has_child(s) || s == JOB_JUDGING);
			ck_assert_int_eq(finished, job_is_over(s));
		}
	}
}
END_TEST

UNIT_MAIN("job", every_cell, actions_fit_states, random_walks)
