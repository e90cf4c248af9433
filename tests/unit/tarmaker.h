/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tarmaker.h - tar archives by hand, also such as no tool would write
 */
#ifndef HPN_TESTS_TARMAKER_H
#define HPN_TESTS_TARMAKER_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "archive/sum.h"
#include "base/buf.h"

#define TAR_BLOCK ((size_t)512)
#define TAR_NAME ((size_t)100)

/* The sum that a header has to have; its own field counts as blanks. */
static inline void tar_seal(unsigned char *header)
{
	unsigned total = 0;

	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		total += header[i];
	snprintf((char *)header + 148, 8, "%06o", total & 0777777);
	header[155] = ' ';
}

/* A field may be filled to its last byte, and then has no NUL. */
static inline void tar_field(char *field, const char *text)
{
	for (size_t i = 0; i < TAR_NAME && text[i]; i++)
		field[i] = text[i];
}

/* A header alone, which may say any size. */
static inline void tar_header(struct buf *tar, const char *name, char type, const char *link,
			      uint64_t size)
{
	unsigned char *h = (unsigned char *)buf_room(tar, TAR_BLOCK);

	memset(h, 0, TAR_BLOCK);
	tar_field((char *)h, name);
	memcpy(h + 100,
	       "0000644\0"
	       "0000000\0"
	       "0000000\0",
	       24);
	snprintf((char *)h + 124, 12, "%011llo", (unsigned long long)(size & 077777777777));
	memcpy(h + 136, "00000000000", 12);
	h[156] = (unsigned char)type;
	if (link)
		tar_field((char *)h + 157, link);
	memcpy(h + 257,
	       "ustar\0"
	       "00",
	       8);
	tar_seal(h);
	tar->len += TAR_BLOCK;
}

static inline void tar_zeros(struct buf *tar, size_t n)
{
	memset(buf_room(tar, n), 0, n);
	tar->len += n;
}

static inline void tar_add(struct buf *tar, const char *name, char type, const char *link,
			   const void *data, size_t len)
{
	tar_header(tar, name, type, link, len);
	buf_add(tar, data, len);
	tar_zeros(tar, (TAR_BLOCK - len % TAR_BLOCK) % TAR_BLOCK);
}

static inline void tar_file(struct buf *tar, const char *name, const void *data, size_t len)
{
	tar_add(tar, name, '0', NULL, data, len);
}

static inline void tar_end(struct buf *tar)
{
	tar_zeros(tar, 2 * TAR_BLOCK);
}

static inline void hex_of(const void *data, size_t len, char ret_hex[SUM_HEX + 1])
{
	unsigned char sum[SUM_BYTES];
	struct sum s;

	sum_init(&s);
	sum_add(&s, data, len);
	sum_end(&s, sum);
	sum_hex(sum, ret_hex);
}

#endif
