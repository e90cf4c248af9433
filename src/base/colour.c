/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/colour.h"

#include <stdlib.h>
#include <string.h>

bool colour_is_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *on = getenv("CLICOLOR"), *term = getenv("TERM");
	const char *force = getenv("CLICOLOR_FORCE");

	if (no && *no)
		return false;
	if (force && *force && strcmp(force, "0"))
		return true;
	return !(on && !strcmp(on, "0")) && !(term && !strcmp(term, "dumb"));
}
