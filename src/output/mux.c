/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/mux.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "output/store.h"

#define EACH_BYTES (64 * 1024)
#define ALL_BYTES (8 * 1024 * 1024)
#define FLUSH_BYTES (256 * 1024)

struct item {
	struct chain text;
	bool closed;
};

struct mux {
	enum mux_mode mode;
	struct store store;
	struct chain ready;
	struct item *items;
	uint32_t n;
	uint32_t head; /* ordered: the lowest that is not closed */
};

struct mux *mux_new(enum mux_mode mode, uint32_t items, const struct mux_limits *limits)
{
	struct mux *m = mem_alloc(sizeof(*m));
	size_t each = limits && limits->each_bytes ? limits->each_bytes : EACH_BYTES;
	size_t all = limits && limits->all_bytes ? limits->all_bytes : ALL_BYTES;

	m->mode = mode;
	m->n = items;
	m->items = mem_array(items, sizeof(*m->items));
	store_init(&m->store, each, all);
	return m;
}

void mux_free(struct mux *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->n; i++)
		store_drop(&m->store, &m->items[i].text);
	store_drop(&m->store, &m->ready);
	store_release(&m->store);
	free(m->items);
	free(m);
}

static bool is_live(const struct mux *m, uint32_t item)
{
	return m->mode == MUX_LINES || (m->mode == MUX_ORDERED && item == m->head);
}

void mux_add(struct mux *m, uint32_t item, const char *data, size_t len)
{
	if (is_live(m, item))
		store_add(&m->store, &m->ready, data, len, true);
	else
		store_add(&m->store, &m->items[item].text, data, len, false);
}

/* Everything up to the first open item is ready, and so is what that one has
 * said until now. */
static void advance_head(struct mux *m)
{
	while (m->head < m->n && m->items[m->head].closed)
		if (++m->head < m->n)
			store_splice(&m->ready, &m->items[m->head].text);
}

void mux_close(struct mux *m, uint32_t item)
{
	m->items[item].closed = true;
	if (m->mode == MUX_ORDERED)
		advance_head(m);
	else
		store_splice(&m->ready, &m->items[item].text);
}

void mux_say(struct mux *m, const char *data, size_t len)
{
	store_add(&m->store, &m->ready, data, len, true);
}

bool mux_pending(const struct mux *m)
{
	return !store_is_empty(&m->ready);
}

int mux_take(struct mux *m, struct buf *to, size_t most)
{
	size_t end = to->len + most;

	while (mux_pending(m) && to->len < end) {
		size_t len;
		const char *data = store_peek(&m->store, &m->ready, &len);

		if (!data)
			return -errno;
		buf_add(to, data, len);
		store_eat(&m->store, &m->ready, len);
	}
	return 0;
}

int mux_flush(struct mux *m, struct writer *w)
{
	size_t done = 0;

	while (mux_pending(m) && done < FLUSH_BYTES) {
		size_t len;
		const char *data = store_peek(&m->store, &m->ready, &len);
		ssize_t n = data ? writer_write(w, data, len) : -errno;

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		store_eat(&m->store, &m->ready, (size_t)n);
		done += (size_t)n;
		if (w->chunk < FLUSH_BYTES / 4 && (size_t)n < len)
			return 0; /* poll() promised no more than one chunk */
	}
	return 0;
}
