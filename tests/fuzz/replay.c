/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay.c - a main for a fuzz target in a build without libFuzzer
 *
 * Hands the target each file that is named, so that seeds and past findings
 * stay in the test suite under any compiler.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slurp.h"

#define MAX_BYTES ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct buf data = BUF_INIT;
		struct err err = { "" };

		if (slurp(argv[i], MAX_BYTES, &data, &err)) {
			fprintf(stderr, "%s: %s\n", argv[i], err.text);
			return 1;
		}
		LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&data), data.len);
		buf_release(&data);
	}
	return 0;
}
