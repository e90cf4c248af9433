/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/job.h"

#define STAY(s) { JOB_##s, 0 }
#define NEVER(s) { JOB_##s, JOB_NEVER }
#define NO_VERDICT(s)                                                                 \
	[JOB_EV_NEXT] = NEVER(s), [JOB_EV_DONE] = NEVER(s), [JOB_EV_FAIL] = NEVER(s), \
	[JOB_EV_RETRY] = NEVER(s), [JOB_EV_GIVE_UP] = NEVER(s)
#define NO_START(s) [JOB_EV_START] = NEVER(s), [JOB_EV_REFUSED] = NEVER(s)
#define NO_CHILD(s) \
	[JOB_EV_EXIT] = NEVER(s), [JOB_EV_EXIT_SILENT] = NEVER(s), [JOB_EV_SILENT] = NEVER(s)
/* A deadline may have been taken out in the same turn that ended the job. */
#define OVER(s)                                                                  \
	[JOB_##s] = { NO_START(s), NO_CHILD(s), NO_VERDICT(s), [JOB_EV_DUE] = STAY(s), \
		      [JOB_EV_CANCEL] = STAY(s), [JOB_EV_KILL] = STAY(s) }

/* A child that ends of itself, and one that hpn ended: of the second, no
 * descendant may survive. */
#define ENDED (JOB_DISARM | JOB_REAP | JOB_JUDGE)
#define ENDED_STOPPED (JOB_DISARM | JOB_SWEEP | JOB_REAP | JOB_JUDGE)

static const struct job_move table[JOB_STATES][JOB_EVENTS] = {
	[JOB_QUEUED] = {
		[JOB_EV_START] = { JOB_RUNNING, JOB_ARM_TIMEOUT },
		[JOB_EV_REFUSED] = { JOB_JUDGING, JOB_JUDGE },
		[JOB_EV_DUE] = STAY(QUEUED),
		[JOB_EV_CANCEL] = { JOB_CANCELLED, JOB_FINISH },
		[JOB_EV_KILL] = { JOB_CANCELLED, JOB_FINISH },
		NO_CHILD(QUEUED), NO_VERDICT(QUEUED),
	},
	[JOB_RUNNING] = {
		[JOB_EV_EXIT] = { JOB_DRAINING, JOB_ARM_DRAIN },
		[JOB_EV_EXIT_SILENT] = { JOB_JUDGING, ENDED },
		[JOB_EV_SILENT] = STAY(RUNNING),
		[JOB_EV_DUE] = { JOB_STOPPING,
				 JOB_BLAME_TIMEOUT | JOB_SEND_TERM | JOB_ARM_GRACE },
		[JOB_EV_CANCEL] = { JOB_STOPPING,
				    JOB_BLAME_CANCEL | JOB_SEND_TERM | JOB_ARM_GRACE },
		[JOB_EV_KILL] = { JOB_KILLING,
				  JOB_BLAME_CANCEL | JOB_SEND_KILL | JOB_ARM_GRACE },
		NO_START(RUNNING), NO_VERDICT(RUNNING),
	},
	[JOB_STOPPING] = {
		[JOB_EV_EXIT] = { JOB_DRAINING, JOB_SWEEP | JOB_ARM_DRAIN },
		[JOB_EV_EXIT_SILENT] = { JOB_JUDGING, ENDED_STOPPED },
		[JOB_EV_SILENT] = STAY(STOPPING),
		[JOB_EV_DUE] = { JOB_KILLING, JOB_SEND_KILL | JOB_ARM_GRACE },
		[JOB_EV_CANCEL] = STAY(STOPPING),
		[JOB_EV_KILL] = { JOB_KILLING, JOB_SEND_KILL | JOB_ARM_GRACE },
		NO_START(STOPPING), NO_VERDICT(STOPPING),
	},
	[JOB_KILLING] = {
		[JOB_EV_EXIT] = { JOB_DRAINING, JOB_SWEEP | JOB_ARM_DRAIN },
		[JOB_EV_EXIT_SILENT] = { JOB_JUDGING, ENDED_STOPPED },
		[JOB_EV_SILENT] = STAY(KILLING),
		[JOB_EV_DUE] = { JOB_KILLING, JOB_SEND_KILL | JOB_ARM_GRACE },
		[JOB_EV_CANCEL] = STAY(KILLING),
		[JOB_EV_KILL] = { JOB_KILLING, JOB_SEND_KILL },
		NO_START(KILLING), NO_VERDICT(KILLING),
	},
	[JOB_DRAINING] = {
		[JOB_EV_EXIT] = STAY(DRAINING),
		[JOB_EV_EXIT_SILENT] = { JOB_JUDGING, ENDED },
		[JOB_EV_SILENT] = { JOB_JUDGING, ENDED },
		[JOB_EV_DUE] = { JOB_JUDGING, ENDED_STOPPED },
		[JOB_EV_CANCEL] = STAY(DRAINING),
		[JOB_EV_KILL] = { JOB_JUDGING, ENDED_STOPPED },
		NO_START(DRAINING), NO_VERDICT(DRAINING),
	},
	[JOB_JUDGING] = {
		[JOB_EV_NEXT] = { JOB_QUEUED, JOB_RELEASE | JOB_QUEUE },
		[JOB_EV_DONE] = { JOB_DONE, JOB_RELEASE | JOB_FINISH },
		[JOB_EV_FAIL] = { JOB_FAILED, JOB_RELEASE | JOB_FINISH },
		[JOB_EV_RETRY] = { JOB_WAITING, JOB_RELEASE | JOB_ARM_RETRY },
		[JOB_EV_GIVE_UP] = { JOB_CANCELLED, JOB_RELEASE | JOB_FINISH },
		[JOB_EV_DUE] = STAY(JUDGING),
		[JOB_EV_CANCEL] = STAY(JUDGING),
		[JOB_EV_KILL] = STAY(JUDGING),
		NO_START(JUDGING), NO_CHILD(JUDGING),
	},
	[JOB_WAITING] = {
		[JOB_EV_DUE] = { JOB_QUEUED, JOB_QUEUE },
		[JOB_EV_CANCEL] = { JOB_CANCELLED, JOB_DISARM | JOB_FINISH },
		[JOB_EV_KILL] = { JOB_CANCELLED, JOB_DISARM | JOB_FINISH },
		NO_START(WAITING), NO_CHILD(WAITING), NO_VERDICT(WAITING),
	},
	OVER(DONE),
	OVER(FAILED),
	OVER(CANCELLED),
};

struct job_move job_step(enum job_state state, enum job_event event)
{
	return table[state][event];
}

int job_has_child(enum job_state state)
{
	return state == JOB_RUNNING || state == JOB_STOPPING || state == JOB_KILLING ||
	       state == JOB_DRAINING;
}

int job_is_over(enum job_state state)
{
	return state == JOB_DONE || state == JOB_FAILED || state == JOB_CANCELLED;
}
