/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/verbs.h"

static const struct verb_def *const table[VERB_COUNT] = {
	[VERB_PULL] = &verb_pull, [VERB_SAVE] = &verb_save,     [VERB_LOAD] = &verb_load,
	[VERB_PUSH] = &verb_push, [VERB_VERIFY] = &verb_verify, [VERB_INDEX] = &verb_index,
};

const struct verb_def *verb_for(enum verb id, const struct settings *set)
{
	return id == VERB_SAVE && *set->bundle ? &verb_bundle : table[id];
}
