/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reason.h - the part of an error message that says what went wrong
 */
#ifndef HPN_OUTPUT_REASON_H
#define HPN_OUTPUT_REASON_H

#include <stddef.h>

/*
 * Runtimes begin their messages with what they were doing to which image. Where
 * the message stands next to the image's name this is of no use, and takes the
 * space of the cause, which comes last. Returns what is left of the first line
 * of `text` without the part that names the image; *ret_len bytes of it.
 */
const char *reason_without_name(const char *text, const char *name, size_t *ret_len);

#endif
