/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive/sum.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void sum_init(struct sum *s)
{
	sha256_init(&s->ctx);
}

void sum_add(struct sum *s, const void *data, size_t len)
{
	sha256_update(&s->ctx, len, data);
}

void sum_end(struct sum *s, unsigned char ret_sum[SUM_BYTES])
{
	sha256_digest(&s->ctx, SUM_BYTES, ret_sum);
}

void sum_hex(const unsigned char sum[SUM_BYTES], char ret_hex[SUM_HEX + 1])
{
	for (size_t i = 0; i < SUM_BYTES; i++) {
		ret_hex[2 * i] = digits[sum[i] >> 4];
		ret_hex[2 * i + 1] = digits[sum[i] & 15];
	}
	ret_hex[SUM_HEX] = '\0';
}

int sum_leads(const char *text)
{
	return strspn(text, digits) >= SUM_HEX;
}
