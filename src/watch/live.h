/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live.h - the live screen: the run's text above, its picture below, and keys
 *
 * It stands between the mux and standard output. A listener of the run as
 * well; at most five times a second it writes the text that has come and the
 * rows that have changed, in one piece. What the terminal does not take is
 * kept, and no new picture is made before it has gone out; nothing waits.
 */
#ifndef HPN_WATCH_LIVE_H
#define HPN_WATCH_LIVE_H

#include "console/console.h"
#include "base/event.h"
#include "output/mux.h"
#include "output/run_info.h"
#include "plan/settings.h"
#include "run/control.h"

struct live;

/* The screen that the settings ask for, and that standard output can show; else
 * NULL. What keys ask for goes to the control. */
struct live *live_open(struct console *s, const struct settings *set, const struct run_info *info,
		       struct control *control, bool has_log);
void live_free(struct live *l);

/* The run begins; its text comes from this mux. */
void live_attach(struct live *l, struct mux *mux);

/* As a listener. */
void live_event(void *live, const struct event *ev);
int64_t live_tick(void *live, int64_t now_ns);

bool live_wants(const struct live *l);   /* to write as soon as that can be */
bool live_pending(const struct live *l); /* something is not written yet */
int live_flush(struct live *l);          /* 0, or -errno: there is no more use */

/* hpn is about to be stopped, or the run is over: the picture goes, and the
 * terminal is as it was. */
void live_leave(struct live *l);
void live_step_aside(struct live *l); /* for a line on standard error */
void live_end(struct live *l);        /* for good; the rest of the text may follow */

/* The terminal may have another size; and if hpn was stopped and continued,
 * nothing is known of what is on it. */
void live_redraw(struct live *l, bool continued);

#endif
