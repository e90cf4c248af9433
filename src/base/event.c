/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/event.h"

#include <sys/wait.h>

const char *event_end_word(enum cause cause, enum event_result result)
{
	if (cause == CAUSE_TIMED_OUT)
		return "timeout";
	if (cause == CAUSE_STOPPED)
		return "stopped";
	return result == RESULT_OK ? "ok" : "failed";
}

const char *event_result_word(enum event_result result)
{
	static const char *const words[] = { "ok", "failed", "cancelled" };

	return words[result];
}

int event_exit(enum cause cause, int status)
{
	if (cause != CAUSE_EXITED || status == -1 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

int event_signal(enum cause cause, int status)
{
	if (cause != CAUSE_EXITED || status == -1 || !WIFSIGNALED(status))
		return -1;
	return WTERMSIG(status);
}
