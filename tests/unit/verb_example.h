/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verb_example.h - the verb of verb_example.c; of a real one, a line in verbs.h */
#ifndef HPN_TESTS_VERB_EXAMPLE_H
#define HPN_TESTS_VERB_EXAMPLE_H

#include "plan/plan.h"

extern const struct verb_def verb_keep;

#endif
