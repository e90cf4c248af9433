/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop.h - carry out a plan, from the first child to the last
 */
#ifndef HPN_APP_LOOP_H
#define HPN_APP_LOOP_H

#include "pool/jobserver.h"
#include "run/control.h"
#include "run/work.h"
#include "watch/text.h"

/* How the items of a run ended. */
struct outcome {
	uint32_t ok, failed, cancelled;
	uint8_t *result; /* enum event_result of each item; the caller frees it */
	bool late;       /* the deadline passed, and the run was ended */
};

/*
 * Run all items to their end. When standard output fails, or a signal asks hpn
 * to end, the children are ended and the rest is cancelled: see
 * console->out_error and console->ended_by. `js` may be NULL.
 */
void loop_run(struct work *work, struct tell *tell, struct text *text, struct control *control,
	      struct jobserver *js, struct console *console, struct outcome *ret);

#endif
