/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * iniread.h - INI files, read by inih, with nothing lost on the way
 *
 * inih cuts long lines and long names without a word and carries on after an
 * error. This wrapper hands inih one line at a time, refuses what inih would
 * spoil, and stops at the first mistake unless all are asked for.
 *
 * The language, as inih has it:
 *   [section]              keys before the first section are in section ""
 *   key = value            or key: value; spaces at both ends are dropped
 *     more                 an indented line goes on with the value above, also
 *                          across empty lines and comments
 *   # or ;                 a comment, at the start of a line
 *   key = value ; comment  a space and ; begin a comment everywhere, in quotes
 *                          too, as there is no quoting
 * LF or CRLF; a UTF-8 byte order mark is skipped.
 *
 * What is an error here, each as "FILE:LINE: what; what to do":
 *   a line that does not fit into inih's buffer (Debian: over 199 bytes with
 *   its line end), names of keys over 49 bytes, a line that is
 *   none of the above, an empty section or key name, control characters (NUL
 *   too), an indented key, and a key or a section that comes twice.
 */
#ifndef HPN_BASE_INIREAD_H
#define HPN_BASE_INIREAD_H

#include <stddef.h>

#include "base/err.h"

#define INIREAD_MAX_NAME 49     /* bytes of a key's name: inih's buffer has 50 with the NUL */
#define INIREAD_MAX_SECTION 199 /* bytes of a section's name */
#define INIREAD_MAX_BYTES ((size_t)1 << 20) /* no sane file is larger */

struct ini_line {
	const char *file; /* as given */
	int line;         /* from 1 */
	const char *section;
	const char *name;
	const char *value; /* "" for `key =` */
	int continued;     /* 1: not the first line of this key's value */
};

/*
 * Called once for each line that carries a value, continuation lines
 * included. All strings end with the call. To refuse, return -1 with a text,
 * which gets "FILE:LINE: " before it; the reading ends there, unless there is
 * a fault().
 */
struct ini_handler_ops {
	int (*value)(void *user, const struct ini_line *l, struct err *err);
	/* May be NULL: called for each [section], also for an empty one. Only
	 * file, line and section are set. */
	int (*section)(void *user, const struct ini_line *l, struct err *err);
	/* May be NULL: gets the text of each mistake, and the reading goes on with
	 * the next key, or the next section after a bad [section]. */
	void (*fault)(void *user, const char *text);
};

/* Read `len` bytes; `file` is only the name used in messages. 0 also when fault()
 * was called. */
int ini_read(const char *file, const char *data, size_t len, const struct ini_handler_ops *ops,
	     void *user, struct err *err);

/* The same for a file. The error for one that cannot be read begins with its
 * path. */
int ini_read_file(const char *path, const struct ini_handler_ops *ops, void *user, struct err *err);

#endif
