/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list.h - the images of a run, from lists and from the command line
 *
 *   1. list_init(); set stop_fd, stopped and stop_ctx if a signal pipe is there
 *   2. list_read() for each file, list_add_word() for each argument
 *   3. go through item[0..n), in this order; a bad item is warned of at once,
 *      as "Warning: WHERE: BAD", and fails in its place
 *   4. list_release()
 *
 * One image is one item: what comes again, by its canonical name (ref_key()),
 * is left out and counted. Bad lines are all kept, for their messages.
 */
#ifndef HPN_IMAGE_LIST_H
#define HPN_IMAGE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strvec.h"
#include "image/arena.h"
#include "image/name_map.h"
#include "image/listio.h"

#define LIST_MAX_ITEMS ((size_t)1000000)
#define LIST_WORDS UINT32_MAX /* `file` of an argument */

enum list_form {
	LIST_AUTO, /* YAML when it cannot be a plain list, see yamllist_detect() */
	LIST_PLAIN,
	LIST_YAML,
};

struct list_item {
	const char *name; /* as written; in a bad one, safe to be shown */
	const char *bad;  /* NULL, or what is wrong with it and what to do */
	uint32_t file;    /* index into list.file, or LIST_WORDS */
	uint32_t line;    /* from 1; of LIST_WORDS the place among them */
	int8_t priority;  /* 1 for `# priority=high` after it, -1 for low */
};

/* All strings live until list_release(). */
struct list {
	struct list_item *item;
	size_t n;
	size_t n_bad;
	size_t n_again; /* how many were left out */
	/* When stop_fd (-1 for none) is readable while a file is awaited, stopped()
	 * empties it and says whether the reading is to end. */
	int stop_fd;
	int (*stopped)(void *ctx);
	void *stop_ctx;
	/* the list's own */
	size_t cap;
	uint32_t n_words;
	struct strvec file;
	struct arena text;
	struct name_map seen;
};

void list_init(struct list *l);
void list_release(struct list *l);

/*
 * Read a file, FIFO or device; "-" is stdin. After an error the list is only
 * good for list_release(). The text is what comes after "failed to read image
 * list: ":
 *   failed to open file LIST: REASON    (a directory too)
 *   no images found in file LIST
 *   failed to read file LIST: REASON
 *   LIST:LINE: what is wrong            (YAML, and what is not a list at all)
 *   interrupted while reading LIST      (stopped)
 */
int list_read(struct list *l, const char *path, enum list_form form, struct err *err);

/* The same from anywhere; `file` is only a name. */
int list_read_source(struct list *l, const char *file, const struct list_source *source,
		     enum list_form form, struct err *err);

/* An image named on the command line. Only an error past LIST_MAX_ITEMS. */
int list_add_word(struct list *l, const char *word, struct err *err);

/* Append where an item stands, to be shown: "LIST:LINE" or "argument 3". */
void list_where(const struct list *l, const struct list_item *item, struct buf *b);

/* Append only the list, by the `file` of its items: "LIST", or "arguments". */
void list_name(const struct list *l, uint32_t file, struct buf *b);

/* After the last one was added: give back what only the adding needs. */
void list_seal(struct list *l);

#endif
