/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sum.h - SHA-256
 *
 * nettle does it: it uses the processor's SHA instructions, and it has nothing
 * to set up.
 */
#ifndef HPN_ARCHIVE_SUM_H
#define HPN_ARCHIVE_SUM_H

#include <nettle/sha2.h>
#include <stddef.h>

#define SUM_BYTES ((size_t)SHA256_DIGEST_SIZE)
#define SUM_HEX ((size_t)2 * SHA256_DIGEST_SIZE)

struct sum {
	struct sha256_ctx ctx;
};

void sum_init(struct sum *s); /* nothing to release */
void sum_add(struct sum *s, const void *data, size_t len);
void sum_end(struct sum *s, unsigned char ret_sum[SUM_BYTES]); /* ready for the next */

/* Lower-case digits and a NUL. */
void sum_hex(const unsigned char sum[SUM_BYTES], char ret_hex[SUM_HEX + 1]);

/* 1 when the text begins with as many lower-case digits as a sum has. */
int sum_leads(const char *text);

#endif
