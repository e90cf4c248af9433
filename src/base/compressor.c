/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/compressor.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/parse.h"

static const struct compressor compressors[] = {
	{ "zstd", 1, 19, ".tar.zst" },
	{ "gzip", 1, 9, ".tar.gz" },
	{ "xz", 0, 9, ".tar.xz" },
	{ "lz4", 1, 9, ".tar.lz4" },
};

int compressor_read(const char *text, const struct compressor **ret, int *ret_level,
		    struct err *err)
{
	size_t len = strcspn(text, ":");
	int64_t level = -1;

	*ret = NULL;
	for (size_t i = 0; i < sizeof(compressors) / sizeof(compressors[0]); i++)
		if (!strncmp(compressors[i].name, text, len) && !compressors[i].name[len])
			*ret = &compressors[i];
	if (!*ret && len == 4 && !strncmp(text, "none", len)) {
		*ret_level = -1;
		return text[len] ? err_set(err, "'none' has no level") : 0;
	}
	if (!*ret)
		return err_set(err,
			       "unknown compression '%.40s'; use zstd, gzip, xz, lz4 or none, with"
			       " a level as in zstd:3",
			       text);
	if (text[len] &&
	    (parse_int(text + len + 1, &level) || level < (*ret)->least || level > (*ret)->most))
		return err_set(err, "%s has levels from %d to %d", (*ret)->name, (*ret)->least,
			       (*ret)->most);
	*ret_level = (int)level;
	return 0;
}

const struct compressor *compressor_at(size_t n)
{
	return n < sizeof(compressors) / sizeof(compressors[0]) ? &compressors[n] : NULL;
}
