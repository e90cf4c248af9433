/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verbs.h - the verbs that work on images and archives, by their number
 */
#ifndef HPN_VERBS_VERBS_H
#define HPN_VERBS_VERBS_H

#include "plan/settings.h"
#include "plan/verb.h"

extern const struct verb_def verb_pull, verb_save, verb_bundle, verb_load, verb_push, verb_verify,
	verb_index;

/* The verb as these settings mean it; NULL for one that does no work on items. */
const struct verb_def *verb_for(enum verb id, const struct settings *set);

#endif
