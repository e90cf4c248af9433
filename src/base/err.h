/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err.h - what went wrong, in words for the user
 *
 * A function that can fail returns 0 or -1 and takes a `struct err *` as its
 * last parameter. The callee writes one sentence into it; callers on the way
 * up may put context before it. The caller owns the struct, usually on its
 * stack; there is nothing to release. Passing NULL is allowed.
 */
#ifndef HPN_BASE_ERR_H
#define HPN_BASE_ERR_H

#if defined(__GNUC__)
#define HPN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define HPN_PRINTF(fmt, args)
#endif

struct err {
	char text[1024]; /* "" until something failed; cut with "..." */
};

/* Replace the text. Always returns -1, so that `return err_set(...)` works. */
int err_set(struct err *err, const char *fmt, ...) HPN_PRINTF(2, 3);

/* Like err_set(), with ": " and the system's words for errnum after it. */
int err_sys(struct err *err, int errnum, const char *fmt, ...) HPN_PRINTF(3, 4);

/* Put a formatted text and ": " before what is there. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) HPN_PRINTF(2, 3);

#endif
