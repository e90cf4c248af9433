/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/self.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SYS_AUXV_H
#include <sys/auxv.h>
#endif

/* The name that the kernel started: an absolute path, or one from the
 * directory of that time. */
static const char *started_as(void)
{
#ifdef HAVE_SYS_AUXV_H
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives it as a number */
	return (const char *)getauxval(AT_EXECFN);
#else
	return NULL;
#endif
}

/* Without /proc, the name that was started is as good while nobody has changed
 * the current directory. */
static void find_self(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	const char *name = n > 0 ? NULL : started_as();

	path[n > 0 ? n : 0] = '\0';
	if (name && !realpath(name, path))
		path[0] = '\0';
}

/* Links are resolved, so the text before the last slash is the parent. */
static void cut_name(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

void self_path(const char *relative, struct buf *ret)
{
	char dir[PATH_MAX];

	buf_reset(ret);
	find_self(dir);
	if (!*dir)
		return;
	cut_name(dir);
	for (; !strncmp(relative, "../", 3); relative += 3)
		cut_name(dir);
	buf_addf(ret, "%s/%s", dir, relative);
}

void self_program(struct buf *ret)
{
	char path[PATH_MAX];

	buf_reset(ret);
	find_self(path);
	buf_adds(ret, path);
}
