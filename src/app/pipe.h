/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pipe.h - commands that go through hpn-pipe: compression and checking
 *
 * The pool sees one child: hpn-pipe, which runs the runtime, checks what
 * streams by, and packs or unpacks it.
 */
#ifndef HPN_APP_PIPE_H
#define HPN_APP_PIPE_H

#include "app/action.h"

/* ".tar", or ".tar.zst" and so on when archives are to be compressed. */
const char *pipe_ending(const struct action *a);

/* As action_ops->fill_argv: 1 where the runtime does it alone. */
int pipe_save_argv(struct action *a, uint32_t job, const struct rt_call *call, struct strvec *argv,
		   struct err *err);
int pipe_load_argv(struct action *a, uint32_t job, const struct rt_call *call, struct strvec *argv,
		   struct err *err);
int pipe_verify_argv(struct action *a, uint32_t job, const struct rt_call *call,
		     struct strvec *argv, struct err *err);

#endif
