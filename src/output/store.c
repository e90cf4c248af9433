/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define WINDOW_BYTES 65536
#define LEAST_PIECE 128
#define MOST_PIECE 65536

struct piece {
	struct piece *next;
	size_t len;   /* bytes that are left */
	size_t begin; /* in memory: where they begin */
	size_t cap;   /* in memory: how many fit; 0: they are in the file */
	off_t at;
	char data[];
};

void store_init(struct store *s, size_t each_max_bytes, size_t all_max_bytes)
{
	*s = (struct store){ .each_max_bytes = each_max_bytes,
			     .all_max_bytes = all_max_bytes,
			     .fd = -1 };
}

void store_release(struct store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->window);
	store_init(s, 0, 0);
}

static struct piece *append_piece(struct chain *c, size_t cap)
{
	struct piece *p = mem_alloc(sizeof(*p) + cap);

	p->cap = cap;
	if (c->last)
		c->last->next = p;
	else
		c->first = p;
	c->last = p;
	return p;
}

static void add_to_memory(struct store *s, struct chain *c, const char *data, size_t len)
{
	struct piece *p = c->last;

	if (!p || p->cap - p->begin - p->len < len || !p->cap) {
		size_t cap = p && p->cap ? p->cap * 2 : LEAST_PIECE;

		cap = cap > MOST_PIECE ? MOST_PIECE : cap;
		p = append_piece(c, cap > len ? cap : len);
	}
	memcpy(p->data + p->begin + p->len, data, len);
	p->len += len;
	c->mem_bytes += len;
	s->mem_bytes += len;
}

/* O_TMPFILE where the file system has it, else a name that is gone at once. */
int store_nameless_file(void)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd;

	dir = dir && *dir ? dir : "/tmp";
#ifdef O_TMPFILE
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
#endif
	if (snprintf(path, sizeof(path), "%s/hpn-output-XXXXXX", dir) >= (int)sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool write_at(int fd, const char *data, size_t len, off_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool add_to_file(struct store *s, struct chain *c, const char *data, size_t len)
{
	struct piece *p = c->last;

	if (s->fd == -1) {
		s->fd = store_nameless_file();
		if (s->fd < 0)
			s->fd = -2;
	}
	if (s->fd < 0 || !write_at(s->fd, data, len, s->file_end))
		return false;
	if (!p || p->cap || p->at + (off_t)p->len != s->file_end) {
		p = append_piece(c, 0);
		p->at = s->file_end;
	}
	p->len += len;
	s->file_end += (off_t)len;
	s->file_bytes += len;
	return true;
}

void store_add(struct store *s, struct chain *c, const char *data, size_t len, bool large)
{
	bool fits = s->mem_bytes + len <= s->all_max_bytes &&
		    (large || c->mem_bytes + len <= s->each_max_bytes);

	if (!len)
		return;
	if (fits || !add_to_file(s, c, data, len))
		add_to_memory(s, c, data, len);
}

static const char *read_back(struct store *s, const struct piece *p, size_t *ret_len)
{
	ssize_t n;

	if (!s->window)
		s->window = mem_alloc(WINDOW_BYTES);
	do
		n = pread(s->fd, s->window, p->len < WINDOW_BYTES ? p->len : WINDOW_BYTES, p->at);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = EIO;
	*ret_len = n > 0 ? (size_t)n : 0;
	return n > 0 ? s->window : NULL;
}

const char *store_peek(struct store *s, struct chain *c, size_t *ret_len)
{
	struct piece *p = c->first;

	*ret_len = 0;
	if (!p)
		return NULL;
	if (!p->cap)
		return read_back(s, p, ret_len);
	*ret_len = p->len;
	return p->data + p->begin;
}

static void drop_first(struct chain *c)
{
	struct piece *p = c->first;

	c->first = p->next;
	if (!c->first)
		c->last = NULL;
	free(p);
}

static void eat_from_file(struct store *s, size_t n)
{
	s->file_bytes -= n;
	if (!s->file_bytes && ftruncate(s->fd, 0) == 0)
		s->file_end = 0;
}

void store_eat(struct store *s, struct chain *c, size_t n)
{
	while (n) {
		struct piece *p = c->first;
		size_t part = n < p->len ? n : p->len;

		p->len -= part;
		p->begin += part;
		p->at += (off_t)part;
		n -= part;
		if (p->cap) {
			c->mem_bytes -= part;
			s->mem_bytes -= part;
		} else {
			eat_from_file(s, part);
		}
		if (!p->len)
			drop_first(c);
	}
}

void store_splice(struct chain *to, struct chain *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->mem_bytes += from->mem_bytes;
	*from = (struct chain){ 0 };
}

void store_drop(struct store *s, struct chain *c)
{
	while (c->first)
		store_eat(s, c, c->first->len);
}
