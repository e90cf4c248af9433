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

#include <stddef.h>

#include "base/err.h"
#include "runtime/runtime.h"

/*
 * `file` is for messages and becomes ->source. `name` is what the descriptor
 * has to be about, as it comes from its file's name; NULL: anything. Returns
 * NULL on error; else the caller frees.
 */
struct runtime *descriptor_read(const char *file, const char *name, const char *data,
				size_t len, struct err *err);

#endif
