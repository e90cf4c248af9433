/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store.h - bytes that wait for their turn
 *
 * Texts of many images wait at once. Each has a chain; the chains share one
 * allowance of memory, and what does not fit goes into one file that has no
 * name. When that file cannot be had or written, the bytes stay in memory:
 * slow or large is better than lost.
 */
#ifndef HPN_OUTPUT_STORE_H
#define HPN_OUTPUT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct piece;

struct chain {
	struct piece *first;
	struct piece *last;
	size_t mem_bytes;
};

struct store {
	size_t each_max_bytes; /* in memory for one chain */
	size_t all_max_bytes;  /* in memory for all */
	size_t mem_bytes;
	size_t file_bytes; /* in the file and not yet eaten */
	off_t file_end;
	int fd;       /* -1 until it is needed, -2 when it cannot be had */
	char *window; /* what store_peek() read back */
};

void store_init(struct store *s, size_t each_max_bytes, size_t all_max_bytes);
void store_release(struct store *s); /* after its chains */

/* large: this chain may use all of the allowance. */
void store_add(struct store *s, struct chain *c, const char *data, size_t len, bool large);

/* The bytes at the front, some of them at least; NULL when the chain is
 * empty, or, with *ret_len = 0, when the file cannot be read back (errno). */
const char *store_peek(struct store *s, struct chain *c, size_t *ret_len);
void store_eat(struct store *s, struct chain *c, size_t n);

/* A new file without a name, in TMPDIR; -1 with errno. */
int store_nameless_file(void);

/* Hang `from` at the end of `to`; from is empty afterwards. */
void store_splice(struct chain *to, struct chain *from);

void store_drop(struct store *s, struct chain *c);

static inline bool store_is_empty(const struct chain *c)
{
	return !c->first;
}

#endif
