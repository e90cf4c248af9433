/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * descriptor.h - from an INI text to a struct runtime
 *
 * A mistake is one error, "FILE:LINE: what; what to do", and reading stops at
 * the first. What is accepted can be run: each verb has the words that it
 * cannot do without, each expression compiles.
 */
#ifndef HPN_RUNTIME_DESCRIPTOR_H
#define HPN_RUNTIME_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "runtime/runtime.h"

/*
 * `file` is for messages and becomes ->source. `name` is what the descriptor
 * has to be about, as it comes from its file's name; NULL: anything. What is
 * compiled in has been checked by the test suite, and takes a tenth of the time
 * without a look at each expression. Returns NULL on error; else the caller
 * frees.
 */
struct runtime *descriptor_read(const char *file, const char *name, const char *data, size_t len,
				bool is_checked, struct err *err);

#endif
