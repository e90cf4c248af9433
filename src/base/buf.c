/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What is shorter is formatted only once. */
#define SHORT 64

char *buf_room(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;

	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;

		while (cap < need)
			cap *= 2;
		b->data = mem_grow(b->data, cap, 1);
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = buf_room(b, len);

	if (len)
		memcpy(to, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(buf_room(b, SHORT), SHORT, fmt, ap);
	va_end(ap);
	if (n >= SHORT)
		vsnprintf(buf_room(b, (size_t)n), (size_t)n + 1, fmt, again);
	if (n > 0)
		b->len += (size_t)n;
	b->data[b->len] = '\0';
	va_end(again);
}

void buf_addn(struct buf *b, long long n)
{
	char digits[24], *p = digits + sizeof(digits);
	unsigned long long rest = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_eat(struct buf *b, size_t n)
{
	if (!n)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	b->data[b->len] = '\0';
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_detach(struct buf *b)
{
	char *data;

	buf_room(b, 0)[0] = '\0';
	data = b->data;
	*b = (struct buf)BUF_INIT;
	return data;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}
