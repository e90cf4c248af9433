/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/watcher.h"

#include "base/replace.h"

int watch_check_file(const char *option, const char *file, struct err *err)
{
	struct err why = { "" };

	if (!replace_check(file, &why))
		return 0;
	return err_set(err, "%s: %s; name one in a directory that is there and can be written to",
		       option, why.text);
}
